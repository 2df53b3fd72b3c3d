//! The `act` binary, fed with batches over the Lambda Runtime API as AWS feeds a function from SQS.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::process::{peak_megabytes, processor_time, program, start_on_core};
use crate::queue::{Handed, Queue};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:act";
const QUEUE_ARN: &str = "arn:aws:sqs:us-east-1:123456789012:runs";

/// A function that has not asked for work by then never will.
const STARTS_IN: Duration = Duration::from_secs(10);

/// The memory that the template gives to the function, in MB.
pub(crate) const MEMORY: u64 = 256;

/// A function that is running. It ends when this is dropped.
pub(crate) struct Lambda {
    process: Child,
    logged: Arc<AtomicU64>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Runtime {
    queue: Queue,
    /// How many messages a batch has at most.
    batch: usize,
    timeout: Duration,
    /// Told of the first request for a batch.
    polled: Arc<Notify>,
}

impl Lambda {
    /// Starts the binary on core 0, with batches from `queue`, and waits until it has asked for one.
    pub(crate) async fn start(
        binary: &Path,
        queue: Queue,
        batch: usize,
        environment: &[(&str, String)],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let runtime_api = listener.local_addr()?.to_string();
        let polled = Arc::new(Notify::new());
        let runtime = Runtime {
            queue,
            batch,
            timeout: Duration::from_secs(30),
            polled: Arc::clone(&polled),
        };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/{id}/response",
                post(response),
            )
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .with_state(runtime);
        tokio::spawn(async move { axum::serve(listener, routes).await });

        let mut command = program(binary);
        command
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
            .env("AWS_LAMBDA_FUNCTION_NAME", "act")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY.to_string())
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .stdout(Stdio::piped());
        let (mut process, _) = start_on_core(&mut command, 0)?;
        let logged = Arc::new(AtomicU64::new(0));
        let reader = process.stdout.take().map(|out| {
            let logged = Arc::clone(&logged);
            std::thread::spawn(move || count(out, &logged))
        });
        let lambda = Self {
            process,
            logged,
            reader,
        };
        tokio::time::timeout(STARTS_IN, polled.notified()).await?;
        Ok(lambda)
    }

    /// The most memory that it ever held, in MB.
    pub(crate) fn peak_megabytes(&self) -> f64 {
        peak_megabytes(self.process.id()).unwrap_or_default()
    }

    /// The processor time that it has used.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.process.id()).unwrap_or_default()
    }

    /// How many bytes it has logged.
    pub(crate) fn logged(&self) -> u64 {
        self.logged.load(Ordering::Relaxed)
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        if let Err(error) = self.process.kill().and_then(|()| self.process.wait()) {
            eprintln!("act did not end: {error}");
        }
        if let Some(reader) = self.reader.take()
            && reader.join().is_err()
        {
            eprintln!("what act logged was not counted to the end");
        }
    }
}

fn count(mut out: impl Read, logged: &AtomicU64) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = out.read(&mut buffer) {
        logged.fetch_add(read as u64, Ordering::Relaxed);
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
async fn next(State(runtime): State<Runtime>) -> Response {
    runtime.polled.notify_one();
    let Handed { id, messages } = runtime.queue.take(runtime.batch).await;
    let deadline = SystemTime::now() + runtime.timeout;
    let deadline = deadline.duration_since(UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", id.to_string()),
        (
            "lambda-runtime-deadline-ms",
            deadline.as_millis().to_string(),
        ),
        ("lambda-runtime-invoked-function-arn", ARN.to_owned()),
    ];
    let records: Vec<_> = messages.iter().map(record).collect();
    (headers, Json(json!({ "Records": records }))).into_response()
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
async fn response(
    State(runtime): State<Runtime>,
    UrlPath(id): UrlPath<u64>,
    body: String,
) -> StatusCode {
    let answer: Value = serde_json::from_str(&body).unwrap_or_default();
    let failures = answer["batchItemFailures"].as_array();
    runtime.queue.end(id, &|message| {
        let mut failures = failures.into_iter().flatten();
        failures.any(|failure| failure["itemIdentifier"] == message)
    });
    StatusCode::ACCEPTED
}

async fn error(
    State(runtime): State<Runtime>,
    UrlPath(id): UrlPath<u64>,
    body: String,
) -> StatusCode {
    eprintln!("act failed: {body}");
    runtime.queue.end(id, &|_| true);
    StatusCode::ACCEPTED
}

fn record((id, body): &(String, String)) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": format!("receipt-{id}"),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": "1795000000000", "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1795000000001",
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": "us-east-1",
    })
}
