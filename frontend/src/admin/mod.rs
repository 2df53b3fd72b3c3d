//! What Confluence's admins see and do: every consent, who was asked for one, the policy, the activity, and what admins
//! did.
//!
//! It is a WebAssembly module of its own, so that nobody else has to fetch it: a page of its own, or a part of the page
//! for everybody. What decides anything without a browser is in [`acts`], [`draft`], [`export`], [`filter`],
//! [`progress`], [`query`], [`scale`] and [`selection`], and is tested natively.

mod activity;
mod acts;
mod api;
mod ask;
mod asked;
mod audit;
mod consents;
mod desk;
mod draft;
mod export;
mod exports;
mod fields;
mod file;
mod filter;
mod json;
mod lines;
mod overview;
mod page;
mod pages;
mod parts;
mod pause;
mod picker;
mod place;
mod policy;
mod progress;
mod query;
mod scale;
mod schedules;
mod selection;
mod somebody;
mod start;
mod state;
mod tabs;
mod told;
mod words;

#[cfg(test)]
pub(crate) use json::sample;
pub use start::start;
