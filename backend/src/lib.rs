//! Onbehalf: each user's own consent in front of Atlassian's user impersonation.
//!
//! Read [`domain`] for the rules, [`use_cases`] for what is done with them, [`capabilities`] for what they need from the
//! outside, and [`adapters`] for who provides that. [`http`] and [`events`] are the ways in. The binaries read their
//! [`config`] and have [`wiring`] put these together.

#![expect(
    async_fn_in_trait,
    reason = "the capability traits are used with concrete types, whose futures are known to be Send"
)]

pub mod adapters;
pub mod capabilities;
pub mod config;
pub mod domain;
pub mod events;
pub mod http;
pub mod logs;
pub mod origin;
pub mod use_cases;
pub mod wiring;
