//! A day of the calendar, as a date input and a schedule write it: `2026-12-24`.

use std::fmt;

/// A day of the calendar. Days are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day {
    year: u32,
    month: u32,
    day: u32,
}

impl Day {
    /// Months and days are counted from 1. Whether the month has such a day isn't checked: a browser wouldn't say so.
    pub(crate) fn new(year: u32, month: u32, day: u32) -> Option<Self> {
        let is_one = year <= 9999 && (1..=12).contains(&month) && (1..=31).contains(&day);
        is_one.then_some(Self { year, month, day })
    }

    /// Reads `yyyy-mm-dd`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        if (year.len(), month.len(), day.len()) != (4, 2, 2) {
            return None;
        }
        Self::new(number(year)?, number(month)?, number(day)?)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// Digits only: Rust would take a sign as well.
fn number(digits: &str) -> Option<u32> {
    digits
        .bytes()
        .all(|digit| digit.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for text in ["2026-12-24", "2026-01-01", "0001-12-31"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_day_is_not_read() {
        for text in [
            "",
            "2026-12",
            "2026-12-24T09:00",
            "2026-13-01",
            "2026-00-01",
            "2026-12-32",
            "2026-12-00",
            "26-12-24",
            "+026-12-24",
            "12026-12-24",
            "tomorrow",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_in_order() {
        let days = ["2026-11-30", "2026-12-01", "2026-12-24", "2027-01-01"];
        let days = days.map(|day| Day::parse(day).unwrap());
        assert!(days.is_sorted());
    }
}
