//! When a daily schedule fires: `cron(minutes hours * * ? *)`, in its time zone, as EventBridge Scheduler means it.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use onbehalf::domain::schedule::Schedule;
use thiserror::Error;

/// A time of day in a time zone.
#[derive(Clone, Debug)]
pub struct Daily {
    time: Time,
    zone: TimeZone,
}

/// The schedule is not a daily one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "{expression} in {time_zone} is not a daily time that is known here: cron(minutes hours * * ? *)"
)]
pub struct NotDaily {
    expression: String,
    time_zone: String,
}

impl Daily {
    pub fn of(schedule: &Schedule) -> Result<Self, NotDaily> {
        Self::read(&schedule.when.expression, &schedule.when.time_zone).ok_or_else(|| NotDaily {
            expression: schedule.when.expression.clone(),
            time_zone: schedule.when.time_zone.clone(),
        })
    }

    fn read(expression: &str, time_zone: &str) -> Option<Self> {
        let fields = expression.strip_prefix("cron(")?.strip_suffix(')')?;
        let fields: Vec<_> = fields.split_ascii_whitespace().collect();
        let [minutes, hours, "*", "*", "?", "*"] = fields[..] else {
            return None;
        };
        let time = Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()?;
        Some(Self {
            time,
            zone: TimeZone::get(time_zone).ok()?,
        })
    }

    /// The first time that is due after `after`, and not after `until`.
    pub fn due_in(&self, after: Timestamp, until: Timestamp) -> Option<Timestamp> {
        let mut day = after.to_zoned(self.zone.clone()).date();
        loop {
            // A time that the clocks skip is due as much later as they were put forward.
            let due = day
                .to_datetime(self.time)
                .to_zoned(self.zone.clone())
                .ok()?
                .timestamp();
            if due > until {
                return None;
            }
            if due > after {
                return Some(due);
            }
            day = day.checked_add(1.day()).ok()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(expression: &str, zone: &str, after: &str, until: &str) -> Option<String> {
        let daily = Daily::read(expression, zone).unwrap();
        daily
            .due_in(after.parse().unwrap(), until.parse().unwrap())
            .map(|due| due.to_string())
    }

    #[test]
    fn a_daily_schedule_is_due_once_a_day_in_its_time_zone() {
        let nine = "cron(0 9 * * ? *)";
        let berlin = |after, until| due(nine, "Europe/Berlin", after, until);
        assert_eq!(
            berlin("2026-11-22T07:59:59Z", "2026-11-22T08:00:00Z").unwrap(),
            "2026-11-22T08:00:00Z"
        );
        assert_eq!(berlin("2026-11-22T08:00:00Z", "2026-11-22T23:00:00Z"), None);
        assert_eq!(
            berlin("2026-11-22T08:00:00Z", "2026-11-24T00:00:00Z").unwrap(),
            "2026-11-23T08:00:00Z"
        );
        assert_eq!(
            berlin("2026-07-01T00:00:00Z", "2026-07-02T00:00:00Z").unwrap(),
            "2026-07-01T07:00:00Z"
        );
    }

    #[test]
    fn anything_else_is_not_known() {
        for expression in [
            "rate(1 day)",
            "cron(0 9 ? * MON *)",
            "cron(60 9 * * ? *)",
            "cron(0 9 * * ? *",
            "",
        ] {
            assert!(Daily::read(expression, "UTC").is_none(), "{expression}");
        }
        assert!(Daily::read("cron(0 9 * * ? *)", "Mars/Olympus").is_none());
    }
}
