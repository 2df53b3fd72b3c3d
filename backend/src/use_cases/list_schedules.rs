//! A person looks at what is scheduled for them.

use crate::capabilities::store::{ReadRuns, ReadSchedules, StoreError};
use crate::domain::ids::Subject;
use crate::domain::run::Run;
use crate::domain::schedule::Schedule;

/// Their schedules, each with its newest run. Whoever has none finds the starter, which is stored once they do more than
/// look.
pub async fn list_schedules(
    store: &(impl ReadSchedules + ReadRuns),
    of: &Subject,
) -> Result<Vec<(Schedule, Option<Run>)>, StoreError> {
    let mut schedules = store.schedules(of).await?;
    if schedules.is_empty() {
        schedules.push(Schedule::starter(of));
    }
    let mut listed = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        let last = store.last_run(of, &schedule.id).await?;
        listed.push((schedule, last));
    }
    Ok(listed)
}
