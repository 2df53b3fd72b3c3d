//! The site's clock, which people and tests may move.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The time as the site sees it. Clones share one clock.
///
/// Every claim, expiry and quota of the simulator is reckoned by it; only real waiting (the delay of a fault, the
/// time limit of a callback) is not.
#[derive(Clone, Debug)]
pub struct SimClock(Arc<Mutex<Mode>>);

#[derive(Clone, Copy, Debug)]
enum Mode {
    /// The system's time, moved by so much.
    Running(SignedDuration),
    Frozen(Timestamp),
}

impl SimClock {
    /// A clock that runs with the system's.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(Mode::Running(SignedDuration::ZERO))))
    }

    /// A clock that stands still at `at` until it is moved.
    #[must_use]
    pub fn frozen(at: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(Mode::Frozen(at))))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.mode().now()
    }

    /// Whole seconds since 1970, as JWT claims carry them.
    #[must_use]
    pub fn epoch_seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Sets the time. A running clock runs on from there, a frozen one stands there.
    pub fn set(&self, to: Timestamp) {
        self.change(|mode| match mode {
            Mode::Running(_) => Mode::Running(to.duration_since(Timestamp::now())),
            Mode::Frozen(_) => Mode::Frozen(to),
        });
    }

    /// Moves the time by `by`, which may be negative. The range of time is not left.
    pub fn advance(&self, by: SignedDuration) {
        self.change(|mode| match mode {
            Mode::Running(offset) => Mode::Running(offset.saturating_add(by)),
            Mode::Frozen(at) => Mode::Frozen(moved(at, by)),
        });
    }

    /// Stops the clock where it is.
    pub fn freeze(&self) {
        self.change(|mode| Mode::Frozen(mode.now()));
    }

    /// Goes back to the system's time.
    pub fn reset(&self) {
        self.change(|_| Mode::Running(SignedDuration::ZERO));
    }

    #[must_use]
    pub fn is_frozen(&self) -> bool {
        matches!(self.mode(), Mode::Frozen(_))
    }

    fn mode(&self) -> Mode {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, to: impl FnOnce(Mode) -> Mode) {
        let mut mode = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *mode = to(*mode);
    }
}

impl Default for SimClock {
    fn default() -> Self {
        Self::system()
    }
}

impl Mode {
    fn now(self) -> Timestamp {
        match self {
            Self::Running(offset) => moved(Timestamp::now(), offset),
            Self::Frozen(at) => at,
        }
    }
}

fn moved(from: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    from.checked_add(by).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_time() {
        let clock = SimClock::frozen(Timestamp::UNIX_EPOCH);
        clock.clone().advance(SignedDuration::from_secs(90));
        assert_eq!(clock.epoch_seconds(), 90);
    }

    #[test]
    fn a_running_clock_runs_on_from_where_it_is_set() {
        let clock = SimClock::system();
        let then: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
        clock.set(then);
        assert!(clock.now() >= then);
        assert!(clock.now() < then + SignedDuration::from_secs(60));
        clock.reset();
        assert!(clock.now() < then);
    }

    #[test]
    fn the_range_of_time_is_not_left() {
        let clock = SimClock::frozen(Timestamp::MAX);
        clock.advance(SignedDuration::MAX);
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
