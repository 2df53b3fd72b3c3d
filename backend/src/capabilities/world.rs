//! The time, and the way to have something done later.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

use crate::domain::run::RunId;

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
