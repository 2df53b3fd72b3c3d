//! The record of an act: one call made as a person.

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{Access, Deed, Outcome};

use super::ids::Subject;
use super::run::RunId;

/// From the moment that an act is on record, its call has ended, one way or the other, within this time.
pub const TIME_LIMIT: SignedDuration = SignedDuration::from_secs(10);

/// An act as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    pub run: RunId,
    /// What it does.
    pub deed: Deed,
    /// What it was allowed to do: the token carries this and no more.
    pub access: Access,
    /// Whether the app acts as itself, because the person cannot be impersonated and the schedule says so.
    pub as_app: bool,
    pub started_at: Timestamp,
    /// Until when the record is kept, in whole seconds.
    pub kept_until: Timestamp,
    pub finished: Option<Finished>,
}

/// How an act ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub at: Timestamp,
    pub outcome: Outcome,
    /// The HTTP status that the product answered.
    pub status: Option<u16>,
    /// Where to see the result.
    pub link: Option<String>,
    /// Whether the person said so, who looked.
    pub settled: bool,
}

/// Whether the time of an act that started then is over.
pub fn is_over(started_at: Timestamp, now: Timestamp) -> bool {
    now > started_at
        .saturating_add(TIME_LIMIT)
        .unwrap_or(Timestamp::MAX)
}

/// Until when a record of this moment is kept, in whole seconds.
pub fn kept_until(now: Timestamp, kept: SignedDuration) -> Timestamp {
    let until = now.saturating_add(kept).unwrap_or(Timestamp::MAX);
    Timestamp::from_second(until.as_second()).unwrap_or(until)
}

impl Act {
    pub fn of(&self) -> &Subject {
        &self.run.of
    }

    /// The outcome at this moment. An act that never said how it ended, and whose time is over, has an unknown
    /// outcome, whether or not anybody wrote that down.
    pub fn outcome_at(&self, now: Timestamp) -> Outcome {
        match &self.finished {
            Some(finished) => finished.outcome,
            None if is_over(self.started_at, now) => Outcome::Unknown,
            None => Outcome::Started,
        }
    }
}
