//! How far away an end is, in the unit in which people would say it.

use crate::intl;

const MINUTE: f64 = 60_000.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// `in 2 days`, for what is so many milliseconds away.
pub(crate) fn soon(milliseconds: f64) -> String {
    let (count, unit) = distance(milliseconds);
    intl::in_time(count, unit)
}

/// To the nearest: the date stands beside it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a consent lasts years, not aeons; and what is no number is 0 minutes away"
)]
fn distance(milliseconds: f64) -> (i64, &'static str) {
    let (unit, name) = if milliseconds >= DAY {
        (DAY, "day")
    } else if milliseconds >= HOUR {
        (HOUR, "hour")
    } else {
        (MINUTE, "minute")
    };
    // What is over is no time away.
    ((milliseconds / unit).max(0.0).round() as i64, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_counted_in_the_largest_unit_that_fits() {
        for (milliseconds, words) in [
            (3.0 * DAY, (3, "day")),
            (2.0 * DAY - MINUTE, (2, "day")),
            (1.4 * DAY, (1, "day")),
            (DAY, (1, "day")),
            (DAY - 1.0, (24, "hour")),
            (HOUR, (1, "hour")),
            (HOUR - 1.0, (60, "minute")),
            (1.0, (0, "minute")),
        ] {
            assert_eq!(distance(milliseconds), words, "{milliseconds}");
        }
    }

    #[test]
    fn what_is_over_is_no_time_away() {
        for milliseconds in [0.0, -DAY, f64::NAN] {
            assert_eq!(distance(milliseconds), (0, "minute"));
        }
    }
}
