//! The values of one field of a cron expression.

use super::BadTiming;

/// Which values a field takes, out of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    first: u16,
    /// Whether each value from `first` on is in it.
    values: Vec<bool>,
}

/// What a field may hold.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// What is said when something else stands there.
    pub(super) rule: &'static str,
    pub(super) first: u16,
    pub(super) last: u16,
    /// Other words for the values from `first` on.
    pub(super) words: &'static [&'static str],
    /// Whether `/` may stand in it.
    pub(super) steps: bool,
}

impl Field {
    /// Reads `*`, `5`, `1-5`, `*/15`, `10/15`, `1-30/5`, and lists of these with commas.
    pub(super) fn parse(&self, text: &str) -> Result<Set, BadTiming> {
        let mut set = Set {
            first: self.first,
            values: vec![false; usize::from(self.last - self.first) + 1],
        };
        for part in text.split(',') {
            let (first, last, step) = self.range(part).ok_or_else(|| self.bad(text))?;
            for value in (first..=last).step_by(step) {
                set.values[usize::from(value - self.first)] = true;
            }
        }
        Ok(set)
    }

    /// A single value, as a number or a word.
    pub(super) fn value(&self, text: &str) -> Option<u16> {
        let word = self
            .words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(text));
        let value = match word {
            Some(place) => self.first + u16::try_from(place).ok()?,
            None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok()?,
            None => return None,
        };
        (self.first..=self.last).contains(&value).then_some(value)
    }

    pub(super) fn bad(&self, value: &str) -> BadTiming {
        BadTiming::Field {
            field: self.name,
            value: value.to_owned(),
            rule: self.rule,
        }
    }

    fn range(&self, part: &str) -> Option<(u16, u16, usize)> {
        let (range, step) = match part.split_once('/') {
            None => (part, None),
            Some((range, step)) if self.steps && step.bytes().all(|b| b.is_ascii_digit()) => {
                (range, Some(step.parse().ok().filter(|step| *step > 0)?))
            }
            Some(_) => return None,
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.first, self.last),
            Some((first, last)) => (self.value(first)?, self.value(last)?),
            None => {
                let value = self.value(range)?;
                // `10/15` begins at 10 and goes on to the end.
                (value, if step.is_some() { self.last } else { value })
            }
        };
        (first <= last).then_some((first, last, step.unwrap_or(1)))
    }
}

impl Set {
    pub(super) fn has(&self, value: u16) -> bool {
        value
            .checked_sub(self.first)
            .and_then(|place| self.values.get(usize::from(place)))
            .copied()
            .unwrap_or(false)
    }

    /// Its values, in order.
    pub(super) fn values(&self) -> impl Iterator<Item = u16> {
        (self.first..)
            .zip(&self.values)
            .filter_map(|(value, is_in)| is_in.then_some(value))
    }
}
