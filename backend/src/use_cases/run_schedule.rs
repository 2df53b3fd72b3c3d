//! A schedule fires: act as its person, if they allow it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{NotRun, Outcome, RunResult};
use thiserror::Error;

use super::begin::{NotBegun, StartedAct, begin, sentence};
use super::change_consent::ChangeError;
use super::invalidate::invalidate;
use crate::capabilities::platform::{
    Accounts, Answer, CallError, Product, ProductError, TokenError, UserTokens,
};
use crate::capabilities::store::{
    CommitBegin, ReadActs, ReadConsents, ReadRuns, ReadSchedules, ReadTenants, RecordRuns, RunEnd,
    StoreError, WriteConsents,
};
use crate::capabilities::world::Clock;
use crate::domain::account::FitAccount;
use crate::domain::act::{Finished, TIME_LIMIT};
use crate::domain::consent_event::Invalid;
use crate::domain::ids::TenantKey;
use crate::domain::notice::Notices;
use crate::domain::run::RunId;
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;

/// No call starts with knowledge of the tenant that is older than this. Whoever removes or pauses a tenant waits as long
/// before they answer, so that after the answer nothing starts.
pub const TENANT_FRESH_FOR: SignedDuration = SignedDuration::from_secs(1);

/// How often it is read before that is given up because each time took too long.
const TENANT_READS: u32 = 3;

