//! `cron(minutes hours day-of-month month day-of-week year)`.

use jiff::civil::{Date, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use super::BadTiming;
use super::set::{Field, Set};

const MINUTES: Field = Field {
    name: "field of minutes",
    rule: "0 to 59, with , - * /",
    first: 0,
    last: 59,
    words: &[],
    steps: true,
};
const HOURS: Field = Field {
    name: "field of hours",
    rule: "0 to 23, with , - * /",
    first: 0,
    last: 23,
    words: &[],
    steps: true,
};
const DAYS: Field = Field {
    name: "day of month",
    rule: "1 to 31, with , - * /, or one of ?, L and a day with W",
    first: 1,
    last: 31,
    words: &[],
    steps: true,
};
const MONTHS: Field = Field {
    name: "month",
    rule: "1 to 12 or JAN to DEC, with , - * /",
    first: 1,
    last: 12,
    words: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
    steps: true,
};
const WEEKDAYS: Field = Field {
    name: "day of week",
    rule: "1 (Sunday) to 7 or SUN to SAT, with , - *, or one of ?, L, a day with L, and a day with # and 1 to 5",
    first: 1,
    last: 7,
    words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
    steps: false,
};
const YEARS: Field = Field {
    name: "year",
    rule: "1970 to 2199, with , - * /",
    first: 1970,
    last: 2199,
    words: &[],
    steps: true,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    years: Set,
}

/// Which days of a month.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    Of(Set),
    /// `L`
    Last,
    /// `15W`: the weekday (Monday to Friday) nearest to that day, in the same month.
    NearestWeekday(i8),
    Weekdays(Set),
    /// `6L`: the last Friday of the month.
    LastWeekday(Weekday),
    /// `3#2`: the second Tuesday of the month.
    NthWeekday(Weekday, i8),
}

impl Cron {
    pub(super) fn parse(inside: &str) -> Result<Self, BadTiming> {
        let fields: Vec<_> = inside.split_whitespace().collect();
        let [minutes, hours, day, month, weekday, year] = fields[..] else {
            return Err(BadTiming::Fields(fields.len()));
        };
        let days = match (day, weekday) {
            ("?", "?") => return Err(BadTiming::BothDays),
            (day, "?") => Days::of_month(day)?,
            ("?", weekday) => Days::of_week(weekday)?,
            _ => return Err(BadTiming::BothDays),
        };
        let cron = Self {
            minutes: MINUTES.parse(minutes)?,
            hours: HOURS.parse(hours)?,
            days,
            months: MONTHS.parse(month)?,
            years: YEARS.parse(year)?,
        };
        if cron.dates_from(Date::constant(1970, 1, 1)).next().is_none() {
            return Err(BadTiming::Never);
        }
        Ok(cron)
    }

    pub(super) fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = after.to_zoned(zone.clone()).date();
        self.dates_from(today)
            .flat_map(|date| self.times_on(date, zone))
            .find(|time| *time > after)
    }

    /// The times on a day, in order.
    fn times_on(&self, date: Date, zone: &TimeZone) -> impl Iterator<Item = Timestamp> {
        self.hours.values().flat_map(move |hour| {
            self.minutes.values().filter_map(move |minute| {
                let time = date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0);
                let there = zone.to_ambiguous_timestamp(time);
                match there.offset() {
                    AmbiguousOffset::Gap { .. } => None,
                    AmbiguousOffset::Fold { .. } => there.earlier().ok(),
                    AmbiguousOffset::Unambiguous { .. } => there.compatible().ok(),
                }
            })
        })
    }

    /// The days from this one on, in order.
    fn dates_from(&self, date: Date) -> impl Iterator<Item = Date> {
        let months = std::iter::successors(Some(date.first_of_month()), |month| {
            month.checked_add(1.month()).ok()
        });
        months
            .take_while(|month| month.year() <= 2199)
            .filter(|month| {
                u16::try_from(month.year()).is_ok_and(|year| self.years.has(year))
                    && self.months.has(month.month().unsigned_abs().into())
            })
            .flat_map(|month| self.days.in_month(month))
            .skip_while(move |day| *day < date)
    }
}

impl Days {
    fn of_month(text: &str) -> Result<Self, BadTiming> {
        if text == "L" {
            return Ok(Self::Last);
        }
        if let Some(day) = text.strip_suffix('W') {
            let day = DAYS.value(day).and_then(|day| i8::try_from(day).ok());
            return Ok(Self::NearestWeekday(day.ok_or_else(|| DAYS.bad(text))?));
        }
        Ok(Self::Of(DAYS.parse(text)?))
    }

    fn of_week(text: &str) -> Result<Self, BadTiming> {
        let bad = || WEEKDAYS.bad(text);
        let weekday = |text: &str| {
            let day = WEEKDAYS.value(text).and_then(|day| i8::try_from(day).ok());
            Weekday::from_sunday_one_offset(day.ok_or_else(bad)?).map_err(|_| bad())
        };
        if let Some((day, nth)) = text.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            return Ok(Self::NthWeekday(weekday(day)?, nth.ok_or_else(bad)?));
        }
        match text.strip_suffix('L') {
            // The last day of the week.
            Some("") => Ok(Self::Weekdays(WEEKDAYS.parse("7")?)),
            Some(day) => Ok(Self::LastWeekday(weekday(day)?)),
            None => Ok(Self::Weekdays(WEEKDAYS.parse(text)?)),
        }
    }

    /// The days of the month that begins on this day.
    fn in_month(&self, first: Date) -> Vec<Date> {
        let last = first.last_of_month();
        let all = || {
            std::iter::successors(Some(first), |day| day.tomorrow().ok())
                .take_while(move |day| *day <= last)
        };
        match self {
            Self::Of(days) => all()
                .filter(|date| days.has(date.day().unsigned_abs().into()))
                .collect(),
            Self::Last => vec![last],
            Self::NearestWeekday(day) => all()
                .find(|date| date.day() == *day)
                .and_then(|date| nearest_weekday(date, first, last))
                .into_iter()
                .collect(),
            Self::Weekdays(days) => all()
                .filter(|date| {
                    let weekday = date.weekday().to_sunday_one_offset();
                    days.has(weekday.unsigned_abs().into())
                })
                .collect(),
            Self::LastWeekday(weekday) => first
                .nth_weekday_of_month(-1, *weekday)
                .into_iter()
                .collect(),
            Self::NthWeekday(weekday, nth) => first
                .nth_weekday_of_month(*nth, *weekday)
                .into_iter()
                .collect(),
        }
    }
}

/// A Saturday goes back to Friday and a Sunday on to Monday, unless that is in another month.
fn nearest_weekday(date: Date, first: Date, last: Date) -> Option<Date> {
    let by = match date.weekday() {
        Weekday::Saturday if date == first => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if date == last => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    date.checked_add(by.days()).ok()
}
