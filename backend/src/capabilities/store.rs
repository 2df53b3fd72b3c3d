//! What is kept, and how it may change. Every write is conditional; a write that finds something else than it expects
//! changes nothing.

use jiff::Timestamp;
use onbehalf_contract::{Access, NotRun, RunResult};
use thiserror::Error;

use crate::domain::act::{Act, Finished};
use crate::domain::consent::{Change, Circumstances, Consent};
use crate::domain::consent_event::LogEntry;
use crate::domain::fingerprint::sha256;
use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
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

    /// Notes the app's own account in a tenant of this generation. In another generation it may be another account.
    async fn note_app_account(
        &self,
        key: &TenantKey,
        generation: u64,
        account: &AccountId,
    ) -> Result<(), StoreError>;
}

pub trait ReadConsents {
    /// The consent as it is now: a strongly consistent read.
    async fn consent(&self, of: &Subject) -> Result<Option<Consent>, StoreError>;
}

pub trait ReadConsentLogs {
    /// The whole log of a person's consent, oldest first, as it is stored.
    async fn consent_log(&self, of: &Subject) -> Result<Vec<LogEntry>, StoreError>;
}

pub trait WriteConsents {
    /// Writes the consent and its events in one transaction.
    async fn write_consent(&self, change: &Change) -> Result<(), WriteError>;
}

pub trait ExpiringConsents {
    /// People whose consent's time is over, and nobody has written that down yet.
    async fn ended_by(&self, now: Timestamp) -> Result<Vec<Subject>, StoreError>;
}

pub trait ReadSchedules {
    async fn schedules(&self, of: &Subject) -> Result<Vec<Schedule>, StoreError>;

    async fn schedule(&self, of: &Subject, id: &ScheduleId)
    -> Result<Option<Schedule>, StoreError>;
}

pub trait AddSchedules {
    /// Adds a schedule. One that is there already stays as it is.
    async fn add_schedule(&self, schedule: &Schedule, now: Timestamp) -> Result<(), StoreError>;
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
    /// In one transaction: checks that the consent stands under these circumstances and covers `act.access`, claims the
    /// run (which nobody may have claimed before), and records the act as started. `Ok` means that all three happened.
    async fn commit_begin(&self, act: &Act, when: &Circumstances<'_>) -> Result<(), BeginError>;
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

/// A place in one person's list of acts, and in nobody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActCursor {
    /// When the act before it started, in milliseconds, in 15 digits.
    started_at: String,
    run: String,
}

impl ActCursor {
    /// The place after this act.
    pub fn after(act: &Act) -> Self {
        Self {
            started_at: format!("{:015}", act.started_at.as_millisecond()),
            run: act.run.text(),
        }
    }

    /// Takes a cursor that was given out to this person before.
    pub fn parse(text: &str, of: &Subject) -> Option<Self> {
        let (place, check) = text.rsplit_once('.')?;
        let (started_at, run) = place.split_once('.')?;
        let cursor = Self {
            started_at: started_at.to_owned(),
            run: run.to_owned(),
        };
        (cursor.check(of) == check).then_some(cursor)
    }

    /// For this person to give back.
    pub fn text(&self, of: &Subject) -> String {
        format!("{}.{}.{}", self.started_at, self.run, self.check(of))
    }

    /// The part of the act's key that names its place.
    pub fn place(&self) -> String {
        format!("{}#{}", self.started_at, self.run)
    }

    /// Differs for every person and place. It keeps nothing secret: a cursor of somebody else would show nothing of
    /// theirs. It tells a mix-up from an empty list.
    fn check(&self, of: &Subject) -> String {
        let whole = format!("{}#{}#{}", of.tenant, of.account, self.place());
        sha256(whole.as_bytes())[..16].to_owned()
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
