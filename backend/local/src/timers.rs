//! The timers of the schedules, in the place of EventBridge Scheduler.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use onbehalf::capabilities::world::{BoxFuture, TimerError, Timers};
use onbehalf::domain::run::RunId;
use onbehalf::domain::timer::{Drift, Timer, TimerId};
use onbehalf::domain::timing::Timing;

/// How many runs of one schedule are asked for at one look, if the clock was moved far ahead: the newest.
const MOST_AT_ONCE: usize = 5;

/// What is set. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct LocalTimers(Arc<Mutex<HashMap<TimerId, Timer>>>);

impl LocalTimers {
    /// Every run that was due after `after` and not after `now`.
    pub(crate) fn due(&self, after: Timestamp, now: Timestamp) -> Vec<RunId> {
        let mut due = Vec::new();
        for (id, timer) in self.lock().iter() {
            let timing = match Timing::parse(&timer.when.expression, &timer.when.time_zone) {
                Ok(timing) => timing,
                Err(error) => {
                    tracing::warn!(%error, schedule.id = %id.schedule, "a schedule cannot be timed");
                    continue;
                }
            };
            // What was set since the last look was not due before that.
            let first = timing.next_after(after.max(timer.since), timer.since);
            let times = std::iter::successors(first, |last| timing.next_after(*last, timer.since));
            let times: Vec<_> = times.take_while(|time| *time <= now).collect();
            let newest = times.iter().rev().take(MOST_AT_ONCE).rev();
            due.extend(newest.map(|time| RunId::new(id.of.clone(), id.schedule.clone(), *time)));
        }
        due
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TimerId, Timer>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Timers for LocalTimers {
    fn set(&self, id: &TimerId, timer: Option<&Timer>) -> BoxFuture<'_, Result<Drift, TimerError>> {
        let mut timers = self.lock();
        let had = match timer {
            Some(timer) => timers.insert(id.clone(), timer.clone()),
            None => timers.remove(id),
        };
        let drift = match (had, timer) {
            (None, None) => Drift::None,
            (None, Some(_)) => Drift::Missing,
            (Some(_), None) => Drift::Extra,
            (Some(had), Some(timer)) if had == *timer => Drift::None,
            (Some(_), Some(_)) => Drift::Different,
        };
        Box::pin(std::future::ready(Ok(drift)))
    }
}

#[cfg(test)]
mod tests {
    use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
    use onbehalf_contract::When;

    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn a_timer_fires_at_each_of_its_times_once() {
        let id = TimerId {
            of: Subject {
                tenant: TenantKey::parse("tenant").unwrap(),
                account: AccountId::parse("alice").unwrap(),
            },
            schedule: ScheduleId::of_starter(),
        };
        let timer = Timer {
            when: When {
                expression: "cron(0 9 * * ? *)".into(),
                time_zone: "Europe/Berlin".into(),
            },
            since: time("2026-11-01T00:00:00Z"),
        };
        let timers = LocalTimers::default();
        let set = async |timer: Option<&Timer>| timers.set(&id, timer).await.unwrap();
        assert_eq!(set(Some(&timer)).await, Drift::Missing);
        assert_eq!(set(Some(&timer)).await, Drift::None);

        let due = |after: &str, now: &str| {
            let due = timers.due(time(after), time(now));
            due.iter()
                .map(|run| run.due.to_string())
                .collect::<Vec<_>>()
        };
        let nine = "2026-11-22T08:00:00Z";
        assert_eq!(due("2026-11-22T07:59:59Z", nine), [nine]);
        assert_eq!(due(nine, "2026-11-23T07:59:59Z"), [] as [&str; 0]);
        let after_weeks = due(nine, "2026-12-22T08:00:00Z");
        assert_eq!(after_weeks.len(), MOST_AT_ONCE);
        assert_eq!(after_weeks[MOST_AT_ONCE - 1], "2026-12-22T08:00:00Z");

        assert_eq!(set(None).await, Drift::Extra);
        assert_eq!(due("2026-11-22T07:59:59Z", nine), [] as [&str; 0]);
    }
}
