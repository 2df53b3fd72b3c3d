//! What the timer has for a schedule.

use jiff::Timestamp;
use onbehalf::capabilities::world::{BoxFuture, TimerError, Timers};
use onbehalf::domain::ids::ScheduleId;
use onbehalf::domain::timer::{Drift, Timer, TimerId};
use onbehalf_contract::When;
use serde_json::Value;

use crate::World;
use crate::wish::id;

impl World {
    /// Sets the timer of a schedule as it should be, and answers what it had in its place.
    pub async fn drift(&self, schedule: &Value, timer: Option<&Timer>) -> Drift {
        let account = schedule["accountId"].as_str();
        let timer_id = TimerId {
            of: self.subject(account.expect("this is a schedule")),
            schedule: ScheduleId::parse(id(schedule)).expect("this is a schedule's id"),
        };
        let set = self.app.timers().set(&timer_id, timer).await;
        set.expect("the timer answers")
    }
}

/// The timer of a schedule that was made, resumed or given other times then.
pub fn timer(schedule: &Value, since: &str) -> Timer {
    let when: When = serde_json::from_value(schedule["when"].clone()).expect("it is told when");
    let since: Timestamp = since.parse().expect("this is a time");
    Timer { when, since }
}

/// A timer that does not answer.
pub struct TimerIsDown;

impl Timers for TimerIsDown {
    fn set(&self, _: &TimerId, _: Option<&Timer>) -> BoxFuture<'_, Result<Drift, TimerError>> {
        Box::pin(async { Err(TimerError("the timer is down".into())) })
    }
}
