//! One of a person's schedules, which may be the starter that everybody has.

use jiff::Timestamp;

use crate::capabilities::store::{ReadSchedules, StoreError};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::schedule::Schedule;

/// The schedule, unless it is deleted. The starter is there even if nobody has stored it yet.
pub(super) async fn find_schedule(
    store: &impl ReadSchedules,
    of: &Subject,
    id: &ScheduleId,
    now: Timestamp,
) -> Result<Option<Schedule>, StoreError> {
    let stored = store.schedule(of, id).await?;
    let found = match stored {
        None if *id == ScheduleId::of_starter() => Some(Schedule::starter(of, now)),
        stored => stored,
    };
    Ok(found.filter(|schedule| !schedule.is_deleted()))
}
