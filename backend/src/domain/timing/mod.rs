//! When a schedule runs: the expressions of Amazon EventBridge Scheduler, and what AWS documents that they mean.
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html>
//!
//! In AWS the Scheduler itself decides when. What is here checks an expression before it goes there, tells a person the
//! next times, and is the timer on one machine. All three agree because they read the same.

mod cron;
mod set;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use self::cron::Cron;

/// When something runs.
#[derive(Clone, Debug)]
pub struct Timing {
    expression: Expression,
    zone: TimeZone,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    Cron(Cron),
    /// Every so often, counted from the start.
    Rate(SignedDuration),
    /// Once, by the wall clock.
    At(DateTime),
}

/// An expression that says no time, and where it is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadTiming {
    #[error("it must be cron(…), rate(…) or at(…)")]
    Form,
    #[error("{0:?} is no IANA time zone, such as Europe/Berlin")]
    Zone(String),
    #[error(
        "cron(…) takes six fields, and there are {0}: minutes, hours, day of month, month, day of week, year"
    )]
    Fields(usize),
    #[error("{value:?} is no {field}: {rule}")]
    Field {
        field: &'static str,
        value: String,
        rule: &'static str,
    },
    #[error("one of day of month and day of week must be ?, and the other must not")]
    BothDays,
    #[error(
        "rate(…) takes a whole number from 1 on and minutes, hours or days, such as rate(15 minutes)"
    )]
    Rate,
    #[error("at(…) takes a date and a time, such as at(2026-12-24T18:00:00)")]
    At,
    #[error("there is no such day in any year")]
    Never,
}

impl Timing {
    /// Reads an expression and an IANA time zone.
    pub fn parse(expression: &str, zone: &str) -> Result<Self, BadTiming> {
        let zone = zone_of(zone)?;
        let (kind, inside) = expression
            .trim()
            .strip_suffix(')')
            .and_then(|whole| whole.split_once('('))
            .ok_or(BadTiming::Form)?;
        let expression = match kind {
            "cron" => Expression::Cron(Cron::parse(inside)?),
            "rate" => Expression::Rate(rate(inside).ok_or(BadTiming::Rate)?),
            "at" => Expression::At(at(inside).ok_or(BadTiming::At)?),
            _ => return Err(BadTiming::Form),
        };
        Ok(Self { expression, zone })
    }

    /// The first time after `after`. Rates are counted from `start` on. `None`: there is none any more.
    ///
    /// Where the clocks go forward, what falls into the hour that is not there does not run; where they go back, what
    /// falls into the hour that is there twice runs the first time only.
    pub fn next_after(&self, after: Timestamp, start: Timestamp) -> Option<Timestamp> {
        match &self.expression {
            Expression::Cron(cron) => cron.next_after(after, &self.zone),
            Expression::Rate(every) => next_of_rate(*every, after, start),
            Expression::At(time) => {
                let once = self.zone.to_ambiguous_timestamp(*time).compatible().ok()?;
                (once > after).then_some(once)
            }
        }
    }

    /// The next times after `after`, as many as there are up to `count`.
    pub fn next_times(&self, after: Timestamp, start: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next_after(after, start), |last| {
            self.next_after(*last, start)
        })
        .take(count)
        .collect()
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
}

fn zone_of(name: &str) -> Result<TimeZone, BadTiming> {
    let bad = || BadTiming::Zone(name.to_owned());
    // Names are compared without regard to case here, and with it at AWS.
    let zone = TimeZone::get(name).map_err(|_| bad())?;
    (zone.iana_name() == Some(name))
        .then_some(zone)
        .ok_or_else(bad)
}

fn rate(inside: &str) -> Option<SignedDuration> {
    let mut words = inside.split_whitespace();
    let (count, unit) = (words.next()?, words.next()?);
    let count: i64 = count
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| count.parse().ok())?
        .filter(|count| (1..=MOST).contains(count))?;
    let minutes = match unit {
        "minute" | "minutes" => 1,
        "hour" | "hours" => 60,
        "day" | "days" => 24 * 60,
        _ => return None,
    };
    words
        .next()
        .is_none()
        .then(|| SignedDuration::from_mins(count * minutes))
}

/// More than this of any unit is longer than anybody's plans.
const MOST: i64 = 100_000;

fn at(inside: &str) -> Option<DateTime> {
    // Exactly yyyy-mm-ddThh:mm:ss: what else can be read as a time, AWS does not take.
    let form = b"dddd-dd-ddTdd:dd:dd";
    let fits = inside.len() == form.len()
        && inside.bytes().zip(form).all(|(byte, form)| match form {
            b'd' => byte.is_ascii_digit(),
            form => byte == *form,
        });
    fits.then(|| inside.parse().ok())?
}

fn next_of_rate(every: SignedDuration, after: Timestamp, start: Timestamp) -> Option<Timestamp> {
    if after < start {
        return Some(start);
    }
    let every = every.as_millis();
    let passed = after.duration_since(start).as_millis();
    let next = i64::try_from((passed / every + 1) * every).ok()?;
    start.checked_add(SignedDuration::from_millis(next)).ok()
}

#[cfg(test)]
mod tests;
