//! The time, and the way to have something done later.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::run::RunMessage;
use crate::domain::run_report::RunReport;
use crate::domain::timer::{Drift, Timer, TimerId};

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

/// Asks for runs. They happen soon, and elsewhere.
pub trait RunQueue: Send + Sync {
    /// Asks for a run after this much time, or sooner if that is longer than the queue can wait: whoever takes the message
    /// up looks.
    fn send(&self, message: &RunMessage, after: Duration) -> BoxFuture<'_, Result<(), QueueError>>;
}

/// The queue did not take it: nothing will run.
#[derive(Debug, Error)]
#[error("the queue of runs did not answer")]
pub struct QueueError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The timer, which asks for the runs of schedules when they are due.
pub trait Timers: Send + Sync {
    /// Makes it so that the timer has this for a schedule, whatever it had; `None`: nothing. Says what it had.
    fn set(&self, id: &TimerId, timer: Option<&Timer>) -> BoxFuture<'_, Result<Drift, TimerError>>;
}

/// The timer did not answer: what it has is not known.
#[derive(Debug, Error)]
#[error("the timer did not answer")]
pub struct TimerError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Where is noted what each run came to, for operators.
pub trait RunLog: Send + Sync {
    fn note(&self, report: &RunReport);
}
