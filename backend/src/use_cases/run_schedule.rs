//! A schedule fires: act as its person, if they allow it.

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{Access, Fallback, Outcome, RunResult};
use thiserror::Error;

use super::begin::{NotBegun, begin, begin_as_app};
use super::carry_out::{Begun, Ended, carry_out};
use super::change_consent::ChangeError;
use super::fresh_tenant::FreshTenant;
use super::invalidate::invalidate;
use super::step_times::StepTimes;
use crate::capabilities::platform::{Accounts, Product, TOKEN_SPARE, UserTokens};
use crate::capabilities::store::{
    CommitBegin, CommitBeginAsApp, KeepPace, KeptToken, NoteFailures, ReadActs, ReadConsents,
    ReadRunContext, ReadTenants, RecordRuns, RunContext, RunEnd, StoreError, WriteConsents,
};
use crate::capabilities::world::Clock;
use crate::domain::account::{Account, FitAccount};
use crate::domain::act::{Finished, kept_until};
use crate::domain::consent_event::Invalid;
use crate::domain::failure::{Failure, spread_after};
use crate::domain::notice::Notices;
use crate::domain::pace::{Turn, wait_for};
use crate::domain::policy::Policy;
use crate::domain::run::{Found, Run, RunId, RunMessage};
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

/// A run whose turn it is not yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldBack {
    pub until: Timestamp,
    /// The slot that it has.
    pub slot: Option<Timestamp>,
}

/// Nothing could be decided or recorded: the message must come again.
#[derive(Debug, Error)]
pub enum RunError {
    #[error("the message is malformed: {0}")]
    Malformed(#[from] crate::domain::ids::BadId),
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

/// A schedule that does not fire any more. What waits for another try ends as it stands. Of somebody of whom no schedule is
/// kept nothing is written: they may have been erased.
async fn give_up(
    acting: &Acting<'_, impl RecordRuns, impl Sized>,
    context: &RunContext,
    run: &RunId,
) -> Result<Ran, RunError> {
    let waits = context
        .run
        .as_ref()
        .filter(|was| was.result == RunResult::Waiting && context.schedule.is_some());
    let (Some(was), Some(tenant)) = (waits, &context.tenant) else {
        return Ok(Ran::Nothing);
    };
    let result = match was.unclear_act() {
        Some(_) => RunResult::Unknown,
        None => RunResult::Failed,
    };
    let end = RunEnd {
        result,
        reason: was.reason.clone(),
        again_at: None,
    };
    let kept_until = kept_until(acting.clock.now(), tenant.policy.activity_kept());
    acting
        .store
        .record_no_act(run, Some(was), &end, kept_until)
        .await?;
    Ok(Ran::Ended(result))
}

/// A run, as it was found, and what it is of.
struct ThisRun<'a> {
    run: &'a RunId,
    was: Option<&'a Run>,
    schedule: &'a Schedule,
    /// For how long its record is kept.
    kept: SignedDuration,
}

impl ThisRun<'_> {
    /// Which try this is, from 1 on.
    fn tried(&self) -> u32 {
        self.was.map_or(0, |was| was.tries).saturating_add(1)
    }

    /// How a run stands after this failure: either it waits, or it has ended so. If nobody knows whether a try before did
    /// it, that is how it ends.
    fn after(&self, failure: &Failure, result: RunResult, now: Timestamp) -> RunEnd {
        let again_at = failure.again_at(self.run, self.tried(), now);
        let unknown = Failure::OutcomeUnknown { idempotent: true };
        let (result, reason) = match again_at {
            Some(_) => (RunResult::Waiting, failure),
            None if self.may_have_written() => (RunResult::Unknown, &unknown),
            None => (result, failure),
        };
        RunEnd {
            result,
            reason: Some(reason.reason()),
            again_at,
        }
    }

    fn may_have_written(&self) -> bool {
        let unclear = self.was.and_then(Run::unclear_act);
        unclear.is_some() && self.schedule.access() == Access::ReadWrite
    }
}

/// Until when a run is held back: while its site is not to be called, or not so fast; and in the last seconds of a token's
/// life, for nobody asks for a new one before the old one is over.
async fn held_back(
    acting: &Acting<'_, impl KeepPace, impl Sized>,
    context: &RunContext,
    run: &RunId,
    schedule: &Schedule,
    mut slot: Option<Timestamp>,
) -> Result<Option<HeldBack>, StoreError> {
    let Acting { store, clock, .. } = *acting;
    match context.pace.turn(clock.now(), slot) {
        Turn::Now => {}
        Turn::NotBefore { until, slot } => {
            // Of those whom a block held back, not all come back at once.
            let until = slot.unwrap_or_else(|| spread_after(until, run));
            return Ok(Some(HeldBack { until, slot }));
        }
        Turn::TakeSlot(slow) => {
            let until = store
                .take_slot(&run.of.tenant, slow.gap, clock.now())
                .await?;
            slot = Some(until);
            match wait_for(until, clock.now()) {
                Some(wait) => clock.sleep(wait).await,
                None => return Ok(Some(HeldBack { until, slot })),
            }
        }
    }
    let token = context
        .tenant
        .as_ref()
        .and_then(|tenant| token_for(context, schedule, tenant));
    let now = clock.now();
    Ok(token
        .map(|token| token.expires_at)
        .filter(|ends| *ends > now && ends.duration_since(now) <= TOKEN_SPARE)
        .map(|until| HeldBack { until, slot }))
}

