//! The JSON that the pages and the backend of Onbehalf exchange.
//!
//! Names are camelCase, times are RFC 3339 in UTC, and unknown fields are refused where the backend reads.
//! This crate knows serde and nothing else, so that the page can carry it at no cost.

mod activity;
mod admin;
mod consent;
mod page;
mod problem;
mod schedule;

pub use activity::{Activity, ActivityPage, Deed, Outcome};
pub use admin::{
    ActivityOf, ActsOfDay, AdminActivity, AdminConsent, AdminConsentEvent, AdminConsentRow,
    AdminConsents, AdminDeed, AdminPage, AdminPolicy, AdminSchedules, Ask, AskOf, AskWish, Asked,
    Asks, AuditEntry, AuditPage, ConsentCounts, ConsentSort, Group, Groups, NotRevoked, Overview,
    Pause, PauseWish, People, PolicyEffects, RevokeMany, RevokedMany, ScheduleOf, Somebody, Which,
};
pub use consent::{Access, AdminRevoke, Consent, ConsentState, ConsentWish, EndedBecause};
pub use page::{ConsentPage, Limits, Notice, Person, Texts};
pub use problem::Problem;
pub use schedule::{
    Action, Fallback, Method, NotRun, PreviewRequest, Run, RunResult, RunStarted, RunsPage,
    Schedule, ScheduleChange, SchedulePreview, ScheduleState, ScheduleWish, Schedules, Settlement,
    When,
};
