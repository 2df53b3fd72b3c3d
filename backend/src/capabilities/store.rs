//! What is kept, and how it may change. Every write is conditional; a write that finds something else than it expects
//! changes nothing.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use onbehalf_contract::{Access, NotRun, RunResult};
use thiserror::Error;

use super::platform::KeptPerson;
use crate::domain::act::{Act, Finished};
use crate::domain::ask::Ask;
use crate::domain::audit::AuditEntry;
use crate::domain::consent::{Change, Circumstances, Consent};
use crate::domain::consent_event::LogEntry;
use crate::domain::fingerprint::sha256;
use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use crate::domain::pace::Pace;
use crate::domain::policy::Policy;
use crate::domain::run::{Run, RunId};
use crate::domain::schedule::Schedule;
use crate::domain::tenant::{Pause, Tenant};
use crate::domain::timer::TimerId;

/// The store did not do what it was asked for. Nothing is half done.
#[derive(Debug, Error)]
pub enum StoreError {
    /// It did not answer, or is overloaded: try again later.
    #[error("the database did not answer")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no such table, or it lacks an index: with what the database said.
    #[error("the table is not the one that this version needs: {0}; deploy this version")]
    OtherTable(String),
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

    /// The same for someone's first consent. The schedule that everybody begins with is written with it, unless there is
    /// one under its id.
    async fn write_first_consent(
        &self,
        change: &Change,
        starter: &Schedule,
    ) -> Result<(), WriteError>;
}

pub trait ExpiringConsents {
    /// People whose consent's time is over, and nobody has written that down yet.
    async fn ended_by(&self, now: Timestamp) -> Result<Vec<Subject>, StoreError>;
}

pub trait ReadSchedules {
    /// Every schedule of a person, those included that are deleted and that the timer has not forgotten yet.
    async fn schedules(&self, of: &Subject) -> Result<Vec<Schedule>, StoreError>;

    async fn schedule(&self, of: &Subject, id: &ScheduleId)
    -> Result<Option<Schedule>, StoreError>;
}

pub trait WriteSchedules {
    /// Adds a schedule. One that is there already stays as it is. The timer is to be looked at from now on.
    async fn add_schedule(&self, schedule: &Schedule, now: Timestamp) -> Result<(), StoreError>;

    /// Writes a schedule whose stored version is `replaces`. The timer is to be looked at from now on.
    async fn change_schedule(
        &self,
        schedule: &Schedule,
        replaces: u64,
        now: Timestamp,
    ) -> Result<(), WriteError>;
}

/// Keeps the timer in step with the schedules.
pub trait KeepTimers {
    /// Some of the schedules whose timer is to be looked at by now, those first that have waited longest.
    async fn timers_to_check(&self, now: Timestamp) -> Result<Vec<TimerId>, StoreError>;

    /// Notes that the timer has what this version of a schedule wants, and is to be looked at again at `next`. `false`: the
    /// schedule is another by now, and stays to be looked at.
    async fn note_timer(&self, schedule: &Schedule, next: Timestamp) -> Result<bool, StoreError>;

    /// Removes a schedule that its person deleted, and that the timer has forgotten. `false`: it is another by now.
    async fn remove_schedule(&self, schedule: &Schedule) -> Result<bool, StoreError>;
}

