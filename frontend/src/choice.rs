//! What a person can choose on the form, what is chosen for them at first, and what that comes to.

use onbehalf_contract::{Access, Limits};

use crate::day::Day;

const DAY_MS: f64 = 86_400_000.0;

/// What is marked on the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) access: Access,
    pub(crate) time: Time,
    /// What stands in the date input, if that is a day.
    pub(crate) day: Option<Day>,
}

/// How a person says for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    /// Days of 24 hours.
    Days(i64),
    /// Until the end of the day in the date input.
    UntilDay,
}

/// How long that is, as the backend is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Length {
    /// Days of 24 hours.
    Days(i64),
    /// A moment, in milliseconds since 1970.
    Until(f64),
}

impl Choice {
    /// The first choice: the access that the person gave before if it may still be given, else what their schedules
    /// need, else the least there is; for the usual time.
    pub(crate) fn first(limits: &Limits, before: Option<Access>) -> Self {
        let offered = accesses(limits);
        let access = [before, Some(limits.needed_access)]
            .into_iter()
            .flatten()
            .find(|access| offered.contains(access))
            .or_else(|| offered.first().copied())
            .unwrap_or(Access::Read);
        Self {
            access,
            time: Time::Days(usual_days(limits)),
            day: None,
        }
    }
}

impl Length {
    /// Until this moment, which is the end of a day, but no longer than is allowed: on the last day, the longest time
    /// ends before the day does.
    pub(crate) fn until(end_of_day: f64, longest_days: i64, now: f64) -> Self {
        let longest = Self::Days(longest_days);
        if end_of_day > longest.end(now) {
            longest
        } else {
            Self::Until(end_of_day)
        }
    }

    /// When it ends, in milliseconds since 1970, if it begins now.
    pub(crate) fn end(self, now: f64) -> f64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "a consent lasts years, not aeons"
            )]
            Self::Days(days) => now + days as f64 * DAY_MS,
            Self::Until(end) => end,
        }
    }
}

/// Whether a day can be picked: where a single day is all there is, that says the same.
pub(crate) fn offers_a_day(limits: &Limits) -> bool {
    limits.longest_days > 1
}

/// The accesses that can be given, the least first.
pub(crate) fn accesses(limits: &Limits) -> Vec<Access> {
    [Access::Read, Access::ReadWrite]
        .into_iter()
        .filter(|access| limits.access.contains(access))
        .collect()
}

/// The durations to offer: none longer than allowed, and at least one.
pub(crate) fn durations(limits: &Limits) -> Vec<i64> {
    let mut days: Vec<i64> = limits
        .days
        .iter()
        .copied()
        .filter(|&days| (1..=limits.longest_days).contains(&days))
        .collect();
    if days.is_empty() {
        days.push(limits.longest_days.max(1));
    }
    days
}

/// The usual duration, or the longest one offered that is shorter.
fn usual_days(limits: &Limits) -> i64 {
    let offered = durations(limits);
    let fitting = offered.iter().filter(|&&days| days <= limits.usual_days);
    fitting.max().or(offered.first()).copied().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(longest_days: i64, days: &[i64], usual_days: i64) -> Limits {
        Limits {
            longest_days,
            days: days.to_vec(),
            usual_days,
            access: vec![Access::ReadWrite, Access::Read],
            needed_access: Access::Read,
        }
    }

    fn first_time(limits: &Limits) -> Time {
        Choice::first(limits, None).time
    }

    #[test]
    fn the_first_choice_is_what_the_schedules_need_for_the_usual_time() {
        let mut limits = limits(365, &[7, 30, 90], 30);
        for needed_access in [Access::Read, Access::ReadWrite] {
            limits.needed_access = needed_access;
            let first = Choice::first(&limits, None);
            assert_eq!(first.access, needed_access);
            assert_eq!(first.time, Time::Days(30));
        }
    }

    #[test]
    fn who_renews_finds_the_access_they_had() {
        let first = Choice::first(&limits(365, &[30], 30), Some(Access::ReadWrite));
        assert_eq!(first.access, Access::ReadWrite);
    }

    #[test]
    fn an_access_that_is_no_longer_offered_is_not_chosen() {
        let mut limits = limits(365, &[30], 30);
        limits.access = vec![Access::Read];
        limits.needed_access = Access::ReadWrite;
        assert_eq!(
            Choice::first(&limits, Some(Access::ReadWrite)).access,
            Access::Read
        );
    }

    #[test]
    fn no_duration_is_offered_beyond_the_limit_or_below_a_day() {
        assert_eq!(durations(&limits(60, &[-1, 0, 7, 30, 90], 30)), [7, 30]);
    }

    #[test]
    fn where_the_limit_is_below_every_usual_duration_the_limit_is_offered() {
        let limits = limits(3, &[7, 30], 30);
        assert_eq!(durations(&limits), [3]);
        assert_eq!(first_time(&limits), Time::Days(3));
    }

    #[test]
    fn a_usual_duration_that_is_not_offered_gives_way_to_the_next_shorter_one() {
        assert_eq!(first_time(&limits(365, &[7, 30, 90], 60)), Time::Days(30));
        assert_eq!(first_time(&limits(365, &[7, 30], 1)), Time::Days(7));
    }

    #[test]
    fn a_day_ends_with_its_end_but_never_beyond_the_longest_time() {
        let now = 1000.0;
        let longest = now + 30.0 * DAY_MS;
        for end in [now + DAY_MS, longest] {
            assert_eq!(Length::until(end, 30, now), Length::Until(end));
            assert_eq!(Length::until(end, 30, now).end(now), end);
        }
        assert_eq!(Length::until(longest + 1.0, 30, now), Length::Days(30));
        assert_eq!(Length::Days(30).end(now), longest);
    }

    #[test]
    fn a_day_is_offered_where_there_is_more_than_one() {
        assert!(offers_a_day(&limits(2, &[1], 1)));
        assert!(!offers_a_day(&limits(1, &[1], 1)));
    }
}
