//! What a schedule's expression means, and the expression for what is meant.
//!
//! The syntax is that of Amazon EventBridge Scheduler:
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>. Only the everyday cases are understood;
//! anything else is shown as it was written, which is always true and never misleading.

use crate::day::Day;

/// When a schedule runs. Times are minutes from the start of a day in the schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Timing {
    Daily(u32),
    /// Monday to Friday.
    Weekdays(u32),
    /// On some days of the week; 0 is Sunday.
    Weekly(u32, Vec<u32>),
    /// On this day of every month.
    Monthly(u32, u32),
    /// On the last day of every month.
    LastDay(u32),
    Once(Day, u32),
    /// So many minutes, hours or days apart.
    Every(i64, &'static str),
}

impl Timing {
    pub(crate) fn parse(expression: &str) -> Option<Self> {
        let (kind, rest) = expression.trim().split_once('(')?;
        let inside = rest.strip_suffix(')')?;
        match kind {
            "cron" => cron(inside),
            "at" => once(inside),
            "rate" => rate(inside),
            _ => None,
        }
    }

    /// What means this. [`Self::parse`] reads it back.
    pub(crate) fn expression(&self) -> String {
        match self {
            Self::Daily(time) => cron_of(*time, "*", "?"),
            Self::Weekdays(time) => cron_of(*time, "?", "MON-FRI"),
            Self::Weekly(time, days) => {
                let names = WEEKDAYS.iter().zip(0..);
                let chosen = names.filter(|(_, index)| days.contains(index));
                let chosen: Vec<_> = chosen.map(|(name, _)| *name).collect();
                cron_of(*time, "?", &chosen.join(","))
            }
            Self::Monthly(time, day) => cron_of(*time, &day.to_string(), "?"),
            Self::LastDay(time) => cron_of(*time, "L", "?"),
            Self::Once(day, time) => format!("at({day}T{}:00)", clock(*time)),
            Self::Every(1, unit) => format!("rate(1 {unit})"),
            Self::Every(count, unit) => format!("rate({count} {unit}s)"),
        }
    }
}

/// The names of the days of the week, from 0.
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The units of a rate.
const UNITS: [&str; 3] = ["minute", "hour", "day"];

fn cron_of(time: u32, day: &str, weekday: &str) -> String {
    format!("cron({} {} {day} * {weekday} *)", time % 60, time / 60)
}

/// Minutes from the start of a day as a time input writes them: `09:00`.
pub(crate) fn clock(time: u32) -> String {
    format!("{:02}:{:02}", time / 60, time % 60)
}

/// Reads what a time input has written.
pub(crate) fn minutes(clock: &str) -> Option<u32> {
    let (hour, minute) = clock.split_once(':')?;
    // Some browsers write seconds as well.
    let minute = minute.split(':').next()?;
    Some(number(hour, 0..=23)? * 60 + number(minute, 0..=59)?)
}

/// So many of a unit apart.
pub(crate) fn every(count: &str, unit: &str) -> Option<Timing> {
    let count = number(count, 1..=u32::MAX)?.into();
    let unit = UNITS.into_iter().find(|known| *known == unit)?;
    Some(Timing::Every(count, unit))
}

/// `minutes hours day-of-month month day-of-week year`.
fn cron(fields: &str) -> Option<Timing> {
    let mut fields = fields.split_whitespace();
    let minute = number(fields.next()?, 0..=59)?;
    let time = number(fields.next()?, 0..=23)? * 60 + minute;
    let day = fields.next()?;
    let month = fields.next()?;
    let weekday = fields.next()?;
    let year = fields.next().unwrap_or("*");
    if month != "*" || year != "*" || fields.next().is_some() {
        return None;
    }
    Some(match (day, weekday) {
        ("*" | "?", "*" | "?") => Timing::Daily(time),
        ("?", "MON-FRI" | "2-6") => Timing::Weekdays(time),
        ("?", days) => {
            let days = days.split(',').map(weekday_of).collect::<Option<_>>()?;
            Timing::Weekly(time, days)
        }
        ("L", "?") => Timing::LastDay(time),
        (day, "?") => Timing::Monthly(time, number(day, 1..=31)?),
        _ => return None,
    })
}

