//! The simulator over real HTTP, with a tiny app installed.

mod atlassian_jwt;
mod authorization_server;
mod control;
mod faults;
mod host_page;
mod lifecycle;
mod rest;
mod support;
