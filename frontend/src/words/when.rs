//! When a schedule runs, in words.
//!
//! The syntax is that of Amazon EventBridge Scheduler:
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>. The everyday cases are put into
//! words; anything else is shown as it was written, which is always true and never misleading.

/// When a schedule runs: `Every Monday at 09:00 (Europe/Berlin)`.
pub(crate) fn when(expression: &str, time_zone: &str) -> String {
    let words = inside(expression, "cron")
        .and_then(cron)
        .or_else(|| inside(expression, "at").and_then(once));
    match words {
        Some(words) => format!("{words} ({time_zone})"),
        // A rate has no time of day, so the time zone says nothing about it.
        None => inside(expression, "rate")
            .and_then(rate)
            .unwrap_or_else(|| format!("{expression} ({time_zone})")),
    }
}

/// What stands between the brackets of `kind(…)`.
fn inside<'a>(expression: &'a str, kind: &str) -> Option<&'a str> {
    expression
        .trim()
        .strip_prefix(kind)?
        .strip_prefix('(')?
        .strip_suffix(')')
}

/// `minutes hours day-of-month month day-of-week year`.
fn cron(fields: &str) -> Option<String> {
    let mut fields = fields.split_whitespace();
    let minute = number(fields.next()?, 0..=59)?;
    let hour = number(fields.next()?, 0..=23)?;
    let day = fields.next()?;
    let month = fields.next()?;
    let weekday = fields.next()?;
    let year = fields.next().unwrap_or("*");
    if month != "*" || year != "*" || fields.next().is_some() {
        return None;
    }
    let days = match (day, weekday) {
        ("*" | "?", "*" | "?") => "Every day".to_owned(),
        ("?", weekdays) => format!("Every {}", weekday_names(weekdays)?),
        ("L", "?") => "On the last day of every month".to_owned(),
        (day, "?") => format!("On day {} of every month", number(day, 1..=31)?),
        _ => return None,
    };
    Some(format!("{days} at {hour:02}:{minute:02}"))
}

/// `yyyy-mm-ddThh:mm:ss`.
fn once(moment: &str) -> Option<String> {
    let (date, time) = moment.split_once('T')?;
    Some(format!("Once, on {date} at {}", time.get(..5)?))
}

/// `value unit`.
fn rate(rate: &str) -> Option<String> {
    let (value, unit) = rate.trim().split_once(' ')?;
    let value = number(value, 1..=u32::MAX)?;
    let unit = unit.trim_end_matches('s');
    if !matches!(unit, "minute" | "hour" | "day") {
        return None;
    }
    Some(match value {
        1 => format!("Every {unit}"),
        _ => format!("Every {value} {unit}s"),
    })
}

/// `MON`, `2`, `MON-FRI`, `MON,WED,FRI`. Days are numbered from 1, Sunday.
fn weekday_names(field: &str) -> Option<String> {
    if matches!(field, "MON-FRI" | "2-6") {
        return Some("weekday".to_owned());
    }
    let names = field
        .split(',')
        .map(weekday_name)
        .collect::<Option<Vec<_>>>()?;
    let (last, others) = names.split_last()?;
    Some(match others {
        [] => (*last).to_owned(),
        others => format!("{} and {last}", others.join(", ")),
    })
}

fn weekday_name(day: &str) -> Option<&'static str> {
    Some(match day {
        "1" | "SUN" => "Sunday",
        "2" | "MON" => "Monday",
        "3" | "TUE" => "Tuesday",
        "4" | "WED" => "Wednesday",
        "5" | "THU" => "Thursday",
        "6" | "FRI" => "Friday",
        "7" | "SAT" => "Saturday",
        _ => return None,
    })
}

fn number(text: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
    text.parse().ok().filter(|number| range.contains(number))
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn everyday_schedules_are_put_into_words() {
        for (expression, words) in [
            ("cron(0 9 * * ? *)", "Every day at 09:00 (Europe/Berlin)"),
            ("cron(30 17 ? * * *)", "Every day at 17:30 (Europe/Berlin)"),
            (
                "cron(0 9 ? * MON *)",
                "Every Monday at 09:00 (Europe/Berlin)",
            ),
            ("cron(0 9 ? * 1 *)", "Every Sunday at 09:00 (Europe/Berlin)"),
            (
                "cron(5 8 ? * MON-FRI *)",
                "Every weekday at 08:05 (Europe/Berlin)",
            ),
            (
                "cron(0 9 ? * MON,WED,FRI *)",
                "Every Monday, Wednesday and Friday at 09:00 (Europe/Berlin)",
            ),
            (
                "cron(0 9 1 * ? *)",
                "On day 1 of every month at 09:00 (Europe/Berlin)",
            ),
            (
                "cron(0 9 L * ? *)",
                "On the last day of every month at 09:00 (Europe/Berlin)",
            ),
            (
                "at(2026-12-24T18:00:00)",
                "Once, on 2026-12-24 at 18:00 (Europe/Berlin)",
            ),
            ("rate(1 day)", "Every day"),
            ("rate(15 minutes)", "Every 15 minutes"),
        ] {
            assert_eq!(when(expression, "Europe/Berlin"), words);
        }
    }

    #[test]
    fn what_has_no_simple_words_is_shown_as_written() {
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
            "at(tomorrow)",
            "at(2026-12-24T9)",
            "cron",
            "",
        ] {
            assert_eq!(when(expression, "UTC"), format!("{expression} (UTC)"));
        }
    }
}
