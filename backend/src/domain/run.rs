//! One firing of a schedule, and how it ended.

use jiff::Timestamp;
use onbehalf_contract::{NotRun, RunResult};
use serde::{Deserialize, Serialize};

use super::act::is_over;
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
    /// As it was last written: see [`Run::result_at`].
    pub result: RunResult,
    /// When its act started, if it came to one.
    pub started_at: Option<Timestamp>,
    pub link: Option<String>,
    pub reason: Option<NotRun>,
}

impl Run {
    /// The result at this moment. As with its act: if it never said how it ended, and its time is over, that is unknown,
    /// whether or not anybody wrote that down.
    pub fn result_at(&self, now: Timestamp) -> RunResult {
        match (self.result, self.started_at) {
            (RunResult::Started, Some(started_at)) if is_over(started_at, now) => {
                RunResult::Unknown
            }
            (result, _) => result,
        }
    }
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
