//! One firing of a schedule, and how it ended.

use jiff::Timestamp;
use onbehalf_contract::{NotRun, RunResult};
use serde::{Deserialize, Serialize};

use super::ids::{ScheduleId, Subject};

/// Names a run: a schedule fires at most once for each time that it is due.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RunId {
    pub of: Subject,
    pub schedule: ScheduleId,
    /// To the millisecond.
    pub due: Timestamp,
}

/// The message that asks for a run: what a queue carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunMessage {
    pub tenant: String,
    pub account_id: String,
    pub schedule: String,
    pub due: Timestamp,
}

/// A run as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub id: RunId,
    pub result: RunResult,
    pub link: Option<String>,
    pub reason: Option<NotRun>,
}

impl RunId {
    pub fn new(of: Subject, schedule: ScheduleId, due: Timestamp) -> Self {
        // What a key holds must be what the message holds, or a run could be claimed twice.
        let due = Timestamp::from_millisecond(due.as_millisecond()).unwrap_or(due);
        Self { of, schedule, due }
    }

    /// Unique in its account: `daily-note.1795000000000`.
    pub fn text(&self) -> String {
        format!("{}.{}", self.schedule, self.due.as_millisecond())
    }

    pub fn message(&self) -> RunMessage {
        RunMessage {
            tenant: self.of.tenant.to_string(),
            account_id: self.of.account.to_string(),
            schedule: self.schedule.to_string(),
            due: self.due,
        }
    }
}
