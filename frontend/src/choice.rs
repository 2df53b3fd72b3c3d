//! What a person can choose on the form, and what is chosen for them at first.

use onbehalf_contract::{Access, ConsentWish, Limits};

/// What is marked on the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) access: Access,
    /// In days of 24 hours.
    pub(crate) days: i64,
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
            days: usual_days(limits),
        }
    }

    pub(crate) fn wish(self, notice: String) -> ConsentWish {
        ConsentWish {
            access: self.access,
            days: self.days,
            notice,
        }
    }
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

    #[test]
    fn the_first_choice_is_what_the_schedules_need_for_the_usual_time() {
        let mut limits = limits(365, &[7, 30, 90], 30);
        for needed_access in [Access::Read, Access::ReadWrite] {
            limits.needed_access = needed_access;
            let first = Choice::first(&limits, None);
            assert_eq!(first.access, needed_access);
            assert_eq!(first.days, 30);
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
        assert_eq!(Choice::first(&limits, None).days, 3);
    }

    #[test]
    fn a_usual_duration_that_is_not_offered_gives_way_to_the_next_shorter_one() {
        assert_eq!(Choice::first(&limits(365, &[7, 30, 90], 60), None).days, 30);
        assert_eq!(Choice::first(&limits(365, &[7, 30], 1), None).days, 7);
    }

    #[test]
    fn the_wish_names_the_notice_that_was_read() {
        let wish = Choice {
            access: Access::Read,
            days: 7,
        }
        .wish("2026-11".to_owned());
        assert_eq!(
            wish,
            ConsentWish {
                access: Access::Read,
                days: 7,
                notice: "2026-11".to_owned()
            }
        );
    }
}
