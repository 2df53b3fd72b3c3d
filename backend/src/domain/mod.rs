//! The rules: consents, accounts, tenants, policies, schedules and acts. No I/O, and no clock of its own:
//! every rule that depends on the time takes `now`.

pub mod account;
pub mod act;
pub mod agreement;
pub mod ask;
pub mod audit;
pub mod consent;
pub mod consent_event;
pub mod failure;
pub mod fingerprint;
pub mod ids;
pub mod language;
pub mod notice;
pub mod pace;
pub mod policy;
pub mod report_plan;
pub mod run;
pub mod run_report;
pub mod schedule;
pub mod task;
pub mod tenant;
pub mod timer;
pub mod timing;
