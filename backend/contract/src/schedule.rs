use serde::{Deserialize, Serialize};

/// `GET /api/schedules`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedules {
    pub items: Vec<Schedule>,
}

/// A standing order to act as an account at given times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    pub id: String,
    pub account_id: String,
    pub title: String,
    pub when: When,
    pub action: Action,
    pub fallback: Fallback,
    pub state: ScheduleState,
    /// The newest run that has ended or is under way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_run: Option<Run>,
}

/// When a schedule runs, in the syntax of Amazon EventBridge Scheduler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    pub expression: String,
    /// An IANA time zone.
    pub time_zone: String,
}

/// What a schedule does. `{date}` and `{time}` in a title or a body are those of the run, in the
/// schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Action {
    /// Create a page in the person's own space.
    CreatePage {
        title: String,
        /// Confluence storage format.
        body: String,
    },
}

/// What to do when the person cannot be impersonated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fallback {
    /// Do nothing, and say why.
    Skip,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ScheduleState {
    Active,
    Paused,
}

/// One firing of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub id: String,
    /// The time it was due.
    pub due: String,
    pub result: RunResult,
    /// Where to see what it made in Confluence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Why it did nothing, or failed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<NotRun>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunResult {
    Started,
    Done,
    /// Nothing was done: the person cannot be impersonated.
    Refused,
    Failed,
    Unknown,
}

/// Why a run did nothing, or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotRun {
    /// A stable name: `no-consent`, `consent-expired`, `account-inactive`, …
    pub code: String,
    /// What happened, in words.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}

/// `POST /api/schedules/{id}/run` answers 202 with this: the run is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    /// The run's id, as it will stand in the schedule's `lastRun`.
    pub id: String,
    pub due: String,
}
