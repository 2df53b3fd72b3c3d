//! What a schedule's expression means.
//!
//! The syntax is that of Amazon EventBridge Scheduler:
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>. Only the everyday cases are understood;
//! anything else is shown as it was written, which is always true and never misleading.

use crate::day::Day;

/// When a schedule runs. Times are minutes from the start of a day in the schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Timing {
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
    pub(super) fn parse(expression: &str) -> Option<Self> {
        let (kind, rest) = expression.trim().split_once('(')?;
        let inside = rest.strip_suffix(')')?;
        match kind {
            "cron" => cron(inside),
            "at" => once(inside),
            "rate" => rate(inside),
            _ => None,
        }
    }
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
    let (hour, rest) = time.split_once(':')?;
    let (minute, _) = rest.split_once(':')?;
    let time = number(hour, 0..=23)? * 60 + number(minute, 0..=59)?;
    Some(Timing::Once(Day::parse(day)?, time))
}

/// `value unit`.
fn rate(rate: &str) -> Option<Timing> {
    let (value, unit) = rate.trim().split_once(' ')?;
    let value = number(value, 1..=u32::MAX)?.into();
    let unit = ["minute", "hour", "day"]
        .into_iter()
        .find(|known| unit.strip_suffix('s').unwrap_or(unit) == *known)?;
    Some(Timing::Every(value, unit))
}

/// `MON` or `2`. Days are numbered from 1, Sunday.
fn weekday_of(day: &str) -> Option<u32> {
    let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    (0..)
        .zip(names)
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
