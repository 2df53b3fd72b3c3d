//! The Lambda Runtime API for one start of a function: it hands out one event at most, and says when what happened.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:bench";
/// How long the function has for an event.
const TIME_LIMIT_MS: u128 = 30_000;

/// The server, which ends when this is dropped.
pub(crate) struct Runtime {
    address: String,
    polls: UnboundedReceiver<Instant>,
    answers: UnboundedReceiver<(Instant, Value)>,
    _server: JoinSet<()>,
}

#[derive(Clone)]
struct Shared {
    event: Arc<Mutex<Option<Value>>>,
    polls: UnboundedSender<Instant>,
    answers: UnboundedSender<(Instant, Value)>,
}

impl Runtime {
    pub(crate) async fn start(event: Option<Value>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (polls, polled) = unbounded_channel();
        let (answers, answered) = unbounded_channel();
        let shared = Shared {
            event: Arc::new(Mutex::new(event)),
            polls,
            answers,
        };
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route(
                "/2018-06-01/runtime/invocation/first/response",
                post(answer),
            )
            .route("/2018-06-01/runtime/invocation/first/error", post(answer))
            .with_state(shared);
        let mut server = JoinSet::new();
        server.spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the Runtime API has ended: {error}");
            }
        });
        Ok(Self {
            address,
            polls: polled,
            answers: answered,
            _server: server,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// When the function polled.
    pub(crate) async fn polled(&mut self) -> io::Result<Instant> {
        self.polls.recv().await.ok_or_else(ended)
    }

    /// When the function answered, and what: its response, or its error.
    pub(crate) async fn answered(&mut self) -> io::Result<(Instant, Value)> {
        self.answers.recv().await.ok_or_else(ended)
    }
}

fn ended() -> io::Error {
    io::Error::other("the Runtime API has ended")
}

async fn next(State(shared): State<Shared>) -> Response {
    if shared.polls.send(Instant::now()).is_err() {
        // The start was measured.
        return std::future::pending().await;
    }
    let event = shared
        .event
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(event) = event else {
        return std::future::pending().await;
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let deadline = now.unwrap_or_default().as_millis() + TIME_LIMIT_MS;
    let headers = [
        ("lambda-runtime-aws-request-id", "first".to_owned()),
        ("lambda-runtime-deadline-ms", deadline.to_string()),
        ("lambda-runtime-invoked-function-arn", ARN.to_owned()),
    ];
    (headers, Json(event)).into_response()
}

async fn answer(State(shared): State<Shared>, body: String) -> StatusCode {
    let at = Instant::now();
    let answer = serde_json::from_str(&body).unwrap_or(Value::String(body));
    match shared.answers.send((at, answer)) {
        Ok(()) => StatusCode::ACCEPTED,
        // The start was measured, or given up.
        Err(_) => StatusCode::GONE,
    }
}

/// A `PUT` as API Gateway's HTTP API hands it to a function.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
pub(crate) fn put(path: &str, authorization: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {
            "authorization": authorization,
            "content-type": "application/json",
            "host": "onbehalf.example.com",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "bench",
            "domainName": "onbehalf.example.com",
            "domainPrefix": "onbehalf",
            "http": {
                "method": "PUT",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "first",
            "routeKey": "$default",
            "stage": "$default",
            "time": "22/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_348_800_000_i64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}
