//! The whole app against the Confluence simulator, over real HTTP: what the tests in `tests/` are written with.
//!
//! [`World::start`] gives a site with the app installed in it. [`World::as_person`] is somebody who uses the app's pages
//! there; [`World::callback`] is Atlassian, or whoever claims to be it; [`World::instance`] is another process of the app
//! on the same table. Everything reads one clock, which stands still until a test moves it.

mod admin;
mod at_once;
mod callback;
mod clock;
mod contents;
mod crowd;
mod database;
mod holding_database;
mod instance;
pub mod interleaving;
mod key_host;
mod logs;
mod page;
pub mod paths;
mod person;
mod reply;
mod reports;
mod table;
mod timers;
pub mod wish;
mod worker;
mod world;

pub use admin::usual_policy;
pub use at_once::at_once;
pub use callback::Callback;
pub use clock::TestClock;
pub use database::{ConflictingDatabase, deaf_database};
pub use holding_database::HoldingDatabase;
pub use instance::Instance;
pub use logs::Logs;
pub use page::{LANGUAGES, SCRIPT, SCRIPT_BROTLI, SCRIPT_URL};
pub use person::Person;
pub use reply::Reply;
pub use reports::{reports_to, times_reported};
pub use table::{Row, Table};
pub use timers::{TimerIsDown, timer};
pub use worker::{Sent, Worker};
pub use world::{TABLE, World};

/// The notice that people agree to.
pub const NOTICE: &str = "2026-11";
