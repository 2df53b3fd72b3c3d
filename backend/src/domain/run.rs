//! One firing of a schedule, and how it ended.

use jiff::Timestamp;
use onbehalf_contract::{NotRun, RunResult};
use serde::{Deserialize, Serialize};

use super::act::is_over;
use super::failure::{MOST_TRIES, OUTCOME_UNKNOWN};
use super::ids::{AccountId, BadId, ScheduleId, Subject, TenantKey};

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
    /// Whether its person asked for it. The timer's runs of a schedule that pauses do not happen.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub asked: bool,
    /// How often it was held back, because its site must not be called so fast.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub held: u32,
    /// The slot that it has, if its site is near its limit. The queue may deliver it before that: it keeps nothing for
    /// long.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub slot: Option<Timestamp>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
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
    /// Counts the tries that it took until now.
    pub tries: u32,
    /// When it is tried again, if it waits.
    pub again_at: Option<Timestamp>,
    /// Whether the app acted as itself.
    pub as_app: bool,
    /// Whether its person said how it ended.
    pub settled: bool,
    /// When the act of a try before the newest one started, if nobody knows whether that was carried out.
    pub unclear: Option<Timestamp>,
}

/// What another delivery of a run's message finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It may be tried.
    Free,
    /// It is tried, but not before this time.
    Waits(Timestamp),
    /// It is under way elsewhere.
    UnderWay,
    /// It never said how it ended, and its time is over.
    Lost,
    Ended,
}

impl Run {
    /// What there is to do about this run at this moment. What may be repeated without harm is free again once it is lost.
    pub fn found(&self, now: Timestamp, idempotent: bool) -> Found {
        let lost = match (self.result, self.started_at) {
            (RunResult::Started, Some(started_at)) => is_over(started_at, now),
            _ => false,
        };
        match self.result {
            RunResult::Started if lost && idempotent && self.tries < MOST_TRIES => Found::Free,
            RunResult::Started if lost => Found::Lost,
            RunResult::Started => Found::UnderWay,
            RunResult::Waiting => match self.again_at.filter(|again| *again > now) {
                Some(again) => Found::Waits(again),
                None => Found::Free,
            },
            RunResult::Done | RunResult::Refused | RunResult::Failed | RunResult::Unknown => {
                Found::Ended
            }
        }
    }

    /// When the act started, of this try or one before, of which nobody will know whether it was carried out: this run is
    /// tried again after it.
    pub fn unclear_act(&self) -> Option<Timestamp> {
        let is_unclear = match self.result {
            // It never said how it ended.
            RunResult::Started => true,
            RunResult::Waiting => self
                .reason
                .as_ref()
                .is_some_and(|reason| reason.code == OUTCOME_UNKNOWN),
            _ => false,
        };
        self.unclear.or(self.started_at.filter(|_| is_unclear))
    }

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
            asked: false,
            held: 0,
            slot: None,
        }
    }
}

impl RunMessage {
    /// The message of a run that its person asks for.
    pub fn asked(mut self) -> Self {
        self.asked = true;
        self
    }

    /// The run that this asks for.
    pub fn run(&self) -> Result<RunId, BadId> {
        let of = Subject {
            tenant: TenantKey::parse(&*self.tenant)?,
            account: AccountId::parse(&*self.account_id)?,
        };
        let schedule = ScheduleId::parse(&*self.schedule)?;
        Ok(RunId::new(of, schedule, self.due))
    }

    /// The message of a run that is held back once more, with the slot that it has now.
    pub fn held_back(mut self, slot: Option<Timestamp>) -> Self {
        self.held = self.held.saturating_add(1);
        self.slot = slot;
        self
    }
}
