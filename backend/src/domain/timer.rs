//! What the timer, which asks for runs when they are due, must have for a schedule.

use jiff::Timestamp;
use onbehalf_contract::When;

use super::ids::{ScheduleId, Subject};

/// Whose timer, and for which schedule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TimerId {
    pub of: Subject,
    pub schedule: ScheduleId,
}

/// When it fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timer {
    pub when: When,
    /// A rate is counted from here.
    pub since: Timestamp,
}

/// What the timer had in the place of what it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// Just that.
    None,
    /// Nothing.
    Missing,
    /// Something else.
    Different,
    /// Something, where there should be nothing.
    Extra,
}
