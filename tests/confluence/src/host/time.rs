//! Dates as people read them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// How long ago something was, or its date if that is more than a week.
pub(super) fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs();
    let count = |number: i64, unit: &str| match number {
        1 => format!("1 {unit} ago"),
        number => format!("{number} {unit}s ago"),
    };
    match seconds {
        ..60 => "just now".to_owned(),
        60..3600 => count(seconds / 60, "minute"),
        3600..86_400 => count(seconds / 3600, "hour"),
        86_400..604_800 => count(seconds / 86_400, "day"),
        _ => date(then),
    }
}

/// `Nov 22, 2026`.
pub(super) fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%b %-d, %Y")
        .to_string()
}

/// `2026-11-22 10:00:05`.
pub(super) fn to_the_second(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_times() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let before = |then: &str| ago(now, then.parse().unwrap());
        assert_eq!(before("2026-11-22T11:59:30Z"), "just now");
        assert_eq!(before("2026-11-22T11:59:00Z"), "1 minute ago");
        assert_eq!(before("2026-11-22T09:00:00Z"), "3 hours ago");
        assert_eq!(before("2026-11-20T09:00:00Z"), "2 days ago");
        assert_eq!(before("2026-11-01T09:00:00Z"), "Nov 1, 2026");
        assert_eq!(
            before("2026-11-22T12:30:00Z"),
            "just now",
            "clocks can be set back"
        );
    }
}