/// Notes how a schedule's runs go.
pub trait NoteFailures {
    /// Writes the failures, and whether it pauses for them, of a schedule that had `before` failures at this version. One
    /// that was changed since stays as it is.
    async fn note_failures(
        &self,
        schedule: &Schedule,
        before: u32,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

pub trait ReadRunContext {
    /// What a run has to know before it does anything, as it is now: strongly consistent reads, at one go.
    async fn run_context(&self, run: &RunId) -> Result<RunContext, StoreError>;
}

/// What a run has to know.
pub struct RunContext {
    pub tenant: Option<Tenant>,
    pub pace: Pace,
    pub schedule: Option<Schedule>,
    /// The run itself, if it was tried before.
    pub run: Option<Run>,
    /// The tokens that are kept for its person.
    pub tokens: Vec<(Access, KeptToken)>,
}

/// How fast tenants may be called.
pub trait KeepPace {
    /// Notes what a site has said of its limits. What is known already and goes further stays.
    async fn slow_down(&self, tenant: &TenantKey, pace: &Pace) -> Result<(), StoreError>;

    /// Takes the next free slot for a call, and says when it is.
    async fn take_slot(
        &self,
        tenant: &TenantKey,
        gap: Duration,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError>;
}

pub trait ReadRuns {
    async fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError>;

    /// The runs of a schedule, newest first, from after the one that was due at `before` on.
    async fn runs(
        &self,
        of: &Subject,
        schedule: &ScheduleId,
        limit: u32,
        before: Option<Timestamp>,
    ) -> Result<RunsPage, StoreError>;
}

/// Some of the runs of a schedule.
#[derive(Debug)]
pub struct RunsPage {
    pub runs: Vec<Run>,
    /// Whether there are older ones.
    pub more: bool,
}

pub trait RecordRuns {
    /// Records a run in which no act began, and which is as it was found: `was`. If it is another by now, that stays.
    async fn record_no_act(
        &self,
        id: &RunId,
        was: Option<&Run>,
        end: &RunEnd,
        kept_until: Timestamp,
    ) -> Result<(), StoreError>;

    /// Completes the record of an act and of its run, in one transaction. What is complete already stays as it is.
    async fn record_finish(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
    ) -> Result<(), StoreError>;

    /// Records what a person says of an act whose outcome is unknown. `Changed`: it is not unknown.
    async fn settle(&self, act: &Act, finished: &Finished, end: &RunEnd) -> Result<(), WriteError>;
}

/// How a run ended, or that it waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    pub result: RunResult,
    pub reason: Option<NotRun>,
    /// When it is tried again, if it waits.
    pub again_at: Option<Timestamp>,
}

/// The transaction that an act begins with.
pub trait CommitBegin {
    /// In one transaction: checks that the consent stands under these circumstances and covers `act.access`, claims the
    /// run (which must be as it was found: `was`), and records the act as started. `Ok` means that all three happened.
    async fn commit_begin(
        &self,
        act: &Act,
        was: Option<&Run>,
        when: &Circumstances<'_>,
    ) -> Result<(), BeginError>;
}

/// The same for an act of the app itself, which no consent covers and no user's token is given for.
pub trait CommitBeginAsApp {
    /// In one transaction: claims the run, which must be as it was found, and records the act as started.
    async fn commit_begin_as_app(&self, act: &Act, was: Option<&Run>) -> Result<(), BeginError>;
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

pub trait CountActs {
    /// How many acts of a person started at this time or later; `most` if there are more.
    async fn count_acts(
        &self,
        of: &Subject,
        since: Timestamp,
        most: u32,
    ) -> Result<u32, StoreError>;
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

/// Keeps user tokens between Lambdas, sealed, and sees to it that one Lambda at a time asks for a new one.
pub trait KeepTokens {
    /// Takes the turn to ask for a token, which ends by itself at `until`. `false`: somebody else has it, or there is a
    /// token of this generation that has not expired yet. One that is of no use, because it does not open, is as good as
    /// none.
    async fn take_exchange(
        &self,
        of: &Subject,
        access: Access,
        generation: u64,
        now: Timestamp,
        until: Timestamp,
        useless: Option<&KeptToken>,
    ) -> Result<bool, StoreError>;

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

/// Who is to be reported to the platform, and when. Nobody is forgotten, and nobody is reported twice in a cycle: what was
/// reported is noted for each person, and only one process at a time reports the people of a tenant.
pub trait PlanReports {
    /// The next whom it is time to report, oldest first. It may lag behind: see [`PlanReports::still_due`].
    async fn next_due(
        &self,
        walk: &mut DueWalk,
        now: Timestamp,
    ) -> Result<Option<Subject>, StoreError>;

    /// Those of these people of one tenant, at most 100, whom it is time to report as it is now.
    async fn still_due(
        &self,
        tenant: &TenantKey,
        people: &[AccountId],
        now: Timestamp,
    ) -> Result<Vec<KeptPerson>, StoreError>;

    /// Takes the turn to report people of this tenant, which ends by itself at `until`. `None`: somebody else has it, or
    /// the tenant is to be left alone for now.
    async fn take_turn(
        &self,
        tenant: &TenantKey,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Turn>, StoreError>;

    /// Gives a turn back, and leaves the tenant alone until then, if a time is given.
    async fn end_turn(&self, turn: Turn, not_before: Option<Timestamp>) -> Result<(), StoreError>;

    /// Notes what becomes of at most 100 people of one tenant, of all or of none. Who is not kept any more stays so.
    async fn plan(
        &self,
        tenant: &TenantKey,
        people: &[(AccountId, Plan)],
    ) -> Result<(), StoreError>;
}

/// How far somebody went through the people that are due. It begins with the default.
#[derive(Debug)]
pub struct DueWalk {
    /// One for each list of them that a store has.
    pub(crate) lists: Vec<DueList>,
    /// How many are read at once from a list.
    pub(crate) page: u16,
}

impl DueWalk {
    /// A walk that reads fewer or more at once than usual.
    pub fn with_pages_of(page: u16) -> Self {
        Self {
            lists: Vec::new(),
            page,
        }
    }
}

impl Default for DueWalk {
    fn default() -> Self {
        Self::with_pages_of(1000)
    }
}

#[derive(Debug, Default)]
pub(crate) struct DueList {
    /// Read and not given out yet, oldest first.
    pub(crate) read: VecDeque<(Timestamp, Subject)>,
    /// The last that was read; `None` at the beginning.
    pub(crate) last: Option<(Timestamp, Subject)>,
    pub(crate) at_end: bool,
}

/// The only turn to report people of a tenant.
#[derive(Debug)]
pub struct Turn {
    pub(crate) tenant: TenantKey,
    pub(crate) until: Timestamp,
}

/// What becomes of a person of whom something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// They are reported next at this time.
    Report { at: Timestamp },
    /// The same, and what is kept of them is right as of `now`.
    Renewed { at: Timestamp, now: Timestamp },
    /// Everything about them is to be erased, as of `now`.
    Erase { now: Timestamp },
}

/// What those who administer a tenant decide. Each decision is written together with its entry in the audit log.
pub trait Administer {
    /// Writes a policy whose stored version is the one before it.
    async fn write_policy(
        &self,
        tenant: &TenantKey,
        policy: &Policy,
        entry: &AuditEntry,
    ) -> Result<(), WriteError>;

    /// Pauses everything, or lets it go on. `Changed`: that is so already.
    async fn write_pause(
        &self,
        tenant: &TenantKey,
        pause: Option<&Pause>,
        entry: &AuditEntry,
    ) -> Result<(), WriteError>;

    /// Notes what an admin did that changes nothing here.
    async fn note_audit(&self, tenant: &TenantKey, entry: &AuditEntry) -> Result<(), StoreError>;

    /// What admins did, newest first, from after `cursor` on.
    async fn audit(
        &self,
        tenant: &TenantKey,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<AuditEntries, StoreError>;
}

#[derive(Debug)]
pub struct AuditEntries {
    pub entries: Vec<AuditEntry>,
    pub next: Option<String>,
}

/// Asking for consents.
pub trait KeepAsks {
    async fn ask(&self, of: &Subject) -> Result<Option<Ask>, StoreError>;

    /// Asks somebody, whatever they were asked before.
    async fn write_ask(
        &self,
        of: &Subject,
        ask: &Ask,
        entry: &AuditEntry,
    ) -> Result<(), StoreError>;

    /// Notes that the person said no. `false`: they were not asked.
    async fn decline_ask(&self, of: &Subject, at: Timestamp) -> Result<bool, StoreError>;

    /// Takes it back. `false`: they were not asked.
    async fn remove_ask(&self, of: &Subject, entry: &AuditEntry) -> Result<bool, StoreError>;
}

/// Everything of a tenant, for its admins. It may lag a moment behind.
pub trait ListTenant {
    /// Every consent.
    async fn consents_of(&self, tenant: &TenantKey) -> Result<Vec<Consent>, StoreError>;

    /// Who was asked for a consent and has not agreed.
    async fn asks_of(&self, tenant: &TenantKey) -> Result<Vec<(Subject, Ask)>, StoreError>;

    /// Schedules, newest first, from after `cursor` on.
    async fn schedules_of(
        &self,
        tenant: &TenantKey,
        limit: u32,
        cursor: Option<&ListCursor>,
    ) -> Result<Listed<Schedule>, StoreError>;

    /// Acts that started in this time, newest first, from after `cursor` on; each with its place.
    async fn acts_of(
        &self,
        tenant: &TenantKey,
        within: Within,
        limit: u32,
        cursor: Option<&ListCursor>,
    ) -> Result<Listed<(Act, ListCursor)>, StoreError>;
}

/// From a time on, and before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Within {
    pub from: Timestamp,
    pub before: Timestamp,
}

/// Some of a list.
#[derive(Debug)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// The place after the last of them; `None`: there are no more.
    pub next: Option<ListCursor>,
}

/// A place in a tenant's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCursor {
    pub(crate) at: Timestamp,
    /// The keys of what stands before it.
    pub(crate) key: String,
}

impl ListCursor {
    /// Takes a cursor that was given out before. It says nothing but a place: what is listed hangs on who asks.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, key) = text.split_once('.')?;
        Some(Self {
            at: Timestamp::from_millisecond(at.parse().ok()?).ok()?,
            key: key.to_owned(),
        })
    }

    pub fn text(&self) -> String {
        format!("{}.{}", self.at.as_millisecond(), self.key)
    }
}

/// Erasing, in steps. Each step is a transaction with a condition: as soon as there is no reason to erase any more, nothing
/// more is erased. It may be given up after any step, and begun again.
pub trait Erase {
    /// Some of the people whom somebody planned to erase, those first who were planned first.
    async fn people_to_erase(&self) -> Result<Vec<Subject>, StoreError>;

    /// Some of the tenants that were removed, and whose data was to be kept until a time before `now`.
    async fn tenants_to_erase(&self, now: Timestamp) -> Result<Vec<TenantKey>, StoreError>;

    /// Some of the people of a tenant, who come after this one. None: there are no more.
    async fn people_of(
        &self,
        tenant: &TenantKey,
        after: Option<&Subject>,
    ) -> Result<Vec<Subject>, StoreError>;

    /// Erases everything about a person, and the note that they are there last.
    async fn erase_person(&self, of: &Subject, why: &WhyErase) -> Result<Erased, StoreError>;

    /// Erases the tenant itself, when its people are gone.
    async fn erase_tenant(&self, key: &TenantKey, generation: u64) -> Result<Erased, StoreError>;
}

/// The reason to erase a person, which is looked at anew in every step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyErase {
    /// It was planned: [`Plan::Erase`]. A new consent puts an end to the plan.
    Planned,
    /// The tenant was removed, and is still in this generation.
    TenantRemoved { generation: u64 },
}

/// What became of erasing.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    Everything,
    /// There is no reason to erase any more. What was left is left.
    NoReason,
}

