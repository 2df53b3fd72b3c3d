//! What a tenant allows its people to consent to.

use jiff::SignedDuration;
use thiserror::Error;

use onbehalf_contract::Access;

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

/// How long a consent lasts: whole days of 24 hours, within a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days(i64);

/// Why a wish is not within the policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyError {
    #[error("a consent lasts at least 1 day, and {days} were asked for")]
    TooShort { days: i64 },
    #[error("a consent lasts at most {longest} days here, and {days} were asked for")]
    TooLong { days: i64, longest: i64 },
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

    /// Checks what a person wishes to agree to.
    pub fn check(&self, access: Access, days: i64) -> Result<Days, PolicyError> {
        if !self.access.contains(&access) {
            return Err(PolicyError::AccessNotAllowed);
        }
        match days {
            ..1 => Err(PolicyError::TooShort { days }),
            days if days > self.longest_days => Err(PolicyError::TooLong {
                days,
                longest: self.longest_days,
            }),
            days => Ok(Days(days)),
        }
    }
}

impl Days {
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(24 * self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_between_a_day_and_the_longest() {
        let policy = Policy::default();
        for days in [1, 30, 90] {
            assert_eq!(
                policy.check(Access::Read, days).unwrap().duration(),
                SignedDuration::from_hours(24 * days)
            );
        }
        for days in [0, -1, i64::MIN] {
            assert_eq!(
                policy.check(Access::Read, days),
                Err(PolicyError::TooShort { days })
            );
        }
        for days in [91, i64::MAX] {
            assert_eq!(
                policy.check(Access::Read, days),
                Err(PolicyError::TooLong { days, longest: 90 })
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
            policy.check(Access::ReadWrite, 1),
            Err(PolicyError::AccessNotAllowed)
        );
    }
}