/// The run could not be decided, and nothing was done: try again later.
#[derive(Debug, Error)]
pub enum RunError {
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Consent(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that a run reads and writes.
pub trait RunStore:
    ReadTenants
    + ReadSchedules
    + ReadRuns
    + RecordRuns
    + ReadActs
    + CommitBegin
    + ReadConsents
    + WriteConsents
{
}

impl<T> RunStore for T where
    T: ReadTenants
        + ReadSchedules
        + ReadRuns
        + RecordRuns
        + ReadActs
        + CommitBegin
        + ReadConsents
        + WriteConsents
{
}

/// Runs a schedule once. However often the same run is asked for, it acts at most once.
pub async fn run_schedule(
    store: &impl RunStore,
    platform: &(impl Accounts + UserTokens + Product),
    notices: &Notices,
    clock: &dyn Clock,
    run: &RunId,
) -> Result<RunResult, RunError> {
    let refuse = async |reason: NotRun| {
        store.record_refusal(run, &reason, clock.now()).await?;
        Ok(RunResult::Refused)
    };

    let Some(schedule) = store.schedule(&run.of, &run.schedule).await? else {
        // Nothing is kept about a person of whom nothing is kept: they may have been erased.
        return Ok(RunResult::Refused);
    };
    let Some(tenant) = FreshTenant::read(store, clock, &run.of.tenant).await? else {
        return refuse(app_gone()).await;
    };
    let account = platform.account(&tenant.tenant, &run.of.account).await?;
    let person = match FitAccount::check(account, tenant.tenant.app_account.as_ref()) {
        Ok(person) => person,
        Err(unfit) => {
            if let Some(because) = unfit.invalidates() {
                invalidate(store, clock, notices, &tenant.tenant, &run.of, because).await?;
            }
            return refuse(because(unfit.code(), &unfit, unfit.remedy())).await;
        }
    };
    let Some(tenant) = tenant.fresh(store, clock).await? else {
        return refuse(app_gone()).await;
    };
    let when = tenant.tenant.circumstances(notices, clock.now());
    let act = match begin(store, &schedule, run, &when).await {
        Ok(act) => act,
        Err(NotBegun::NotAllowed(why)) => return refuse(why.reason()).await,
        Err(NotBegun::Claimed) => return settle(store, clock.now(), run).await,
        Err(NotBegun::Store(error)) => return Err(error.into()),
    };

    let known = tenant.tenant.clone();
    let ended = call_as(store, platform, clock, tenant, &person, &schedule, &act).await;
    let may_have_lost_access = ended.may_have_lost_access();
    let (finished, end) = ended.record(clock.now());
    store.record_finish(act.act(), &finished, &end).await?;
    if may_have_lost_access {
        end_if_access_is_lost(store, platform, notices, clock, &known, run).await?;
    }
    Ok(end.result)
}

/// A person who may not use the product any more is still active and gets a token, but every call as them is refused.
/// Their consent ends; if nobody can say now, the next refusal asks again.
async fn end_if_access_is_lost(
    store: &impl RunStore,
    platform: &impl Accounts,
    notices: &Notices,
    clock: &dyn Clock,
    tenant: &Tenant,
    run: &RunId,
) -> Result<(), ChangeError> {
    if let Ok(false) = platform.may_use(tenant, &run.of.account).await {
        invalidate(store, clock, notices, tenant, &run.of, Invalid::AccessLost).await?;
    }
    Ok(())
}

/// A tenant that may be acted in, and when that was read.
struct FreshTenant {
    tenant: Tenant,
    read_at: Timestamp,
}

impl FreshTenant {
    async fn read(
        store: &impl ReadTenants,
        clock: &dyn Clock,
        key: &TenantKey,
    ) -> Result<Option<Self>, StoreError> {
        let read_at = clock.now();
        let tenant = store.tenant(key).await?;
        Ok(tenant
            .filter(|tenant| tenant.usable().is_some())
            .map(|tenant| Self { tenant, read_at }))
    }

    /// What is known at this moment: the same, or what is read anew if that has grown old. What took too long to read is
    /// old already.
    async fn fresh(
        mut self,
        store: &impl ReadTenants,
        clock: &dyn Clock,
    ) -> Result<Option<Self>, StoreError> {
        let mut reads = 0;
        while clock.now().duration_since(self.read_at) >= TENANT_FRESH_FOR {
            if reads == TENANT_READS {
                let slow = "the tenant takes too long to read";
                return Err(StoreError::Unavailable(slow.into()));
            }
            reads += 1;
            match Self::read(store, clock, &self.tenant.key).await? {
                Some(anew) => self = anew,
                None => return Ok(None),
            }
        }
        Ok(Some(self))
    }

    /// The same before each step of an act, and the time that is left: nothing is asked for once its tenant is gone, or
    /// installed anew, or its time is over.
    async fn in_time(
        self,
        store: &impl ReadTenants,
        clock: &dyn Clock,
        act: &StartedAct,
    ) -> Result<(Self, Duration), NotRun> {
        let generation = self.tenant.generation;
        let fresh = match self.fresh(store, clock).await {
            Ok(fresh) => fresh.filter(|fresh| fresh.tenant.generation == generation),
            Err(error) => return Err(because("store-down", &error, "Try again later.")),
        };
        let fresh = fresh.ok_or_else(app_gone)?;
        let spent = clock.now().duration_since(act.act().started_at);
        match Duration::try_from(TIME_LIMIT - spent) {
            Ok(left) if !left.is_zero() => Ok((fresh, left)),
            _ => Err(too_slow()),
        }
    }
}

/// How an act that began came to its end.
enum Ended {
    Done(Answer),
    /// No call was made.
    NotCalled(NotRun),
    Call(CallError),
}

/// Gets the token and makes the one call, all within the act's time.
async fn call_as(
    store: &impl ReadTenants,
    platform: &(impl UserTokens + Product),
    clock: &dyn Clock,
    tenant: FreshTenant,
    person: &FitAccount,
    schedule: &Schedule,
    act: &StartedAct,
) -> Ended {
    let (tenant, _) = match tenant.in_time(store, clock, act).await {
        Ok(in_time) => in_time,
        Err(reason) => return Ended::NotCalled(reason),
    };
    let token = match platform.user_token(&tenant.tenant, act).await {
        Ok(token) => token,
        Err(error) => return Ended::NotCalled(no_token(&error)),
    };
    let (tenant, left) = match tenant.in_time(store, clock, act).await {
        Ok(in_time) => in_time,
        Err(reason) => return Ended::NotCalled(reason),
    };
    let action = schedule.action_at(act.act().run.due);
    match platform
        .perform(&tenant.tenant, person, &token, &action, left)
        .await
    {
        Ok(answer) => Ended::Done(answer),
        Err(error) => Ended::Call(error),
    }
}

/// Another delivery of a run that began before. It is not repeated: either it has ended, or it is under way elsewhere, or
/// its Lambda died, and then nobody knows whether the call was carried out.
async fn settle(
    store: &(impl ReadActs + ReadRuns + RecordRuns),
    now: Timestamp,
    run: &RunId,
) -> Result<RunResult, RunError> {
    let Some(act) = store.act(run).await? else {
        return Ok(store
            .run(run)
            .await?
            .map_or(RunResult::Refused, |run| run.result));
    };
    match act.outcome_at(now) {
        Outcome::Started => Ok(RunResult::Started),
        Outcome::Done => Ok(RunResult::Done),
        Outcome::Failed => Ok(RunResult::Failed),
        Outcome::Unknown => {
            if act.finished.is_none() {
                let (finished, end) = Ended::Call(CallError::Unclear { status: None }).record(now);
                store.record_finish(&act, &finished, &end).await?;
            }
            Ok(RunResult::Unknown)
        }
    }
}

impl Ended {
    /// Whether it was refused in a way that a person is who may not use the product at all.
    fn may_have_lost_access(&self) -> bool {
        match self {
            Self::Done(_) => false,
            Self::NotCalled(reason) => reason.code == TOKEN_REFUSED,
            Self::Call(error) => matches!(error, CallError::Refused { status: 401 | 403 }),
        }
    }

    fn record(self, at: Timestamp) -> (Finished, RunEnd) {
        let (outcome, result, status, link, reason) = match self {
            Self::Done(Answer { status, link }) => {
                (Outcome::Done, RunResult::Done, Some(status), link, None)
            }
            Self::NotCalled(reason) => {
                (Outcome::Failed, RunResult::Failed, None, None, Some(reason))
            }
            Self::Call(error) => {
                let (outcome, result) = match error {
                    CallError::Unclear { .. } => (Outcome::Unknown, RunResult::Unknown),
                    _ => (Outcome::Failed, RunResult::Failed),
                };
                (
                    outcome,
                    result,
                    status_of(&error),
                    None,
                    Some(call_failed(&error)),
                )
            }
        };
        (
            Finished {
                at,
                outcome,
                status,
                link,
            },
            RunEnd { result, reason },
        )
    }
}

fn status_of(error: &CallError) -> Option<u16> {
    match error {
        CallError::Refused { status } => Some(*status),
        CallError::Unclear { status } => *status,
        CallError::NotSent | CallError::NoSpace => None,
    }
}

// Reasons, in words for the person whose schedule it is.

const TOKEN_REFUSED: &str = "token-refused";

fn because(code: &str, detail: &impl std::fmt::Display, remedy: &str) -> NotRun {
    NotRun {
        code: code.into(),
        detail: sentence(&detail.to_string()),
        remedy: remedy.into(),
    }
}

fn app_gone() -> NotRun {
    because(
        "app-not-installed",
        &"Onbehalf is not installed in this site, or is switched off",
        "Ask a Confluence admin to install it or to switch it on.",
    )
}

fn too_slow() -> NotRun {
    because(
        "too-slow",
        &"the answers took too long, and no call was made",
        "Run it again.",
    )
}

fn no_token(error: &TokenError) -> NotRun {
    match error {
        TokenError::Refused(_) => because(
            TOKEN_REFUSED,
            error,
            "Check that you can use Confluence. If you can, ask a Confluence admin to reinstall Onbehalf.",
        ),
        TokenError::RateLimited => because("rate-limited", error, "Run it again in a few minutes."),
        TokenError::Unavailable(_) => because("atlassian-down", error, "Run it again later."),
        TokenError::Internal(_) => because(
            "token-not-prepared",
            &"the token could not be prepared",
            "Run it again. If this stays, tell a Confluence admin.",
        ),
    }
}

fn call_failed(error: &CallError) -> NotRun {
    let (code, remedy) = match error {
        CallError::Refused { status: 400 | 409 } => (
            "not-accepted",
            "Check the schedule: a page with this title may be there already.",
        ),
        CallError::Refused { status: 401 | 403 } => (
            "not-permitted",
            "Check that you may do this in Confluence yourself.",
        ),
        CallError::Refused { status: 404 } => {
            ("not-found", "Check that the page or space is still there.")
        }
        CallError::Refused { status: 429 } => ("rate-limited", "Run it again in a few minutes."),
        CallError::Refused { .. } => ("refused", "Check the schedule, then run it again."),
        CallError::NotSent => ("confluence-down", "Run it again later."),
        CallError::NoSpace => (
            "no-space",
            "Create your personal space in Confluence, then run it again.",
        ),
        CallError::Unclear { .. } => (
            "outcome-unknown",
            "It may have been done, or not. Look in Confluence before you run it again.",
        ),
    };
    because(code, error, remedy)
}
