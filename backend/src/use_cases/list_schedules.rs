//! A person looks at what is scheduled for them.

use jiff::Timestamp;

use crate::capabilities::store::{ReadRuns, ReadSchedules, StoreError};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::Run;
use crate::domain::schedule::Schedule;

/// Their schedules, each with its newest run. The starter is among them until they delete it; it is stored once they do
/// more than look.
pub async fn list_schedules(
    store: &(impl ReadSchedules + ReadRuns),
    of: &Subject,
    now: Timestamp,
) -> Result<Vec<(Schedule, Option<Run>)>, StoreError> {
    let mut schedules = store.schedules(of).await?;
    let starter = ScheduleId::of_starter();
    if schedules.iter().all(|schedule| schedule.id != starter) {
        schedules.push(Schedule::starter(of, now));
    }
    schedules.retain(|schedule| !schedule.is_deleted());
    let mut listed = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let newest = store.runs(of, &schedule.id, 1, None).await?;
        listed.push((schedule, newest.runs.into_iter().next()));
    }
    Ok(listed)
}
