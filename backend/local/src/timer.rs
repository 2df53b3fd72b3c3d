//! The timer, in the place of EventBridge Scheduler: asks for the runs that are due, and for the sweeps.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::store::StoreError;
use onbehalf::capabilities::world::RunQueue;
use onbehalf::domain::run::RunId;
use onbehalf::events::sweep::sweep;
use onbehalf::wiring::Parts;
use onbehalf_contract::ScheduleState;

use crate::daily::Daily;
use crate::queue::LocalQueue;

const TICK: Duration = Duration::from_secs(20);
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Ticks for ever.
pub(crate) async fn run(parts: Parts, queue: LocalQueue) {
    let mut ticked = parts.clock.now();
    let mut swept = None;
    loop {
        parts.clock.sleep(TICK).await;
        let now = parts.clock.now();
        if let Err(error) = ask_for_due_runs(&parts, &queue, ticked, now).await {
            tracing::warn!(%error, "the schedules could not be read");
        }
        ticked = now;
        if swept.is_none_or(|swept| now.duration_since(swept) >= SWEEP_EVERY) {
            match sweep(&parts.store, &parts.platform, &parts.notices, &*parts.clock).await {
                Ok(()) => swept = Some(now),
                Err(error) => tracing::warn!(%error, "the sweep is tried again"),
            }
        }
    }
}

/// Asks for every run that was due after `after` and not after `now`.
async fn ask_for_due_runs(
    parts: &Parts,
    queue: &LocalQueue,
    after: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    for schedule in parts.store.all_schedules().await? {
        if schedule.state != ScheduleState::Active {
            continue;
        }
        let due = match Daily::of(&schedule) {
            Ok(daily) => daily.due_in(after, now),
            Err(error) => {
                tracing::warn!(%error, schedule.id = %schedule.id, "a schedule cannot be timed");
                None
            }
        };
        if let Some(due) = due
            && let Err(error) = queue.send(&RunId::new(schedule.of, schedule.id, due)).await
        {
            tracing::warn!(%error, "a run could not be asked for");
        }
    }
    Ok(())
}