/// `yyyy-mm-ddThh:mm:ss`.
fn once(moment: &str) -> Option<Timing> {
    let (day, time) = moment.split_once('T')?;
    // The seconds are always there.
    let (time, _) = time.rsplit_once(':')?;
    Some(Timing::Once(Day::parse(day)?, minutes(time)?))
}

/// `value unit`.
fn rate(rate: &str) -> Option<Timing> {
    let (value, unit) = rate.trim().split_once(' ')?;
    every(value, unit.strip_suffix('s').unwrap_or(unit))
}

/// `MON` or `2`. Days are numbered from 1, Sunday.
fn weekday_of(day: &str) -> Option<u32> {
    (0..)
        .zip(WEEKDAYS)
        .find_map(|(index, name)| (name == day).then_some(index))
        .or_else(|| Some(number(day, 1..=7)? - 1))
}

fn number(text: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| range.contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyday_schedules_are_understood() {
        let christmas = Day::parse("2026-12-24").unwrap();
        for (expression, timing) in [
            ("cron(0 9 * * ? *)", Timing::Daily(540)),
            ("cron(30 17 ? * * *)", Timing::Daily(1050)),
            ("cron(0 9 ? * MON *)", Timing::Weekly(540, vec![1])),
            ("cron(0 9 ? * 1 *)", Timing::Weekly(540, vec![0])),
            ("cron(0 9 ? * 7 *)", Timing::Weekly(540, vec![6])),
            ("cron(5 8 ? * MON-FRI *)", Timing::Weekdays(485)),
            (
                "cron(0 9 ? * MON,WED,FRI *)",
                Timing::Weekly(540, vec![1, 3, 5]),
            ),
            ("cron(0 9 1 * ? *)", Timing::Monthly(540, 1)),
            ("cron(0 9 L * ? *)", Timing::LastDay(540)),
            ("at(2026-12-24T18:00:00)", Timing::Once(christmas, 1080)),
            ("rate(1 day)", Timing::Every(1, "day")),
            ("rate(15 minutes)", Timing::Every(15, "minute")),
        ] {
            assert_eq!(Timing::parse(expression), Some(timing), "{expression}");
        }
    }

    #[test]
    fn what_is_meant_is_written_so_that_it_is_understood() {
        let christmas = Day::parse("2026-12-24").unwrap();
        for (timing, expression) in [
            (Timing::Daily(545), "cron(5 9 * * ? *)"),
            (Timing::Weekdays(0), "cron(0 0 ? * MON-FRI *)"),
            (Timing::Weekly(540, vec![0, 6]), "cron(0 9 ? * SUN,SAT *)"),
            (Timing::Monthly(540, 31), "cron(0 9 31 * ? *)"),
            (Timing::LastDay(1439), "cron(59 23 L * ? *)"),
            (Timing::Once(christmas, 1080), "at(2026-12-24T18:00:00)"),
            (Timing::Every(1, "hour"), "rate(1 hour)"),
            (Timing::Every(15, "minute"), "rate(15 minutes)"),
        ] {
            assert_eq!(timing.expression(), expression);
            assert_eq!(Timing::parse(expression), Some(timing));
        }
    }

    #[test]
    fn a_time_input_is_read_as_it_is_written() {
        for time in [0, 545, 1439] {
            assert_eq!(minutes(&clock(time)), Some(time));
        }
        assert_eq!(minutes("09:05:30"), Some(545));
        for odd in ["", "9", "24:00", "09:60", "09:xx"] {
            assert_eq!(minutes(odd), None, "{odd}");
        }
    }

    #[test]
    fn what_has_no_simple_words_is_not() {
        for expression in [
            "cron(0/15 9-17 ? * MON-FRI *)",
            "cron(0 9 ? * MON#1 *)",
            "cron(0 9 ? * 0 *)",
            "cron(0 9 ? 1-3 MON *)",
            "cron(0 9 1 * MON *)",
            "cron(0 9 * * ? 2027)",
            "cron(0 24 * * ? *)",
            "cron(0 9)",
            "rate(0 days)",
            "rate(2 fortnights)",
            "rate(2 dayss)",
            "at(tomorrow)",
            "at(2026-12-24T9)",
            "at(2026-13-24T09:00:00)",
            "cron",
            "",
        ] {
            assert_eq!(Timing::parse(expression), None, "{expression}");
        }
    }
}
