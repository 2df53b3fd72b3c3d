use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A moment, in whole seconds since 1970-01-01T00:00:00Z: the unit of `iat` and `exp`.
///
/// Nothing in this crate reads a clock. Whoever calls says what time it is, so that a test can say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixSeconds(i64);

impl UnixSeconds {
    /// The moment this many seconds after the epoch; negative before it.
    pub const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// This many seconds later (earlier if negative), held at the ends of what fits.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// How many seconds this moment is after `earlier`; negative if it is before.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Rounds down.
impl From<SystemTime> for UnixSeconds {
    fn from(time: SystemTime) -> Self {
        let seconds = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                let whole = i64::try_from(before.as_secs()).unwrap_or(i64::MAX);
                -whole - i64::from(before.subsec_nanos() > 0)
            }
        };
        Self(seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn system_time_is_rounded_down_on_both_sides_of_the_epoch() {
        for (time, seconds) in [
            (UNIX_EPOCH, 0),
            (UNIX_EPOCH + Duration::from_millis(1_999), 1),
            (UNIX_EPOCH - Duration::from_millis(1), -1),
            (UNIX_EPOCH - Duration::from_secs(2), -2),
        ] {
            assert_eq!(UnixSeconds::from(time), UnixSeconds::new(seconds));
        }
    }

    #[test]
    fn arithmetic_stays_in_range() {
        assert_eq!(UnixSeconds::new(i64::MAX).plus(1).get(), i64::MAX);
        assert_eq!(
            UnixSeconds::new(i64::MIN).since(UnixSeconds::new(1)),
            i64::MIN
        );
        assert_eq!(UnixSeconds::new(10).since(UnixSeconds::new(4)), 6);
    }
}
