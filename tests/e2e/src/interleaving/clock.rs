//! The one time that there is, and how processes read it and wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::world::{BoxFuture, Clock};
use onbehalf::use_cases::fresh_tenant::TENANT_FRESH_FOR;

use super::calls::Calls;
use super::flaw::Flaw;
use super::gate::{Gate, Stop};

/// A clock that stands still until it is moved.
#[derive(Clone, Debug)]
pub struct ModelClock(Arc<AtomicI64>);

impl ModelClock {
    /// Eight in the morning of 22 November 2026, in UTC.
    pub(super) fn start() -> Self {
        let at: Timestamp = "2026-11-22T08:00:00Z".parse().expect("this is a time");
        Self(Arc::new(AtomicI64::new(at.as_millisecond())))
    }

    pub fn now(&self) -> Timestamp {
        let milliseconds = self.0.load(Ordering::Relaxed);
        Timestamp::from_millisecond(milliseconds).expect("the clock shows a time")
    }

    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).expect("a case takes less than an age");
        self.0.fetch_add(by, Ordering::Relaxed);
    }

    /// Never back.
    pub fn advance_to(&self, time: Timestamp) {
        self.0.fetch_max(time.as_millisecond(), Ordering::Relaxed);
    }
}

/// The one clock, as this process reads it.
pub(super) struct GatedClock {
    gate: Gate,
    clock: ModelClock,
    began: Timestamp,
    flaw: Option<Flaw>,
}

impl GatedClock {
    pub(super) fn new(calls: &Calls) -> Self {
        Self {
            gate: calls.gate.clone(),
            clock: calls.clock.clone(),
            began: calls.clock.now(),
            flaw: calls.flaw,
        }
    }
}

impl Clock for GatedClock {
    fn now(&self) -> Timestamp {
        match self.flaw {
            Some(Flaw::ClockStopped) => self.began,
            _ => self.clock.now(),
        }
    }

    /// What is shorter than a second is a rest between two tries, whose length is left to chance: others may go first,
    /// and that is all that matters of it here.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let at = if time < TENANT_FRESH_FOR {
            Stop::Resting
        } else if self.flaw == Some(Flaw::RemovalAnsweredAtOnce) {
            return Box::pin(async {});
        } else {
            Stop::Asleep(self.clock.now() + time)
        };
        Box::pin(async move {
            self.gate.stop(at).await;
        })
    }
}
