use std::sync::Arc;
use std::time::Duration;

use aws_config::SdkConfig;
use onbehalf::capabilities::world::{BoxFuture, QueueError, RunQueue, Timers};
use onbehalf::config::Config;
use onbehalf::domain::run::{RunId, RunMessage};
use onbehalf::events::sweep::{SweepFailed, sweep};
use onbehalf::http::router;
use onbehalf::use_cases::run_schedule::{Ran, RunError, run_schedule};
use onbehalf::use_cases::step_times::StepTimes;
use onbehalf::wiring::{self, Parts};
use tokio::net::TcpListener;

use crate::TestClock;

/// Another process of the app: its own memory, the same table and the same timers. What AWS would run as one more Lambda.
#[derive(Clone)]
pub struct Instance {
    pub parts: Parts,
    config: Config,
    timers: Arc<dyn Timers>,
}

impl Instance {
    pub(crate) fn new(
        config: Config,
        aws: &SdkConfig,
        clock: TestClock,
        timers: Arc<dyn Timers>,
    ) -> Self {
        let parts =
            wiring::parts(&config, aws, Arc::new(clock)).expect("the app's parts fit together");
        Self {
            parts,
            config,
            timers,
        }
    }

    /// The same with other timers.
    #[must_use]
    pub fn with_timers(self, timers: Arc<dyn Timers>) -> Self {
        Self { timers, ..self }
    }

    /// Takes a message from the queue.
    pub async fn run(&self, run: &RunId) -> Result<Ran, RunError> {
        self.take(&run.message()).await
    }

    /// The same, because the person asked for it: it counts even if the schedule pauses.
    pub async fn run_now(&self, run: &RunId) -> Result<Ran, RunError> {
        self.take(&run.message().asked()).await
    }

    async fn take(&self, message: &RunMessage) -> Result<Ran, RunError> {
        let mut times = StepTimes::default();
        run_schedule(&self.parts.acting(), message, &mut times).await
    }

    /// Wakes its sweep.
    pub async fn sweep(&self) -> Result<(), SweepFailed> {
        let Parts {
            store,
            platform,
            clock,
            notices,
        } = &self.parts;
        sweep(store, platform, &*self.timers, notices, &**clock).await
    }

    /// Serves the API, and answers its URL. Its queue is down. It serves as long as the test's runtime.
    pub async fn serve(&self) -> String {
        let (parts, timers) = (self.parts.clone(), Arc::clone(&self.timers));
        let api = wiring::api(&self.config, parts, Arc::new(QueueIsDown), timers)
            .expect("the app's parts fit together");
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("there is a free port");
        let address = listener.local_addr().expect("a listener has an address");
        tokio::spawn(async move {
            axum::serve(listener, router(api))
                .await
                .expect("axum serves for ever");
        });
        format!("http://{address}")
    }
}

/// A queue that does not answer.
struct QueueIsDown;

impl RunQueue for QueueIsDown {
    fn send(&self, _: &RunMessage, _: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        Box::pin(async { Err(QueueError("the queue is down".into())) })
    }
}
