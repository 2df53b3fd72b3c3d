//! A person changes a schedule, pauses it or lets it go on, or deletes it.

use onbehalf_contract::{Fallback, ScheduleChange, ScheduleState};
use thiserror::Error;

use super::find_schedule::find_schedule;
use super::keep_timers::set_timer;
use super::may_schedule::{MayNot, consent_covers, may_choose, may_make_own, policy_allows};
use crate::capabilities::platform::Accounts;
use crate::capabilities::store::{
    KeepTimers, ReadConsents, ReadRuns, ReadSchedules, StoreError, WriteError, WriteSchedules,
};
use crate::capabilities::world::Timers;
use crate::domain::consent::Circumstances;
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::Run;
use crate::domain::schedule::{BadWish, Schedule};
use crate::domain::tenant::Tenant;

/// The schedule is as it was.
#[derive(Debug, Error)]
pub enum ChangeScheduleError {
    #[error("there is no such schedule")]
    NoSuchSchedule,
    #[error("the schedule was changed since you saw it")]
    Changed,
    #[error(transparent)]
    Bad(#[from] BadWish),
    #[error(transparent)]
    MayNot(#[from] MayNot),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes what the change names, and says how the newest run went. What needs more consent than there is, or lets it run
/// again without any, is refused.
pub async fn change_schedule(
    store: &(impl ReadSchedules + WriteSchedules + ReadRuns + ReadConsents + KeepTimers),
    platform: &impl Accounts,
    timers: &dyn Timers,
    tenant: &Tenant,
    (of, id): (&Subject, &ScheduleId),
    change: ScheduleChange,
    when: &Circumstances<'_>,
) -> Result<(Schedule, Option<Run>), ChangeScheduleError> {
    let now = when.now;
    let old = seen(store, (of, id), change.version, when).await?;
    let resumes = change.state == Some(ScheduleState::Active) && !old.is_active();
    let new = old.changed(change, now)?;
    // To make another of what is there is to make one.
    if (&new.task, &new.when) != (&old.task, &old.when) {
        may_make_own(tenant)?;
    }
    if resumes || new.task != old.task {
        policy_allows(tenant, &new.task)?;
        consent_covers(store, of, new.access(), when).await?;
    }
    // Nobody but an admin changes what the app may come to do as itself; to stop it, anybody may.
    let only_stops = Schedule {
        state: old.state.clone(),
        version: old.version,
        ..new.clone()
    } == old
        && !new.is_active();
    let for_app = old.fallback == Fallback::App || new.fallback == Fallback::App;
    if for_app && !only_stops {
        may_choose(platform, tenant, of, Fallback::App).await?;
    }
    write(store, timers, &old, &new, when).await?;
    let newest = store.runs(of, id, 1, None).await?;
    Ok((new, newest.runs.into_iter().next()))
}

/// Deletes a schedule. What it did stays on record.
pub async fn delete_schedule(
    store: &(impl ReadSchedules + WriteSchedules + KeepTimers),
    timers: &dyn Timers,
    of: &Subject,
    id: &ScheduleId,
    version: u64,
    when: &Circumstances<'_>,
) -> Result<(), ChangeScheduleError> {
    let old = seen(store, (of, id), version, when).await?;
    write(store, timers, &old, &old.deleted(), when).await
}

/// The schedule, if it is still the one that the person saw.
async fn seen(
    store: &(impl ReadSchedules + WriteSchedules),
    (of, id): (&Subject, &ScheduleId),
    version: u64,
    when: &Circumstances<'_>,
) -> Result<Schedule, ChangeScheduleError> {
    let schedule = find_schedule(store, of, id, when.now)
        .await?
        .ok_or(ChangeScheduleError::NoSuchSchedule)?;
    if schedule.version != version {
        return Err(ChangeScheduleError::Changed);
    }
    // It may be the starter, which nobody has stored yet.
    store.add_schedule(&schedule, when.now).await?;
    Ok(schedule)
}

async fn write(
    store: &(impl ReadSchedules + WriteSchedules + KeepTimers),
    timers: &dyn Timers,
    old: &Schedule,
    new: &Schedule,
    when: &Circumstances<'_>,
) -> Result<(), ChangeScheduleError> {
    match store.change_schedule(new, old.version, when.now).await {
        Ok(()) => {}
        Err(WriteError::Changed) => return Err(ChangeScheduleError::Changed),
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    set_timer(store, timers, new, when.now).await;
    Ok(())
}
