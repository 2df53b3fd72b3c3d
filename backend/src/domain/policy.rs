//! What a tenant allows its people to consent to.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use onbehalf_contract::Access;

/// A consent that ends sooner than this is not worth giving.
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);

/// The limits of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    longest_days: i64,
    access: Vec<Access>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            longest_days: 90,
            access: vec![Access::Read, Access::ReadWrite],
        }
    }
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
        };
        assert_eq!(
            policy.check(Access::ReadWrite, Lasting::Days(1), at(0)),
            Err(PolicyError::AccessNotAllowed)
        );
    }
}
