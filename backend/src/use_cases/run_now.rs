//! A person asks for a run of one of their schedules at once.

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use super::find_schedule::find_schedule;
use crate::capabilities::store::{ReadSchedules, StoreError, WriteSchedules};
use crate::capabilities::world::{QueueError, RunQueue};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::RunId;
use crate::domain::tenant::Tenant;

/// Nothing was asked for.
#[derive(Debug, Error)]
pub enum RunNowError {
    #[error("there is no such schedule")]
    NoSuchSchedule,
    #[error("an admin has paused everything")]
    Paused,
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts a run into the queue. Whether the consent allows it is decided when it runs, and nowhere else.
pub async fn run_now(
    store: &(impl ReadSchedules + WriteSchedules),
    queue: &dyn RunQueue,
    tenant: &Tenant,
    of: &Subject,
    id: &ScheduleId,
    now: Timestamp,
) -> Result<RunId, RunNowError> {
    if tenant.pause.is_some() {
        return Err(RunNowError::Paused);
    }
    let schedule = find_schedule(store, of, id, now)
        .await?
        .ok_or(RunNowError::NoSuchSchedule)?;
    // It may be the starter, which nobody has stored yet.
    store.add_schedule(&schedule, now).await?;
    let run = RunId::new(of.clone(), schedule.id, now);
    queue.send(&run.message().asked(), Duration::ZERO).await?;
    Ok(run)
}
