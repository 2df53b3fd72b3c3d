//! Everything that is kept, in one DynamoDB table.
//!
//! All that concerns one person in one tenant is one partition: a consent, its events, schedules, runs, acts and the
//! sealed token can be checked in one transaction, read together, and erased together. docs/data.md lists the access
//! patterns.

mod acts;
mod asks;
mod audit;
mod batch;
mod begin;
mod conflict;
mod consents;
mod erase;
mod keys;
mod listing;
mod pace;
mod people;
mod record;
mod reports;
mod rules;
mod run_context;
mod runs;
mod schedules;
mod store;
mod stored_logs;
mod table;
mod tenants;
mod tokens;

pub use store::Store;
pub use table::create_table;
