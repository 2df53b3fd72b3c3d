//! What a tenant allows its people to consent to.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use onbehalf_contract::{Access, AdminPolicy, Group};

use super::task::Task;

/// A consent that ends sooner than this is not worth giving.
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);

/// The limits of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Counts its changes. A change names the version that it changes; 0 is what holds before anybody decided anything.
    pub version: u64,
    longest_days: i64,
    access: Vec<Access>,
    /// Who may consent: the members of these; of none, everybody.
    groups: Vec<AllowedGroup>,
    own_schedules: bool,
    rest_requests: bool,
    activity_days: i64,
}

/// A group whose members may consent, with the name that it had when it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedGroup {
    pub id: String,
    pub name: String,
}

/// Nobody agrees for longer, whatever an admin allows.
const LONGEST_DAYS: i64 = 90;

/// For how long activity is kept: long enough to look into what went wrong, and not for ever.
const ACTIVITY_DAYS: std::ops::RangeInclusive<i64> = 30..=365;

const MOST_GROUPS: usize = 20;

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 0,
            longest_days: LONGEST_DAYS,
            access: vec![Access::Read, Access::ReadWrite],
            groups: Vec::new(),
            own_schedules: true,
            rest_requests: true,
            activity_days: *ACTIVITY_DAYS.end(),
        }
    }
}

/// A policy that cannot be, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadPolicy {
    #[error("a consent lasts 1 to {LONGEST_DAYS} days")]
    LongestDays,
    #[error("people may give access to read, or to read and write: whoever may write may read")]
    Access,
    #[error("at most {MOST_GROUPS} groups may be named, each once")]
    Groups,
    #[error("there is no group with the id {0:?}")]
    NoSuchGroup(String),
    #[error("activity is kept for {} to {} days", ACTIVITY_DAYS.start(), ACTIVITY_DAYS.end())]
    ActivityDays,
}

/// How long somebody wishes a consent to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// Days of 24 hours.
    Days(i64),
    Until(Timestamp),
}

/// What a policy allows to be agreed to. Only [`Policy::check`] makes these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    access: Access,
    expires_at: Timestamp,
}

/// Why a wish is not within the policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    #[error("a consent lasts at least 1 day, and {days} were asked for")]
    TooShort { days: i64 },
    #[error("a consent lasts at most {longest} days here, and {days} were asked for")]
    TooLong { days: i64, longest: i64 },
    #[error("a consent must last at least an hour from now")]
    TooSoon,
    #[error("a consent lasts at most {longest} days here, and the date is later")]
    TooLate { longest: i64 },
    #[error("this access may not be given here")]
    AccessNotAllowed,
}

impl Policy {
    /// Checks what an admin wants. Whether the groups are there is Confluence's to say.
    pub fn parse(wanted: &AdminPolicy) -> Result<Self, BadPolicy> {
        let AdminPolicy {
            version,
            longest_days,
            access,
            groups,
            own_schedules,
            rest_requests,
            activity_days,
        } = wanted;
        if !(1..=LONGEST_DAYS).contains(longest_days) {
            return Err(BadPolicy::LongestDays);
        }
        if !ACTIVITY_DAYS.contains(activity_days) {
            return Err(BadPolicy::ActivityDays);
        }
        let access = match access[..] {
            [Access::Read] => vec![Access::Read],
            [Access::Read, Access::ReadWrite] | [Access::ReadWrite, Access::Read] => {
                vec![Access::Read, Access::ReadWrite]
            }
            _ => return Err(BadPolicy::Access),
        };
        let ids: std::collections::BTreeSet<_> = groups.iter().map(|group| &group.id).collect();
        if groups.len() > MOST_GROUPS || ids.len() < groups.len() {
            return Err(BadPolicy::Groups);
        }
        let groups = groups.iter().map(|group| AllowedGroup {
            id: group.id.clone(),
            name: group.name.clone(),
        });
        Ok(Self {
            version: *version,
            longest_days: *longest_days,
            access,
            groups: groups.collect(),
            own_schedules: *own_schedules,
            rest_requests: *rest_requests,
            activity_days: *activity_days,
        })
    }

    /// As admins see it.
    pub fn as_admins_see_it(&self) -> AdminPolicy {
        let groups = self.groups.iter().map(|group| Group {
            id: group.id.clone(),
            name: group.name.clone(),
        });
        AdminPolicy {
            version: self.version,
            longest_days: self.longest_days,
            access: self.access.clone(),
            groups: groups.collect(),
            own_schedules: self.own_schedules,
            rest_requests: self.rest_requests,
            activity_days: self.activity_days,
        }
    }

    /// The same policy, with the groups as they are called now.
    #[must_use]
    pub fn with_groups(mut self, groups: Vec<AllowedGroup>) -> Self {
        self.groups = groups;
        self
    }

    pub fn groups(&self) -> &[AllowedGroup] {
        &self.groups
    }

    /// Whether people make schedules of their own.
    pub fn own_schedules(&self) -> bool {
        self.own_schedules
    }

    /// Whether this may be given.
    pub fn allows(&self, access: Access) -> bool {
        self.access.contains(&access)
    }

    /// Whether schedules may do this.
    pub fn allows_task(&self, task: &Task) -> bool {
        self.allows(task.access()) && (self.rest_requests || !matches!(task, Task::Request(_)))
    }

