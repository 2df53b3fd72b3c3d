//! The timer, in Amazon EventBridge Scheduler: one schedule of AWS for each active schedule of ours.
//!
//! AWS decides when a schedule is due and sends the queue a message that asks for its run. Nothing here is the truth about
//! a schedule: that is in the table. [`Timers::set`] makes AWS agree with it, as often as it is asked, from anywhere.

mod definition;
mod send_message;

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::SdkError;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::types::{ActionAfterCompletion, ScheduleState};
use thiserror::Error;

use self::definition::{Definition, ends_by_itself, flexible_time_window};
use crate::capabilities::world::{BoxFuture, SharedClock, TimerError, Timers};
use crate::domain::fingerprint::sha256;
use crate::domain::timer::{Drift, Timer, TimerId};

/// How often a change is tried that meets another change of the same schedule.
const TRIES: usize = 3;

/// Timers in EventBridge Scheduler.
#[derive(Clone)]
pub struct EventBridgeTimers {
    client: Client,
    place: TimerPlace,
    clock: SharedClock,
}

/// Where timers are in AWS, and what they feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimerPlace {
    /// The schedule group, which holds nothing else.
    pub group: String,
    /// The ARN of the role as which EventBridge Scheduler sends messages.
    pub role: String,
    /// The URL of the SQS queue that feeds the `act` function.
    pub queue_url: String,
}

/// The schedule in AWS was changed by others each time that it was to be changed.
#[derive(Debug, Error)]
#[error("others changed the schedule {name} at the same time, {TRIES} times in a row")]
struct Contested {
    name: String,
}

impl EventBridgeTimers {
    pub fn new(client: Client, place: TimerPlace, clock: SharedClock) -> Self {
        Self {
            client,
            place,
            clock,
        }
    }

    /// Looks, and changes what is not as it should be. `None`: somebody else changed it in between.
    async fn mend(
        &self,
        name: &str,
        wanted: Option<&Definition>,
    ) -> Result<Option<Drift>, TimerError> {
        let there = self.look(name).await?;
        let now = self.clock.now();
        let (changed, drift) = match (there, wanted) {
            (None, None) => (true, Drift::None),
            (Some(there), Some(wanted)) if wanted.is(&there, now) => (true, Drift::None),
            (Some(there), None) if ends_by_itself(&there, now) => (true, Drift::None),
            (Some(_), Some(wanted)) => (self.update(name, wanted).await?, Drift::Different),
            (None, Some(wanted)) => (self.create(name, wanted).await?, Drift::Missing),
            (Some(_), None) => (self.delete(name).await?, Drift::Extra),
        };
        Ok(changed.then_some(drift))
    }

    async fn look(&self, name: &str) -> Result<Option<GetScheduleOutput>, TimerError> {
        let request = self.client.get_schedule().name(name);
        match request.group_name(&self.place.group).send().await {
            Ok(there) => Ok(Some(there)),
            Err(SdkError::ServiceError(error)) if error.err().is_resource_not_found_exception() => {
                Ok(None)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Creates the schedule, unless one of its name has come to be.
    ///
    /// The client gives the call a `ClientToken` which its own retries share. So an answer that was lost does not turn into
    /// a conflict with itself.
    async fn create(&self, name: &str, wanted: &Definition) -> Result<bool, TimerError> {
        let request = self
            .client
            .create_schedule()
            .name(name)
            .group_name(&self.place.group)
            .schedule_expression(&wanted.expression)
            .schedule_expression_timezone(&wanted.time_zone)
            .set_start_date(wanted.start_date(self.clock.now()))
            .flexible_time_window(flexible_time_window().map_err(failed)?)
            .action_after_completion(ActionAfterCompletion::Delete)
            .state(ScheduleState::Enabled)
            .target(wanted.target.clone());
        match request.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error)) if error.err().is_conflict_exception() => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }

    /// Replaces all that the schedule is: what an update leaves out goes back to its default.
    /// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html>
    async fn update(&self, name: &str, wanted: &Definition) -> Result<bool, TimerError> {
        let request = self
            .client
            .update_schedule()
            .name(name)
            .group_name(&self.place.group)
            .schedule_expression(&wanted.expression)
            .schedule_expression_timezone(&wanted.time_zone)
            .set_start_date(wanted.start_date(self.clock.now()))
            .flexible_time_window(flexible_time_window().map_err(failed)?)
            .action_after_completion(ActionAfterCompletion::Delete)
            .state(ScheduleState::Enabled)
            .target(wanted.target.clone());
        match request.send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error))
                if error.err().is_conflict_exception()
                    || error.err().is_resource_not_found_exception() =>
            {
                Ok(false)
            }
            Err(error) => Err(failed(error)),
        }
    }

    async fn delete(&self, name: &str) -> Result<bool, TimerError> {
        let request = self.client.delete_schedule().name(name);
        match request.group_name(&self.place.group).send().await {
            Ok(_) => Ok(true),
            Err(SdkError::ServiceError(error))
                if error.err().is_conflict_exception()
                    || error.err().is_resource_not_found_exception() =>
            {
                Ok(false)
            }
            Err(error) => Err(failed(error)),
        }
    }
}

impl Timers for EventBridgeTimers {
    fn set(&self, id: &TimerId, timer: Option<&Timer>) -> BoxFuture<'_, Result<Drift, TimerError>> {
        let name = name(id);
        let wanted = timer
            .map(|timer| Definition::new(id, timer, &self.place))
            .transpose();
        Box::pin(async move {
            let wanted = wanted.map_err(failed)?;
            for _ in 0..TRIES {
                if let Some(drift) = self.mend(&name, wanted.as_ref()).await? {
                    return Ok(drift);
                }
            }
            Err(failed(Contested { name }))
        })
    }
}

/// What the schedule is called in AWS, which takes 64 letters, digits and `-_.`: a hash, since what names a timer may be
/// longer and hold other characters, and is nobody's business who may list schedules.
pub fn name(id: &TimerId) -> String {
    // No part holds a #.
    let whole = format!("{}#{}#{}", id.of.tenant, id.of.account, id.schedule);
    format!("run-{}", &sha256(whole.as_bytes())[..48])
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> TimerError {
    TimerError(Box::new(error))
}