/// The logs of all people, for an operator who checks them. No request may use this: it reads the whole table.
pub trait ReadAllLogs {
    /// Whoever has a consent or an event of one.
    async fn log_owners(&self) -> Result<Vec<LogOwner>, StoreError>;

    /// What is stored of a person's consent: a strongly consistent read.
    async fn stored_log(&self, of: &Subject) -> Result<StoredLog, StoreError>;
}

/// Whose a log is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogOwner {
    Person(Subject),
    /// It is kept under a key that names no person.
    Nobody {
        key: String,
    },
}

/// A consent and its events as they are stored, whether or not they can be read.
#[derive(Clone, Debug)]
pub struct StoredLog {
    pub consent: Option<StoredConsent>,
    /// In the order of their keys.
    pub events: Vec<StoredEvent>,
}

#[derive(Clone, Debug)]
pub enum StoredConsent {
    Readable {
        consent: Box<Consent>,
        /// Whether it is written just as this version of the app writes it, the indexes included.
        as_written: bool,
    },
    Unreadable {
        reason: String,
    },
}

#[derive(Clone, Debug)]
pub enum StoredEvent {
    Readable {
        /// As its key has it.
        number: u64,
        at: Timestamp,
        entry: LogEntry,
    },
    Unreadable {
        key: String,
    },
}
