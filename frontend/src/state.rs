//! What the HTML carries, as the page keeps it: without the words, which stay in the JSON.

use onbehalf_contract::{
    ActivityPage, Ask, Consent, Limits, Notice, Pause, Person, Problem, Schedule,
};

/// The contract's `ConsentPage`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) app: String,
    pub(crate) site: String,
    pub(crate) person: Person,
    pub(crate) consent: Consent,
    pub(crate) limits: Limits,
    /// Why nothing is done as anybody, if so.
    pub(crate) pause: Option<Pause>,
    /// An admin asks the person for their consent.
    pub(crate) ask: Option<Ask>,
    /// Whether the person administers Confluence.
    pub(crate) admin: bool,
    pub(crate) texts: Texts,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) activity: ActivityPage,
    pub(crate) refusal: Option<Problem>,
}

/// The contract's `Texts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) language: String,
    pub(crate) notice: Notice,
}
