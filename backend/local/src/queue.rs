//! The queue of runs, in the place of SQS: a channel, and a worker that runs what comes in, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use onbehalf::capabilities::world::{BoxFuture, QueueError, RunQueue};
use onbehalf::domain::run::RunId;
use onbehalf::events::runs::run_and_log;
use onbehalf::wiring::Parts;
use tokio::sync::{Semaphore, mpsc, watch};

/// How many runs are under way at once.
const AT_ONCE: usize = 16;

/// How often a run is tried that could not be decided, as SQS would deliver it.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Sends runs to the worker.
#[derive(Clone)]
pub(crate) struct LocalQueue {
    runs: mpsc::UnboundedSender<RunId>,
    waiting: watch::Sender<usize>,
}

/// The worker's end.
pub(crate) struct Runs {
    runs: mpsc::UnboundedReceiver<RunId>,
    waiting: watch::Sender<usize>,
}

impl LocalQueue {
    pub(crate) fn new() -> (Self, Runs) {
        let (sender, runs) = mpsc::unbounded_channel();
        let waiting = watch::Sender::new(0);
        (
            Self {
                runs: sender,
                waiting: waiting.clone(),
            },
            Runs { runs, waiting },
        )
    }

    /// Waits until every run that was asked for has ended.
    pub(crate) async fn idle(&self) {
        let mut waiting = self.waiting.subscribe();
        // It fails only when nobody counts any more, and then nothing is under way.
        let _counted = waiting.wait_for(|waiting| *waiting == 0).await;
    }
}

impl RunQueue for LocalQueue {
    fn send(&self, run: &RunId) -> BoxFuture<'_, Result<(), QueueError>> {
        let run = run.clone();
        Box::pin(async move {
            self.waiting.send_modify(|waiting| *waiting += 1);
            self.runs.send(run).map_err(|error| {
                self.waiting.send_modify(|waiting| *waiting -= 1);
                QueueError(Box::new(error))
            })
        })
    }
}

impl Runs {
    /// Runs what comes in, until the queue is gone.
    pub(crate) async fn work(mut self, parts: Parts) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        while let Some(run) = self.runs.recv().await {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let (parts, waiting) = (parts.clone(), self.waiting.clone());
            tokio::spawn(async move {
                run_until_decided(&parts, &run).await;
                waiting.send_modify(|waiting| *waiting -= 1);
                drop(place);
            });
        }
    }
}

async fn run_until_decided(parts: &Parts, run: &RunId) {
    for tried in 1..=TRIES {
        let Err(error) = run_and_log(
            &parts.store,
            &parts.platform,
            &parts.notices,
            &*parts.clock,
            run,
        )
        .await
        else {
            return;
        };
        tracing::warn!(%error, run.id = run.text(), tried, "a run could not be decided");
        if tried < TRIES {
            parts.clock.sleep(FIRST_PAUSE * (1 << (tried - 1))).await;
        }
    }
    tracing::error!(run.id = run.text(), "a run was given up");
}
