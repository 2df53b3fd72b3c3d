//! When a schedule runs, in words.

use super::{
    when_daily, when_every, when_in_zone, when_last_day, when_monthly, when_once, when_weekdays,
    when_weekly,
};
use crate::{intl, timing::Timing};

/// When a schedule runs: `Every day at 09:00 (Europe/Berlin)`. What isn't understood is shown as it was written.
pub(crate) fn when(expression: &str, time_zone: &str) -> String {
    let words = match Timing::parse(expression) {
        // It has no time of day, so the time zone says nothing about it.
        Some(Timing::Every(count, unit)) => return when_every(&intl::duration(count, unit)),
        Some(Timing::Daily(time)) => when_daily(&intl::time(time)),
        Some(Timing::Weekdays(time)) => when_weekdays(&intl::time(time)),
        Some(Timing::Weekly(time, days)) => {
            let days = intl::list(days.into_iter().map(intl::weekday));
            when_weekly(&intl::time(time), &days)
        }
        Some(Timing::Monthly(time, day)) => when_monthly(&intl::time(time), &day.to_string()),
        Some(Timing::LastDay(time)) => when_last_day(&intl::time(time)),
        Some(Timing::Once(day, time)) => when_once(&intl::wall_clock(day, time)),
        None => expression.to_owned(),
    };
    when_in_zone(&words, time_zone)
}
