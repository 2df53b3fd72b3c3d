//! What is kept, and how it may change. Every write is conditional; a write that finds something else than it expects
//! changes nothing.

use jiff::Timestamp;
use onbehalf_contract::{Access, NotRun, RunResult};
use thiserror::Error;

use crate::domain::act::{Act, Finished};
use crate::domain::consent::{Change, Consent};
use crate::domain::ids::{ScheduleId, Subject, TenantKey};
use crate::domain::run::{Run, RunId};
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;

/// The store did not do what it was asked for. Nothing is half done.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It did not answer, or is overloaded: try again later.
    #[error("the database did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item is not as this version of the app writes it.
    #[error("an item in the database cannot be read: {0}")]
    Unreadable(String),
}

/// A conditional write did not happen.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Somebody else changed it since it was read.
    #[error("it was changed meanwhile")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub trait ReadTenants {
    /// The tenant as it is now: a strongly consistent read.
    async fn tenant(&self, key: &TenantKey) -> Result<Option<Tenant>, StoreError>;
}

pub trait WriteTenants {
    /// Writes a tenant whose stored generation is `replaces`; `None`: that is not stored yet.
    async fn write_tenant(&self, tenant: &Tenant, replaces: Option<u64>) -> Result<(), WriteError>;

    /// Notes that the app was switched on or off, unless a newer such note is there already.
    async fn note_enabled(
        &self,
        key: &TenantKey,
        enabled: bool,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}

pub trait ReadConsents {
    /// The consent as it is now: a strongly consistent read.
    async fn consent(&self, of: &Subject) -> Result<Option<Consent>, StoreError>;
}

pub trait WriteConsents {
    /// Writes the consent and its event in one transaction.
    async fn write_consent(&self, change: &Change) -> Result<(), WriteError>;
}

pub trait ExpiringConsents {
    /// People whose consent was to end in the UTC day of `on`, whether or not it has ended otherwise.
    async fn ending_on(&self, on: Timestamp) -> Result<Vec<Subject>, StoreError>;
}

pub trait ReadSchedules {
    async fn schedules(&self, of: &Subject) -> Result<Vec<Schedule>, StoreError>;

    async fn schedule(&self, of: &Subject, id: &ScheduleId)
    -> Result<Option<Schedule>, StoreError>;
}

pub trait AddSchedules {
    /// Adds a schedule. One that is there already stays as it is.
    async fn add_schedule(&self, schedule: &Schedule) -> Result<(), StoreError>;
}

pub trait ReadRuns {
    async fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError>;

    /// The newest run of a schedule.
    async fn last_run(
        &self,
        of: &Subject,
        schedule: &ScheduleId,
    ) -> Result<Option<Run>, StoreError>;
}

pub trait RecordRuns {
    /// Records a run in which nothing was done. A run that is on record already stays as it is.
    async fn record_refusal(
        &self,
        id: &RunId,
        reason: &NotRun,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Completes the record of an act and of its run, in one transaction. What is complete already stays as it is.
    async fn record_finish(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
    ) -> Result<(), StoreError>;
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    pub result: RunResult,
    pub reason: Option<NotRun>,
}

/// The transaction that an act begins with.
pub trait CommitBegin {
    /// In one transaction: checks that the consent is live at `act.started_at` and covers `act.access`, claims the run
    /// (which nobody may have claimed before), and records the act as started. `Ok` means that all three happened.
    async fn commit_begin(&self, act: &Act) -> Result<(), BeginError>;
}

/// The act did not begin, and nothing was written.
#[derive(Debug, Error)]
pub enum BeginError {
    /// The consent as the transaction saw it does not allow this; `None`: there is none.
    #[error("there is no consent that allows this")]
    NotAllowed(Option<Box<Consent>>),
    /// The run was claimed before. It happens at most once.
    #[error("the run was begun before")]
    Claimed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub trait ReadActs {
    /// What was done as a person, newest first, from after `cursor` on.
    async fn acts(
        &self,
        of: &Subject,
        limit: u32,
        cursor: Option<&ActCursor>,
    ) -> Result<ActsPage, StoreError>;

    /// The act of a run.
    async fn act(&self, run: &RunId) -> Result<Option<Act>, StoreError>;
}

/// A place in one person's list of acts. It names no person: it is only ever used together with one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActCursor(String);

impl ActCursor {
    /// Takes a cursor that was given out before: 15 digits, `#`, and the id of a run.
    pub fn parse(text: &str) -> Option<Self> {
        let (time, run) = text.split_once('#')?;
        let valid = time.len() == 15
            && time.bytes().all(|b| b.is_ascii_digit())
            && (1..=100).contains(&run.len())
            && run
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
        valid.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Clone, Debug)]
pub struct ActsPage {
    pub acts: Vec<Act>,
    pub next: Option<ActCursor>,
}

/// Keeps user tokens between Lambdas, sealed.
pub trait KeepTokens {
    async fn kept_token(
        &self,
        of: &Subject,
        access: Access,
    ) -> Result<Option<KeptToken>, StoreError>;

    /// Keeps a token until it expires. It takes the place of an older one for the same access.
    async fn keep_token(
        &self,
        of: &Subject,
        access: Access,
        token: &KeptToken,
    ) -> Result<(), StoreError>;
}

/// A sealed token.
#[derive(Clone)]
pub struct KeptToken {
    /// The tenant's generation that it was had under. In any other it is not used.
    pub generation: u64,
    pub sealed: Vec<u8>,
    pub expires_at: Timestamp,
}
