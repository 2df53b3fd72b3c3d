//! A person makes a schedule.

use onbehalf_contract::ScheduleWish;
use thiserror::Error;

use super::keep_timers::set_timer;
use super::may_schedule::{MayNot, consent_covers, may_choose, may_make_own, policy_allows};
use crate::capabilities::platform::Accounts;
use crate::capabilities::store::{
    KeepTimers, ReadConsents, ReadSchedules, StoreError, WriteSchedules,
};
use crate::capabilities::world::Timers;
use crate::domain::consent::Circumstances;
use crate::domain::ids::{BadId, Subject};
use crate::domain::schedule::{BadWish, MOST_SCHEDULES, Plan, Schedule};
use crate::domain::tenant::Tenant;

/// There is no new schedule.
#[derive(Debug, Error)]
pub enum AddScheduleError {
    #[error(transparent)]
    Bad(#[from] BadWish),
    #[error("you have {MOST_SCHEDULES} schedules, and that is the most")]
    TooMany,
    #[error(transparent)]
    MayNot(#[from] MayNot),
    #[error(transparent)]
    Id(#[from] BadId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes the schedule that a person wishes for, if their consent covers it. From then on the timer asks for its runs.
pub async fn add_schedule(
    store: &(impl ReadSchedules + WriteSchedules + ReadConsents + KeepTimers),
    platform: &impl Accounts,
    timers: &dyn Timers,
    tenant: &Tenant,
    of: &Subject,
    wish: ScheduleWish,
    when: &Circumstances<'_>,
) -> Result<Schedule, AddScheduleError> {
    let now = when.now;
    let plan = Plan::check(wish, now)?;
    may_make_own(tenant)?;
    policy_allows(tenant, plan.task())?;
    consent_covers(store, of, plan.task().access(), when).await?;
    may_choose(platform, tenant, of, plan.fallback()).await?;
    let schedule = plan.schedule(of, now)?;
    let theirs = store.schedules(of).await?;
    let others = theirs
        .iter()
        .filter(|other| !other.is_deleted() && other.id != schedule.id);
    if others.count() >= MOST_SCHEDULES {
        return Err(AddScheduleError::TooMany);
    }
    store.add_schedule(&schedule, now).await?;
    set_timer(store, timers, &schedule, now).await;
    Ok(schedule)
}
