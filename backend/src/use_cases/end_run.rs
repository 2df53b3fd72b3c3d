//! How a run ends, or that it waits: what is written of it, and what follows from it.

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{Access, Outcome, RunResult};

use super::carry_out::{Begun, Ended};
use super::change_consent::ChangeError;
use super::invalidate::invalidate;
use super::run_schedule::{Acting, Ran, RunError, RunStore};
use super::step_times::StepTimes;
use crate::capabilities::platform::Accounts;
use crate::capabilities::store::{
    NoteFailures, ReadConsents, RecordRuns, RunContext, RunEnd, StoreError, WriteConsents,
};
use crate::domain::act::kept_until;
use crate::domain::consent_event::Invalid;
use crate::domain::failure::Failure;
use crate::domain::run::{Run, RunId};
use crate::domain::run_report::Step;
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;

/// A run, as it was found, and what it is of.
pub(super) struct ThisRun<'a> {
    pub(super) run: &'a RunId,
    pub(super) was: Option<&'a Run>,
    pub(super) schedule: &'a Schedule,
    /// For how long its record is kept.
    pub(super) kept: SignedDuration,
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

/// A schedule that does not fire any more. What waits for another try ends as it stands. Of somebody of whom no schedule is
/// kept nothing is written: they may have been erased.
pub(super) async fn give_up(
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

/// Records a run that came to no act.
pub(super) async fn without_act(
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
pub(super) async fn finish(
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
pub(super) async fn settle_lost(
    acting: &Acting<'_, impl RunStore, impl Sized>,
    this: &ThisRun<'_>,
) -> Result<Ran, RunError> {
    let Acting { store, clock, .. } = *acting;
    let Some(act) = store.act(this.run).await? else {
        return Ok(Ran::Nothing);
    };
    let why = Failure::OutcomeUnknown { idempotent: false };
    let ended = Ended::not_called(why.clone());
    let end = RunEnd {
        result: RunResult::Unknown,
        reason: Some(why.reason()),
        again_at: None,
    };
    store
        .record_finish(&act, &ended.finished(clock.now()), &end)
        .await?;
    note_end(acting, this, Some(&why), &end).await?;
    Ok(ran(&end))
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
