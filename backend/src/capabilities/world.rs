//! The time, and the way to have something done later.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::run::RunId;
use crate::domain::timer::{Timer, TimerId};

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The time of day, and waiting. Tests bring their own.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()>;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// To the millisecond: what is answered is then exactly what is stored.
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(time))
    }
}

pub type SharedClock = Arc<dyn Clock>;

/// Asks for a run. It happens soon, and elsewhere.
pub trait RunQueue: Send + Sync {
    fn send(&self, run: &RunId) -> BoxFuture<'_, Result<(), QueueError>>;
}

/// The queue did not take it: nothing will run.
#[derive(Debug, Error)]
#[error("the queue of runs did not answer")]
pub struct QueueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The timer that asks for the runs of schedules when they are due.
pub trait Timers: Send + Sync {
    /// Makes it so that this is what the timer has for the schedule, whatever it had; `None`: nothing. Says whether it had
    /// something else.
    fn set(
        &self,
        of: &TimerId,
        timer: Option<&Timer>,
    ) -> BoxFuture<'_, Result<Drift, TimerError>>;
}

/// How what the timer had was not what it was to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drift {
    /// It was.
    None,
    /// It had nothing.
    Missing,
    /// It had something else.
    Different,
    /// It had something, and was to have nothing.
    Extra,
}

/// It is not known what the timer has.
#[derive(Debug, Error)]
#[error("the timer did not answer")]
pub struct TimerError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
