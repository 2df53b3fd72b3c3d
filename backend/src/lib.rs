//! Onbehalf: each user's own consent in front of Atlassian's user impersonation.
//!
//! Read [`domain`] for the rules, [`use_cases`] for what is done with them, [`capabilities`] for what they need from the
//! outside, [`adapters`] for who provides that, and [`http`] for the way in. The binaries wire these together.

#![expect(
    async_fn_in_trait,
    reason = "the capability traits are used with concrete types, whose futures are known to be Send"
)]

pub mod adapters;
pub mod capabilities;
pub mod domain;
pub mod use_cases;