/// The token that is kept for this, of this installation.
fn token_for<'a>(
    context: &'a RunContext,
    schedule: &Schedule,
    tenant: &Tenant,
) -> Option<&'a KeptToken> {
    context
        .tokens
        .iter()
        .find(|(access, token)| {
            *access == schedule.access() && token.generation == tenant.generation
        })
        .map(|(_, token)| token)
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

/// Records a run that came to no act.
async fn without_act(
    acting: &Acting<'_, impl RunStore, impl Sized>,
    this: &ThisRun<'_>,
    why: &Failure,
    times: &mut StepTimes,
) -> Result<Ran, RunError> {
    let Acting { store, clock, .. } = *acting;
    times.code = Some(why.code());
    let result = match why {
        Failure::AppGone | Failure::Paused(_) | Failure::NotAllowedByPolicy => RunResult::Refused,
        why if why.is_about_the_person() => RunResult::Refused,
        _ => RunResult::Failed,
    };
    let now = clock.now();
    let end = this.after(why, result, now);
    let kept_until = kept_until(now, this.kept);
    store
        .record_no_act(this.run, this.was, &end, kept_until)
        .await?;
    note_end(acting, this, Some(why), &end).await?;
    Ok(ran(&end))
}

/// Records how an act ended, and what follows from that.
async fn finish(
    acting: &Acting<'_, impl RunStore, impl Accounts>,
    this: &ThisRun<'_>,
    tenant: &Tenant,
    begun: &Begun,
    ended: &Ended,
    times: &mut StepTimes,
) -> Result<Ran, RunError> {
    let Acting { store, clock, .. } = *acting;
    let now = clock.now();
    let finished = ended.finished(now);
    let why = match ended {
        Ended::Done(_) => None,
        Ended::Failed { why, .. } => Some(why),
    };
    times.code = why.map(Failure::code);
    let end = match why {
        None => RunEnd {
            result: RunResult::Done,
            reason: None,
            again_at: None,
        },
        Some(why) => this.after(why, result_of(finished.outcome), now),
    };
    let recorded = store.record_finish(begun.act(), &finished, &end);
    times.of(Step::Finish, clock, recorded).await?;
    note_end(acting, this, why, &end).await?;
    if ended.may_have_lost_access() && matches!(begun, Begun::AsPerson(_)) {
        end_if_access_is_lost(acting, tenant, this.run).await?;
    }
    Ok(ran(&end))
}

fn result_of(outcome: Outcome) -> RunResult {
    match outcome {
        Outcome::Started => RunResult::Started,
        Outcome::Done => RunResult::Done,
        Outcome::Failed => RunResult::Failed,
        Outcome::Unknown => RunResult::Unknown,
    }
}

fn ran(end: &RunEnd) -> Ran {
    match end.again_at {
        Some(at) => Ran::Waits(at),
        None => Ran::Ended(end.result),
    }
}

/// Counts what comes to nothing, so that a schedule that keeps failing pauses. Most of the time there is nothing to write.
async fn note_end(
    acting: &Acting<'_, impl NoteFailures, impl Sized>,
    this: &ThisRun<'_>,
    why: Option<&Failure>,
    end: &RunEnd,
) -> Result<(), StoreError> {
    let schedule = this.schedule;
    let after = match (why, &end.reason) {
        _ if end.again_at.is_some() => return Ok(()),
        (Some(Failure::Paused(_)), _) => return Ok(()),
        (Some(why), Some(reason)) => schedule.after_failure(reason, why.pauses_after()),
        _ if schedule.failures == 0 => return Ok(()),
        _ => schedule.after_success(),
    };
    let now = acting.clock.now();
    acting
        .store
        .note_failures(&after, schedule.failures, now)
        .await
}

/// Another delivery of a run that began before and never said how it ended: its Lambda died, and nobody knows whether the
/// call was carried out. It is not repeated.
async fn settle_lost(
    acting: &Acting<'_, impl RunStore, impl Sized>,
    this: &ThisRun<'_>,
) -> Result<Ran, RunError> {
    let Acting { store, clock, .. } = *acting;
    let Some(act) = store.act(this.run).await? else {
        return Ok(Ran::Nothing);
    };
    let why = Failure::OutcomeUnknown { idempotent: false };
    let end = RunEnd {
        result: RunResult::Unknown,
        reason: Some(why.reason()),
        again_at: None,
    };
    let finished = Finished {
        at: clock.now(),
        outcome: Outcome::Unknown,
        status: None,
        link: None,
        settled: false,
    };
    store.record_finish(&act, &finished, &end).await?;
    note_end(acting, this, Some(&why), &end).await?;
    Ok(Ran::Ended(RunResult::Unknown))
}

/// A person who may not use the product any more is still active and gets a token, but every call as them is refused.
/// Their consent ends; if nobody can say now, the next refusal asks again.
async fn end_if_access_is_lost(
    acting: &Acting<'_, impl ReadConsents + WriteConsents, impl Accounts>,
    tenant: &Tenant,
    run: &RunId,
) -> Result<(), ChangeError> {
    let Acting {
        store,
        platform,
        notices,
        clock,
    } = *acting;
    if let Ok(false) = platform.may_use(tenant, &run.of.account).await {
        invalidate(store, clock, notices, tenant, &run.of, Invalid::AccessLost).await?;
    }
    Ok(())
}