    /// A consent that was given then has ended by this time, whatever it says itself.
    pub fn ends_at(&self, granted_at: Timestamp) -> Timestamp {
        later(granted_at, days_of_24_hours(self.longest_days))
    }

    /// What was given then or before has ended by now.
    pub fn oldest_that_counts(&self, now: Timestamp) -> Timestamp {
        now.checked_sub(days_of_24_hours(self.longest_days))
            .unwrap_or(Timestamp::MIN)
    }

    /// For how long activity is kept.
    pub fn activity_kept(&self) -> SignedDuration {
        days_of_24_hours(self.activity_days)
    }

    pub fn longest_days(&self) -> i64 {
        self.longest_days
    }

    pub fn access(&self) -> &[Access] {
        &self.access
    }

    /// Checks what a person wishes to agree to now.
    pub fn check(
        &self,
        access: Access,
        lasting: Lasting,
        now: Timestamp,
    ) -> Result<Terms, PolicyError> {
        if !self.access.contains(&access) {
            return Err(PolicyError::AccessNotAllowed);
        }
        let longest = self.longest_days;
        let expires_at = match lasting {
            Lasting::Days(days @ ..1) => return Err(PolicyError::TooShort { days }),
            Lasting::Days(days) if days > longest => {
                return Err(PolicyError::TooLong { days, longest });
            }
            Lasting::Days(days) => later(now, days_of_24_hours(days)),
            Lasting::Until(until) if until < later(now, SHORTEST) => {
                return Err(PolicyError::TooSoon);
            }
            Lasting::Until(until) if until > later(now, days_of_24_hours(longest)) => {
                return Err(PolicyError::TooLate { longest });
            }
            Lasting::Until(until) => until,
        };
        Ok(Terms { access, expires_at })
    }
}

impl Terms {
    pub fn access(&self) -> Access {
        self.access
    }

    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

fn days_of_24_hours(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    fn check(lasting: Lasting) -> Result<Timestamp, PolicyError> {
        Policy::default()
            .check(Access::Read, lasting, at(0))
            .map(|terms| terms.expires_at())
    }

    #[test]
    fn a_duration_is_between_a_day_and_the_longest() {
        for days in [1, 30, 90] {
            assert_eq!(check(Lasting::Days(days)), Ok(at(24 * days)));
        }
        for days in [0, -1, i64::MIN] {
            assert_eq!(
                check(Lasting::Days(days)),
                Err(PolicyError::TooShort { days })
            );
        }
        for days in [91, i64::MAX] {
            assert_eq!(
                check(Lasting::Days(days)),
                Err(PolicyError::TooLong { days, longest: 90 })
            );
        }
    }

    #[test]
    fn a_date_is_between_an_hour_and_the_longest_ahead() {
        for hours in [1, 25, 90 * 24] {
            assert_eq!(check(Lasting::Until(at(hours))), Ok(at(hours)));
        }
        for until in [
            at(0),
            at(-1),
            Timestamp::MIN,
            "1970-01-01T00:59:59Z".parse().unwrap(),
        ] {
            assert_eq!(check(Lasting::Until(until)), Err(PolicyError::TooSoon));
        }
        for until in [at(90 * 24 + 1), Timestamp::MAX] {
            assert_eq!(
                check(Lasting::Until(until)),
                Err(PolicyError::TooLate { longest: 90 })
            );
        }
    }

    #[test]
    fn access_outside_the_policy_is_refused() {
        let policy = Policy {
            longest_days: 7,
            access: vec![Access::Read],
            ..Policy::default()
        };
        assert_eq!(
            policy.check(Access::ReadWrite, Lasting::Days(1), at(0)),
            Err(PolicyError::AccessNotAllowed)
        );
    }

    #[test]
    fn a_policy_that_contradicts_itself_is_none() {
        let usual = Policy::default().as_admins_see_it();
        assert_eq!(Policy::parse(&usual), Ok(Policy::default()));
        let group = |id: &str| Group {
            id: id.into(),
            name: "Writers".into(),
        };
        let with = |change: &dyn Fn(&mut AdminPolicy)| {
            let mut wanted = usual.clone();
            change(&mut wanted);
            Policy::parse(&wanted).unwrap_err()
        };
        for days in [0, -1, 91, i64::MAX] {
            assert_eq!(with(&|it| it.longest_days = days), BadPolicy::LongestDays);
        }
        for access in [
            vec![],
            vec![Access::ReadWrite],
            vec![Access::Read, Access::Read],
        ] {
            assert_eq!(with(&|it| it.access.clone_from(&access)), BadPolicy::Access);
        }
        assert_eq!(with(&|it| it.activity_days = 29), BadPolicy::ActivityDays);
        assert_eq!(
            with(&|it| it.groups = vec![group("1"), group("1")]),
            BadPolicy::Groups
        );
        let crowd: Vec<_> = (0..21).map(|number| group(&number.to_string())).collect();
        assert_eq!(with(&|it| it.groups.clone_from(&crowd)), BadPolicy::Groups);
    }

    #[test]
    fn what_counts_ends_with_the_longest_duration() {
        let policy = Policy {
            longest_days: 7,
            ..Policy::default()
        };
        let granted_at = at(0);
        let end = policy.ends_at(granted_at);
        assert_eq!(end, at(7 * 24));
        // The two ways to say it agree to the millisecond.
        let just_before = end - SignedDuration::from_millis(1);
        assert!(granted_at > policy.oldest_that_counts(just_before));
        assert!(granted_at <= policy.oldest_that_counts(end));
    }
}
