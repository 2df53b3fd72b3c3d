//! A schedule fires: act as its person, if they allow it.

use jiff::Timestamp;
use onbehalf_contract::{Fallback, RunResult};
use thiserror::Error;

use super::begin::{NotBegun, begin, begin_as_app};
use super::carry_out::{Begun, carry_out};
use super::change_consent::ChangeError;
use super::end_run::{ThisRun, finish, give_up, settle_lost, without_act};
use super::fresh_tenant::FreshTenant;
use super::hold_back::{HeldBack, held_back, token_for};
use super::invalidate::invalidate;
use super::step_times::StepTimes;
use crate::capabilities::platform::{Accounts, Product, UserTokens};
use crate::capabilities::store::{
    CommitBegin, CommitBeginAsApp, KeepPace, NoteFailures, ReadActs, ReadConsents, ReadRunContext,
    ReadTenants, RecordRuns, StoreError, WriteConsents,
};
use crate::capabilities::world::Clock;
use crate::domain::account::{Account, FitAccount};
use crate::domain::failure::Failure;
use crate::domain::ids::BadId;
use crate::domain::notice::Notices;
use crate::domain::policy::Policy;
use crate::domain::run::{Found, RunMessage};
use crate::domain::run_report::Step;
use crate::domain::schedule::Schedule;
use crate::domain::task::Task;
use crate::domain::tenant::Tenant;

/// What a run works with.
pub struct Acting<'a, S, P> {
    pub store: &'a S,
    pub platform: &'a P,
    pub notices: &'a Notices,
    pub clock: &'a dyn Clock,
}

/// What became of a run's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ran {
    Ended(RunResult),
    /// Nothing was done yet, and it is tried again then.
    Waits(Timestamp),
    /// It was not its turn. It comes back then.
    HeldBack(HeldBack),
    /// There is nothing to run: the schedule is gone or pauses, or the run is somebody else's, or has ended before.
    Nothing,
}

