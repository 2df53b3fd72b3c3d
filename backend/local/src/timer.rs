//! Wakes what is to be woken: asks for the runs that are due, and for the sweeps.

use std::time::Duration;

use jiff::SignedDuration;
use onbehalf::capabilities::store::StoreError;
use onbehalf::capabilities::world::{RunQueue, Timers};
use onbehalf::domain::timer::TimerId;
use onbehalf::events::sweep::sweep;
use onbehalf::wiring::Parts;

use crate::queue::LocalQueue;
use crate::timers::LocalTimers;

const TICK: Duration = Duration::from_secs(5);
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Ticks for ever.
pub(crate) async fn run(parts: Parts, queue: LocalQueue, timers: LocalTimers) {
    let mut ticked = parts.clock.now();
    let mut swept = None;
    loop {
        parts.clock.sleep(TICK).await;
        let now = parts.clock.now();
        for run in timers.due(ticked, now) {
            if let Err(error) = queue.send(&run.message(), Duration::ZERO).await {
                tracing::warn!(%error, "a run could not be asked for");
            }
        }
        ticked = now;
        if swept.is_none_or(|swept| now.duration_since(swept) >= SWEEP_EVERY) {
            let sweeping = sweep(
                &parts.store,
                &parts.platform,
                &timers,
                &parts.notices,
                &*parts.clock,
            );
            match sweeping.await {
                Ok(()) => swept = Some(now),
                Err(error) => tracing::warn!(%error, "the sweep is tried again"),
            }
        }
    }
}

/// Sets the timers of the schedules that are there when the process starts. AWS keeps its own; these are only in memory.
pub(crate) async fn set_all(parts: &Parts, timers: &LocalTimers) -> Result<(), StoreError> {
    let now = parts.clock.now();
    for schedule in parts.store.all_schedules().await? {
        let id = TimerId {
            of: schedule.of.clone(),
            schedule: schedule.id.clone(),
        };
        let set = timers.set(&id, schedule.timer(now).as_ref()).await;
        set.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    }
    Ok(())
}
