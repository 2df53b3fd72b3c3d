use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::SdkConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use tokio::sync::Semaphore;

use crate::database::{at, forward, is_transaction, listener, patient};

/// The embedded DynamoDB behind a server that holds one transaction up, so that something can come before it. It is there
/// as long as the test's runtime.
pub struct HoldingDatabase {
    aws: SdkConfig,
    front: Arc<Front>,
}

struct Front {
    behind: String,
    http: reqwest::Client,
    /// Transactions that are still to come, the one that is held included.
    until_held: AtomicU32,
    arrived: Semaphore,
    released: Semaphore,
}

impl HoldingDatabase {
    /// Holds the transaction that comes after so many others.
    pub(crate) async fn before(aws: &SdkConfig, others: u32) -> Self {
        let front = Arc::new(Front {
            behind: aws
                .endpoint_url()
                .expect("the embedded database has a URL")
                .to_owned(),
            http: reqwest::Client::new(),
            until_held: AtomicU32::new(others + 1),
            arrived: Semaphore::new(0),
            released: Semaphore::new(0),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&front));
        let listener = listener().await;
        // What it holds up must not be given up meanwhile, however slow the machine is.
        let aws = patient(&at(aws, &listener));
        tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("axum serves for ever");
        });
        Self { aws, front }
    }

    pub fn aws(&self) -> &SdkConfig {
        &self.aws
    }

    /// Waits until the transaction is held.
    pub async fn arrived(&self) {
        let arrived = self.front.arrived.acquire().await;
        arrived.expect("nobody closes it").forget();
    }

    /// Lets it go on.
    pub fn release(&self) {
        self.front.released.add_permits(1);
    }
}

async fn answer(State(front): State<Arc<Front>>, headers: HeaderMap, body: Bytes) -> Response {
    let order = Ordering::SeqCst;
    let one_less = |left: u32| left.checked_sub(1);
    if is_transaction(&headers) && front.until_held.fetch_update(order, order, one_less) == Ok(1) {
        front.arrived.add_permits(1);
        let released = front.released.acquire().await;
        released.expect("nobody closes it").forget();
    }
    forward(&front.http, &front.behind, &headers, body).await
}
