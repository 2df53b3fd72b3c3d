//! One file for each thing that someone wants done. Each is a function over the capabilities that it needs.

pub mod begin;
pub mod change_consent;
pub mod erase;
pub mod expire_consents;
pub mod grant;
pub mod install;
pub mod invalidate;
pub mod issue_receipt;
pub mod learn_own_account;
pub mod list_acts;
pub mod list_schedules;
pub mod open_consent_page;
pub mod report_accounts;
pub mod revoke;
pub mod run_now;
pub mod run_schedule;
pub mod see_consent;
pub mod switch_app;
pub mod uninstall;
pub mod verify_log;
