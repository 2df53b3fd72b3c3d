use std::sync::Arc;

use aws_config::SdkConfig;
use onbehalf::capabilities::world::{BoxFuture, QueueError, RunQueue};
use onbehalf::config::Config;
use onbehalf::domain::run::RunId;
use onbehalf::http::router;
use onbehalf::use_cases::run_schedule::{RunError, run_schedule};
use onbehalf::wiring::{self, Parts};
use onbehalf_contract::RunResult;
use tokio::net::TcpListener;

/// Another process of the app: its own memory, the same table. What AWS would run as one more Lambda.
#[derive(Clone)]
pub struct Instance {
    pub parts: Parts,
    config: Config,
}

impl Instance {
    pub(crate) fn new(config: Config, aws: &SdkConfig, clock: crate::TestClock) -> Self {
        let parts =
            wiring::parts(&config, aws, Arc::new(clock)).expect("the app's parts fit together");
        Self { parts, config }
    }

    /// Takes a message from the queue.
    pub async fn run(&self, run: &RunId) -> Result<RunResult, RunError> {
        let Parts {
            store,
            platform,
            clock,
            notices,
        } = &self.parts;
        run_schedule(store, platform, notices, &**clock, run).await
    }

    /// Serves the API, and answers its URL. Its queue is down. It serves as long as the test's runtime.
    pub async fn serve(&self) -> String {
        let api = wiring::api(&self.config, self.parts.clone(), Arc::new(QueueIsDown))
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

struct QueueIsDown;

impl RunQueue for QueueIsDown {
    fn send(&self, _: &RunId) -> BoxFuture<'_, Result<(), QueueError>> {
        Box::pin(async { Err(QueueError("the queue is down".into())) })
    }
}
