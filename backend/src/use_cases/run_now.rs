//! A person asks for a run of one of their schedules at once.

use jiff::Timestamp;
use thiserror::Error;

use crate::capabilities::store::{AddSchedules, ReadSchedules, StoreError};
use crate::capabilities::world::{QueueError, RunQueue};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::RunId;
use crate::domain::schedule::Schedule;

/// Nothing was asked for.
#[derive(Debug, Error)]
pub enum RunNowError {
    #[error("there is no such schedule")]
    NoSuchSchedule,
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts a run into the queue. Whether the consent allows it is decided when it runs, and nowhere else.
pub async fn run_now(
    store: &(impl ReadSchedules + AddSchedules),
    queue: &dyn RunQueue,
    of: &Subject,
    id: &ScheduleId,
    now: Timestamp,
) -> Result<RunId, RunNowError> {
    if *id == ScheduleId::of_starter() {
        store.add_schedule(&Schedule::starter(of), now).await?;
    }
    let schedule = store
        .schedule(of, id)
        .await?
        .ok_or(RunNowError::NoSuchSchedule)?;
    let run = RunId::new(of.clone(), schedule.id, now);
    queue.send(&run).await?;
    Ok(run)
}
