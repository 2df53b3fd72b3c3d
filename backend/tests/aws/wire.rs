//! A wire to a stand-in for AWS. Every request on it is kept, and something can happen to it before it goes on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use onbehalf::capabilities::world::BoxFuture;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A request as it went over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// With the query.
    pub(crate) path: String,
    /// `X-Amz-Target`, which names the operation where the path does not: `AmazonSQS.SendMessage`.
    pub(crate) operation: Option<String>,
    pub(crate) body: Value,
}

/// What is answered in the place of AWS.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    /// The name of the exception.
    pub(crate) name: &'static str,
}

type Before = dyn Fn(Request) -> BoxFuture<'static, Option<Fault>> + Send + Sync;

/// The wire. It ends with the test's runtime.
pub(crate) struct Wire {
    pub(crate) endpoint: String,
    requests: Arc<Mutex<Vec<Request>>>,
    /// How many were taken.
    taken: AtomicUsize,
}

#[derive(Clone)]
struct Between {
    upstream: String,
    http: reqwest::Client,
    requests: Arc<Mutex<Vec<Request>>>,
    before: Arc<Before>,
    /// Added to each request.
    header: Option<(&'static str, &'static str)>,
}

impl Wire {
    /// A wire on which requests are only seen.
    pub(crate) async fn to(upstream: &str) -> Self {
        Self::with(upstream, |_| Box::pin(std::future::ready(None))).await
    }

    /// A wire that adds a header to each request.
    pub(crate) async fn adding(header: (&'static str, &'static str), upstream: &str) -> Self {
        let nothing = Arc::new(|_| -> BoxFuture<'static, _> { Box::pin(std::future::ready(None)) });
        Self::lay(upstream, nothing, Some(header)).await
    }

    /// A wire on which `before` happens before each request goes on, if it does.
    pub(crate) async fn with(
        upstream: &str,
        before: impl Fn(Request) -> BoxFuture<'static, Option<Fault>> + Send + Sync + 'static,
    ) -> Self {
        Self::lay(upstream, Arc::new(before), None).await
    }

    async fn lay(
        upstream: &str,
        before: Arc<Before>,
        header: Option<(&'static str, &'static str)>,
    ) -> Self {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let between = Between {
            upstream: upstream.to_owned(),
            http: reqwest::Client::new(),
            requests: Arc::clone(&requests),
            before,
            header,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass_on).with_state(between);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            endpoint,
            requests,
            taken: AtomicUsize::new(0),
        }
    }

    pub(crate) fn aws(&self) -> SdkConfig {
        super::moto::aws(&self.endpoint)
    }

    /// All that went over the wire until now.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// What went over the wire since this was asked for the last time.
    pub(crate) fn take(&self) -> Vec<Request> {
        let requests = self.requests();
        let taken = self.taken.swap(requests.len(), Ordering::SeqCst);
        requests[taken..].to_vec()
    }
}

async fn pass_on(
    State(between): State<Between>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().unwrap().as_str().to_owned();
    let operation = headers.get("x-amz-target");
    let request = Request {
        method: method.clone(),
        operation: operation.map(|name| name.to_str().unwrap().to_owned()),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        path: path.clone(),
    };
    between.requests.lock().unwrap().push(request.clone());
    if let Some(Fault { status, name }) = (between.before)(request).await {
        let body = json!({ "__type": name, "message": "on purpose" }).to_string();
        let status = StatusCode::from_u16(status).unwrap();
        return (status, [("x-amzn-errortype", name)], body).into_response();
    }
    headers.remove("host");
    if let Some((name, value)) = between.header {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let answer = between
        .http
        .request(method, format!("{}{path}", between.upstream))
        .headers(headers)
        .body(body)
        .send()
        .await
        .unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap()).into_response()
}
