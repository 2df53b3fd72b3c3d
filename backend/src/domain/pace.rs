//! How fast a tenant may be called, as far as its site has said.
//! <https://developer.atlassian.com/cloud/confluence/rate-limiting/>

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How soon a slot must be for a run to wait for it, and not to go back to the queue.
const WAITED_FOR: SignedDuration = SignedDuration::from_secs(2);

/// What a site has said of its limits. The default: nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Until then nothing is called.
    pub blocked_until: Option<Timestamp>,
    /// Near its limit.
    pub slow: Option<Slow>,
}

/// Calls keep their distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slow {
    pub gap: Duration,
    /// When the site's count begins anew.
    pub until: Timestamp,
}

/// What a run does that comes at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// It takes the next free slot.
    TakeSlot(Slow),
    /// It comes back then, with this slot.
    NotBefore {
        until: Timestamp,
        slot: Option<Timestamp>,
    },
}

impl Pace {
    /// Whether a run may go on now. One that has its slot does not take another; but a slot is gone with a block, or all
    /// whose slots had passed meanwhile would come at once.
    pub fn turn(&self, now: Timestamp, slot: Option<Timestamp>) -> Turn {
        if let Some(until) = self.blocked_until.filter(|until| *until > now) {
            return Turn::NotBefore { until, slot: None };
        }
        match (self.slow.filter(|slow| slow.until > now), slot) {
            (None, _) => Turn::Now,
            (Some(slow), None) => Turn::TakeSlot(slow),
            (Some(_), Some(until)) if until > now => Turn::NotBefore { until, slot },
            (Some(_), Some(_)) => Turn::Now,
        }
    }
}

/// How long to wait for a slot; `None`: too long to wait here.
pub fn wait_for(slot: Timestamp, now: Timestamp) -> Option<Duration> {
    let wait = slot.duration_since(now);
    if wait > WAITED_FOR {
        return None;
    }
    Some(Duration::try_from(wait).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn nothing_is_called_while_the_site_is_blocked() {
        let pace = Pace {
            blocked_until: Some(at(10)),
            slow: None,
        };
        let blocked = Turn::NotBefore {
            until: at(10),
            slot: None,
        };
        assert_eq!(pace.turn(at(9), Some(at(9))), blocked);
        assert_eq!(pace.turn(at(10), None), Turn::Now);
    }

    #[test]
    fn near_the_limit_each_run_takes_one_slot() {
        let slow = Slow {
            gap: Duration::from_secs(3),
            until: at(60),
        };
        let pace = Pace {
            blocked_until: Some(at(5)),
            slow: Some(slow),
        };
        let not_before = |until, slot| Turn::NotBefore { until, slot };
        assert_eq!(pace.turn(at(4), None), not_before(at(5), None));
        assert_eq!(pace.turn(at(6), None), Turn::TakeSlot(slow));
        assert_eq!(
            pace.turn(at(6), Some(at(7))),
            not_before(at(7), Some(at(7)))
        );
        assert_eq!(pace.turn(at(7), Some(at(7))), Turn::Now);
        assert_eq!(pace.turn(at(60), Some(at(70))), Turn::Now);
    }

    #[test]
    fn a_slot_that_is_near_is_waited_for() {
        assert_eq!(wait_for(at(10), at(8)), Some(Duration::from_secs(2)));
        assert_eq!(wait_for(at(7), at(8)), Some(Duration::ZERO));
        assert_eq!(wait_for(at(11), at(8)), None);
    }
}
