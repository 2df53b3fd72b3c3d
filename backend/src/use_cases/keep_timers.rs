//! Keeps the timer in step with the schedules.
//!
//! A schedule is written first, together with the note that its timer is to be looked at. Then the timer is set, and then
//! the note is put off by a day. Whatever dies in between, the note is there, and the sweep goes on where that ended. Once a
//! day it looks at each timer anyway, and mends what somebody changed behind our back.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use crate::capabilities::store::{KeepTimers, ReadSchedules, StoreError};
use crate::capabilities::world::{Clock, TimerError, Timers};
use crate::domain::ids::Subject;
use crate::domain::schedule::Schedule;
use crate::domain::timer::{Drift, TimerId};

/// How often each timer is looked at.
const CHECKED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    pub timers: u64,
    /// Those that were not as they should have been.
    pub mended: u64,
    /// Those about which the timer did not answer. They are looked at again with the next sweep.
    pub failed: u64,
}

/// Sets the timer of a schedule that was just written. If that fails, the sweep does it: what the person wanted stands.
pub(super) async fn set_timer(
    store: &(impl KeepTimers + ReadSchedules),
    timers: &dyn Timers,
    schedule: &Schedule,
    now: Timestamp,
) {
    if let Err(error) = bring_in_step(store, timers, schedule, now).await {
        tracing::warn!(
            %error,
            tenant.key = %schedule.of.tenant,
            schedule.id = %schedule.id,
            "the timer of a schedule is set by the next sweep"
        );
    }
}

/// Looks at the timers that are to be looked at, until `until`, and mends them.
pub async fn check_timers(
    store: &(impl KeepTimers + ReadSchedules),
    timers: &dyn Timers,
    clock: &dyn Clock,
    until: Timestamp,
) -> Result<Checked, StoreError> {
    let mut checked = Checked::default();
    // The list may lag behind what was noted a moment ago: nothing is looked at twice.
    let mut seen = HashSet::new();
    loop {
        let mut due = store.timers_to_check(clock.now()).await?;
        due.retain(|timer| seen.insert(timer.clone()));
        if due.is_empty() {
            return Ok(checked);
        }
        for timer in due {
            if clock.now() >= until {
                return Ok(checked);
            }
            let tenant = timer.of.tenant.clone();
            match check_timer(store, timers, clock, timer, &mut checked).await {
                Ok(()) => {}
                // A newer version may have written the schedule. It does not hold up the others.
                Err(error @ StoreError::Unreadable(_)) => {
                    checked.failed += 1;
                    tracing::error!(%error, tenant.key = %tenant, "a timer was not looked at");
                }
                Err(error) => return Err(error),
            }
        }
    }
}

async fn check_timer(
    store: &(impl KeepTimers + ReadSchedules),
    timers: &dyn Timers,
    clock: &dyn Clock,
    TimerId { of, schedule }: TimerId,
    checked: &mut Checked,
) -> Result<(), StoreError> {
    let Some(schedule) = store.schedule(&of, &schedule).await? else {
        return Ok(());
    };
    checked.timers += 1;
    match bring_in_step(store, timers, &schedule, clock.now()).await {
        Ok(Drift::None) => {}
        Ok(drift) => {
            checked.mended += 1;
            tracing::warn!(
                tenant.key = %of.tenant,
                schedule.id = %schedule.id,
                timer.was = ?drift,
                "a timer was not in step with its schedule, and now is"
            );
        }
        Err(error @ NotInStep::Timer(_)) => {
            checked.failed += 1;
            tracing::warn!(%error, schedule.id = %schedule.id, "a timer was not looked at");
        }
        Err(NotInStep::Store(error)) => return Err(error),
    }
    Ok(())
}

/// Removes the timers of somebody about whom nothing is to be kept.
pub(super) async fn remove_timers(
    store: &impl ReadSchedules,
    timers: &dyn Timers,
    of: &Subject,
) -> Result<(), NotInStep> {
    for schedule in store.schedules(of).await? {
        timers.set(&timer_id(&schedule), None).await?;
    }
    Ok(())
}

/// The timer may not have what it should.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotInStep {
    #[error(transparent)]
    Timer(#[from] TimerError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often it begins anew when the schedule is changed while its timer is set.
const TRIES: u32 = 5;

/// Sets the timer, and notes that. Somebody else may set it for another version of the schedule at the same moment, and
/// whoever comes last has said what the timer has: so whoever finds another version than theirs sets it once more.
async fn bring_in_step(
    store: &(impl KeepTimers + ReadSchedules),
    timers: &dyn Timers,
    schedule: &Schedule,
    now: Timestamp,
) -> Result<Drift, NotInStep> {
    let id = timer_id(schedule);
    let next = now.saturating_add(CHECKED_EVERY).unwrap_or(Timestamp::MAX);
    let mut drift = timers.set(&id, schedule.timer(now).as_ref()).await?;
    let mut seen = schedule.clone();
    for _ in 0..TRIES {
        let is_in_step = if seen.is_deleted() {
            store.remove_schedule(&seen).await?
        } else {
            store.note_timer(&seen, next).await?
        };
        if is_in_step {
            return Ok(drift);
        }
        let Some(now_stored) = store.schedule(&id.of, &id.schedule).await? else {
            timers.set(&id, None).await?;
            return Ok(drift);
        };
        if now_stored == seen {
            // It was removed and noted by somebody else: the starter, which is kept for good.
            return Ok(drift);
        }
        drift = timers.set(&id, now_stored.timer(now).as_ref()).await?;
        seen = now_stored;
    }
    // It stays to be looked at.
    Ok(drift)
}

fn timer_id(schedule: &Schedule) -> TimerId {
    TimerId {
        of: schedule.of.clone(),
        schedule: schedule.id.clone(),
    }
}
