//! The page on which a person allows the app to act as them, sees what was done, and takes it back.
//!
//! It runs in an iframe inside Confluence. The backend puts the page's state, with its words, into the HTML, so the first
//! render asks for nothing; everything later goes through [`api`]. What talks to Confluence is in [`bridge`]; what decides
//! anything without a browser is in [`choice`], [`day`], [`draft`], [`language`], [`page_link`], [`run`], [`storage_format`],
//! [`timing`], [`trouble`] and [`words`], and is tested natively.

mod admin;
mod api;
mod bridge;
mod browser;
mod choice;
mod components;
mod day;
mod draft;
mod intl;
mod json;
mod language;
mod page_link;
mod run;
mod start;
mod state;
mod storage_format;
mod timing;
mod trouble;
mod words;

pub use admin::start as start_admin;
pub use start::start;