/// Nothing could be decided or recorded: the message must come again.
#[derive(Debug, Error)]
pub enum RunError {
    #[error("the message is malformed: {0}")]
    Malformed(#[from] BadId),
    #[error(transparent)]
    Consent(#[from] ChangeError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Everything that a run reads and writes.
pub trait RunStore:
    ReadRunContext
    + ReadTenants
    + RecordRuns
    + NoteFailures
    + KeepPace
    + ReadActs
    + CommitBegin
    + CommitBeginAsApp
    + ReadConsents
    + WriteConsents
{
}

impl<T> RunStore for T where
    T: ReadRunContext
        + ReadTenants
        + RecordRuns
        + NoteFailures
        + KeepPace
        + ReadActs
        + CommitBegin
        + CommitBeginAsApp
        + ReadConsents
        + WriteConsents
{
}

/// Runs a schedule once. However often the same run is asked for, what must not be repeated is done at most once.
pub async fn run_schedule(
    acting: &Acting<'_, impl RunStore, impl Accounts + UserTokens + Product>,
    message: &RunMessage,
    times: &mut StepTimes,
) -> Result<Ran, RunError> {
    let Acting { store, clock, .. } = *acting;
    let run = message.run()?;
    let read_at = clock.now();
    let context = times.of(Step::Read, clock, store.run_context(&run)).await?;
    let Some(schedule) = fires(context.schedule.as_ref(), message.asked) else {
        return give_up(acting, &context, &run).await;
    };
    let was = context.run.as_ref();
    times.tried_before = was.map_or(0, |run| run.tries);
    let policy = context.tenant.as_ref().map(|tenant| &tenant.policy);
    let this = ThisRun {
        run: &run,
        was,
        schedule,
        kept: policy.map_or_else(|| Policy::default().activity_kept(), Policy::activity_kept),
    };
    match was.map(|was| was.found(clock.now(), schedule.task.is_idempotent())) {
        None | Some(Found::Free) => {}
        Some(Found::Waits(until)) => return Ok(Ran::Waits(until)),
        Some(Found::Lost) => return settle_lost(acting, &this).await,
        Some(Found::UnderWay | Found::Ended) => return Ok(Ran::Nothing),
    }
    if let Some(held) = held_back(acting, &context, &run, schedule, message.slot).await? {
        return Ok(Ran::HeldBack(held));
    }
    let tenant = match FreshTenant::usable(context.tenant.clone(), read_at) {
        Ok(tenant) => tenant,
        Err(why) => return without_act(acting, &this, &why, times).await,
    };

    let asked = acting.platform.account(&tenant.tenant, &run.of.account);
    let account = match times.of(Step::Account, clock, asked).await {
        Ok(account) => account,
        Err(error) => return without_act(acting, &this, &error.into(), times).await,
    };
    let tenant = match tenant.fresh(store, clock).await? {
        Ok(tenant) => tenant,
        Err(why) => return without_act(acting, &this, &why, times).await,
    };
    let name = account.as_ref().map_or("", |account| account.name.as_str());
    let task = schedule
        .task_at(run.due, name)
        .in_space_of(account.as_ref());
    let began = begin_one(acting, &this, &tenant.tenant, account, &task);
    let begun = match times.of(Step::Begin, clock, began).await? {
        Beginning::Begun(begun) => begun,
        Beginning::Failed(why) => return without_act(acting, &this, &why, times).await,
        Beginning::Elsewhere => return Ok(Ran::Nothing),
    };
    times.as_app = begun.act().as_app;

    let known = tenant.tenant.clone();
    let kept = token_for(&context, schedule, &known);
    let ended = carry_out(acting, tenant, &begun, kept, &task, times).await;
    finish(acting, &this, &known, &begun, &ended, times).await
}

/// The schedule, if it fires. The timer may not know yet that it pauses or is deleted.
fn fires(schedule: Option<&Schedule>, asked: bool) -> Option<&Schedule> {
    schedule
        .filter(|schedule| schedule.is_active() || asked)
        .filter(|schedule| !schedule.is_deleted())
}

enum Beginning {
    Begun(Begun),
    Failed(Failure),
    /// Somebody else began it at the same moment.
    Elsewhere,
}

/// Begins the act as the person; or as the app, if the person cannot be impersonated and the schedule says so.
async fn begin_one(
    acting: &Acting<'_, impl RunStore, impl Sized>,
    this: &ThisRun<'_>,
    tenant: &Tenant,
    account: Option<Account>,
    task: &Task,
) -> Result<Beginning, RunError> {
    let Acting {
        store,
        notices,
        clock,
        ..
    } = *acting;
    let ThisRun {
        run, was, schedule, ..
    } = *this;
    if !tenant.policy.allows_task(task) {
        return Ok(Beginning::Failed(Failure::NotAllowedByPolicy));
    }
    let why = match FitAccount::check(account, tenant.app_account.as_ref()) {
        Ok(_) => {
            let when = tenant.circumstances(notices, clock.now());
            match begin(store, schedule, task.deed(), run, was, &when).await {
                Ok(started) => return Ok(Beginning::Begun(Begun::AsPerson(started))),
                Err(NotBegun::NotAllowed(why)) => Failure::NotAllowed(why),
                Err(NotBegun::Claimed) => return Ok(Beginning::Elsewhere),
                Err(NotBegun::Store(error)) => return Err(error.into()),
            }
        }
        Err(unfit) => {
            if let Some(because) = unfit.invalidates() {
                invalidate(store, clock, notices, tenant, &run.of, because).await?;
            }
            Failure::Unfit(unfit)
        }
    };
    if schedule.fallback == Fallback::Skip {
        return Ok(Beginning::Failed(why));
    }
    let when = tenant.circumstances(notices, clock.now());
    match begin_as_app(store, schedule, task.deed(), run, was, &when).await {
        Ok(started) => Ok(Beginning::Begun(Begun::AsApp(started))),
        Err(NotBegun::NotAllowed(_)) => Ok(Beginning::Failed(why)),
        Err(NotBegun::Claimed) => Ok(Beginning::Elsewhere),
        Err(NotBegun::Store(error)) => Err(error.into()),
    }
}
