//! What a run came to, for those who operate the app. Nothing in it is personal but the opaque ids.

use std::time::Duration;

use jiff::Timestamp;
use onbehalf_contract::RunResult;

use super::run::RunId;

/// One try of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunReport {
    pub run: RunId,
    pub at: Timestamp,
    pub outcome: Outcome,
    /// Why it came to nothing, by its stable name.
    pub code: Option<&'static str>,
    /// How long each step took that it came to, in their order.
    pub steps: Vec<(Step, Duration)>,
    /// How long after its time it began.
    pub late: Duration,
    /// How often it was tried before.
    pub tried_before: u32,
    /// How often it was held back.
    pub held: u32,
    /// Whether a token was asked for.
    pub exchanged_token: bool,
    pub as_app: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Result(RunResult),
    /// It was not its turn.
    HeldBack,
    /// There was nothing to run: the schedule is gone or pauses, or the run was done before.
    Nothing,
    /// Nothing could be decided or recorded. The queue delivers it again.
    Undecided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// What it has to know is read.
    Read,
    /// Confluence is asked about the account.
    Account,
    /// The opening transaction.
    Begin,
    Token,
    Call,
    /// The finishing transaction.
    Finish,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Account => "account",
            Self::Begin => "begin",
            Self::Token => "token",
            Self::Call => "call",
            Self::Finish => "finish",
        }
    }
}

impl Outcome {
    pub fn name(self) -> &'static str {
        match self {
            Self::Result(RunResult::Started) => "started",
            Self::Result(RunResult::Waiting) => "waiting",
            Self::Result(RunResult::Done) => "done",
            Self::Result(RunResult::Refused) => "refused",
            Self::Result(RunResult::Failed) => "failed",
            Self::Result(RunResult::Unknown) => "unknown",
            Self::HeldBack => "heldBack",
            Self::Nothing => "nothing",
            Self::Undecided => "undecided",
        }
    }
}
