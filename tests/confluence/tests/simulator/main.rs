//! The simulator over real HTTP, with a tiny app installed.

#![expect(
    clippy::unwrap_used,
    reason = "clippy only knows #[test] functions as tests, not what they share"
)]

mod acting;
mod atlassian_jwt;
mod authorization_server;
mod control;
mod crowd;
mod directory;
mod faults;
mod host_page;
mod lifecycle;
mod personal_data;
mod rest;
mod support;
