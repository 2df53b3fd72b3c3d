//! Databases that do what the embedded one never does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The embedded DynamoDB behind a server that can cancel transactions because of a conflict, as DynamoDB does when two
/// meet on one item.
pub struct ConflictingDatabase {
    aws: SdkConfig,
    front: Arc<Front>,
    server: JoinHandle<()>,
}

struct Front {
    behind: String,
    http: reqwest::Client,
    /// Transactions to let through before the conflicts begin.
    good: AtomicU32,
    conflicts: AtomicU32,
    cancelled: AtomicU32,
}

impl ConflictingDatabase {
    pub(crate) async fn before(aws: &SdkConfig) -> Self {
        let front = Arc::new(Front {
            behind: aws
                .endpoint_url()
                .expect("the embedded database has a URL")
                .to_owned(),
            http: reqwest::Client::new(),
            good: AtomicU32::new(0),
            conflicts: AtomicU32::new(0),
            cancelled: AtomicU32::new(0),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&front));
        let listener = listener().await;
        let aws = at(aws, &listener);
        let server = tokio::spawn(async move {
            axum::serve(listener, router)
                .await
                .expect("axum serves for ever");
        });
        Self { aws, front, server }
    }

    pub fn aws(&self) -> &SdkConfig {
        &self.aws
    }

    /// Cancels the next so many transactions. `u32::MAX`: all.
    pub fn conflict(&self, times: u32) {
        self.conflict_after(0, times);
    }

    /// The same, once so many transactions went through.
    pub fn conflict_after(&self, good: u32, times: u32) {
        self.front.good.store(good, Ordering::SeqCst);
        self.front.conflicts.store(times, Ordering::SeqCst);
        self.front.cancelled.store(0, Ordering::SeqCst);
    }

    /// How many transactions it has cancelled since then.
    pub fn cancelled(&self) -> u32 {
        self.front.cancelled.load(Ordering::SeqCst)
    }
}

impl Drop for ConflictingDatabase {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Front {
    /// Whether this transaction meets another.
    fn conflicts(&self) -> bool {
        let one_less = |count: u32| count.checked_sub(1);
        let order = Ordering::SeqCst;
        if self.good.fetch_update(order, order, one_less).is_ok() {
            return false;
        }
        let conflicts = self.conflicts.fetch_update(order, order, one_less).is_ok();
        if conflicts {
            self.cancelled.fetch_add(1, order);
        }
        conflicts
    }
}

async fn answer(State(front): State<Arc<Front>>, headers: HeaderMap, body: Bytes) -> Response {
    if is_transaction(&headers) && front.conflicts() {
        return conflict(&body);
    }
    forward(&front.http, &front.behind, &headers, body).await
}

pub(crate) fn is_transaction(headers: &HeaderMap) -> bool {
    headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .is_some_and(|target| target.ends_with(".TransactWriteItems"))
}

/// What the database behind a front answers.
pub(crate) async fn forward(
    http: &reqwest::Client,
    behind: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let forwarded = [
        "x-amz-target",
        "x-amz-date",
        "authorization",
        "content-type",
    ];
    let mut request = http.post(behind).body(body);
    for name in forwarded {
        if let Some(value) = headers.get(name) {
            request = request.header(name, value);
        }
    }
    let answer = request.send().await.expect("the database answers");
    let status = answer.status();
    let body = answer.bytes().await.expect("the database's answer ends");
    (
        status,
        [("content-type", "application/x-amz-json-1.0")],
        body,
    )
        .into_response()
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>: a reason for each item.
fn conflict(body: &Bytes) -> Response {
    let request: serde_json::Value =
        serde_json::from_slice(body).expect("a transaction is in JSON");
    let items = request["TransactItems"].as_array().map_or(0, Vec::len);
    let mut reasons = vec![json!({"Code": "None"}); items];
    reasons[0] =
        json!({"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"});
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    });
    (
        StatusCode::BAD_REQUEST,
        [("content-type", "application/x-amz-json-1.0")],
        body.to_string(),
    )
        .into_response()
}

/// A database that takes connections and closes them. It is there as long as the test's runtime.
pub async fn deaf_database(like: &SdkConfig) -> SdkConfig {
    let listener = listener().await;
    let aws = at(like, &listener);
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            drop(connection);
        }
    });
    aws
}

pub(crate) async fn listener() -> TcpListener {
    TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("there is a free port")
}

/// The SDK set up for a database that takes up to a minute.
pub(crate) fn patient(aws: &SdkConfig) -> SdkConfig {
    let minute = Duration::from_secs(60);
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(minute)
        .operation_timeout(minute);
    aws.to_builder().timeout_config(timeouts.build()).build()
}

/// The SDK set up for what listens here. It doesn't try again by itself: the waits would be real ones.
pub(crate) fn at(aws: &SdkConfig, listener: &TcpListener) -> SdkConfig {
    let address = listener.local_addr().expect("a listener has an address");
    aws.to_builder()
        .endpoint_url(format!("http://{address}"))
        .retry_config(RetryConfig::disabled())
        .build()
}
