//! What every call to an API passes through: faults, credentials, quotas, records.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{MatchedPath, OriginalUri, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{Full, Limited};

use crate::caller::Caller;
use crate::calls::Call;
use crate::crowd::At;
use crate::faults::{Effect, Taken, When};
use crate::limits::{Metered, Standings};
use crate::refusal::Refusal;
use crate::site::Site;

/// Bodies above this are refused.
const LARGEST_BODY: usize = 5 << 20;
/// The endpoint of calls that no route takes.
const UNKNOWN: &str = "(unknown)";

/// Which API is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Api {
    Version1,
    Version2,
    /// The authorization server and the install keys, which look at credentials themselves.
    Service,
}

/// What a read costs in points, if it isn't one; handlers put it into their answers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Points(pub(crate) u32);

/// Why a service refused a call, for the record.
#[derive(Clone, Debug)]
pub(crate) struct Reason(pub(crate) String);

pub(crate) async fn pass(
    At(site): At,
    request: Request,
    next: Next,
) -> Result<Response, Infallible> {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST_BODY).await else {
        return Ok(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is larger than 5 MB",
        )
        .into_response());
    };
    // Nested routers see a shortened URI; what was hashed and is recorded is the one on the wire.
    let uri = parts
        .extensions
        .get::<OriginalUri>()
        .map_or(&parts.uri, |original| &original.0)
        .clone();
    let path = uri
        .path_and_query()
        .map_or("/", |path| path.as_str())
        .to_owned();
    let matched = parts.extensions.get::<MatchedPath>().cloned();
    let endpoint = matched.as_ref().map_or(UNKNOWN, MatchedPath::as_str);
    let api = Api::of(uri.path());
    let mut record = Record::new(&site, &parts.method, path.clone(), &body);

    let latency = site.latency();
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let fault = site.faults.take(parts.method.as_str(), uri.path());
    record.0.fault = fault.as_ref().map(|taken| taken.handle.id);
    let mut answer = strike(fault.as_ref(), When::Before).await;

    // After the fault: what changes while a call is held must count.
    let caller = match api {
        Api::Service => Ok(Caller::Anonymous),
        Api::Version1 | Api::Version2 => Caller::identify(
            &site,
            &parts.method,
            &path,
            &parts.headers,
            !body.is_empty(),
        ),
    };
    let app_key = record.caller(&caller);
    let method = parts.method.clone();
    let metered = app_key.as_deref().map(|app_key| Metered {
        app_key,
        client_key: &site.client_key,
        method: &method,
        endpoint,
    });
    let mut standings = None;
    if answer.is_none() {
        standings = metered.as_ref().map(|call| site.meter.admit(call));
        let refused = standings.as_ref().and_then(Standings::refusal);
        answer = Some(match (caller, refused) {
            (Err(refusal), _) => refusal.into_response(),
            (Ok(_), Some((reason, seconds))) => {
                Refusal::too_many_requests(reason, seconds).into_response()
            }
            (Ok(caller), None) => {
                parts.extensions.insert(caller);
                let response = next.run(Request::from_parts(parts, Body::from(body))).await;
                if let (Some(call), Some(standings)) = (&metered, &mut standings) {
                    let points = points(&method, &response);
                    site.meter.spend(call, points, standings);
                }
                response
            }
        });
    }
    if let Some(replaced) = strike(fault.as_ref(), When::After).await {
        answer = Some(replaced);
    }
    let mut response = answer.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response());
    response = api.word(response, &mut record);
    if let Some(standings) = &standings {
        standings.write_headers(response.headers_mut());
    }
    record.close(&site, endpoint, &response);
    Ok(response)
}

impl Api {
    fn of(path: &str) -> Self {
        match path {
            path if path.starts_with("/wiki/api/v2/") => Self::Version2,
            path if path.starts_with("/wiki/") => Self::Version1,
            _ => Self::Service,
        }
    }

    /// Gives a refusal the body that this API would.
    fn word(self, response: Response, record: &mut Record) -> Response {
        if let Some(Reason(reason)) = response.extensions().get() {
            record.0.reason = Some(reason.clone());
        }
        let Some(refusal) = response.extensions().get::<Refusal>().cloned() else {
            return response;
        };
        record.0.reason = Some(refusal.reason.clone());
        match self {
            Self::Version1 => refusal.version_1(),
            Self::Version2 => refusal.version_2(),
            Self::Service => response,
        }
    }
}

struct Record(Call);

impl Record {
    fn new(site: &Site, method: &Method, path: String, body: &Bytes) -> Self {
        let body = std::str::from_utf8(body)
            .ok()
            .filter(|text| !text.is_empty())
            .map(str::to_owned);
        Self(Call {
            at: site.clock.now(),
            method: method.to_string(),
            path,
            caller: "anonymous".to_owned(),
            account_id: None,
            app_key: None,
            scopes: Vec::new(),
            status: None,
            reason: None,
            fault: None,
            body,
        })
    }

    fn caller(&mut self, caller: &Result<Caller, Refusal>) -> Option<String> {
        let Ok(caller) = caller else { return None };
        self.0.caller = caller.label();
        self.0.account_id = caller.account_id().map(str::to_owned);
        self.0.app_key = caller.app_key().map(str::to_owned);
        self.0.scopes = caller.scopes().into_iter().flatten().copied().collect();
        self.0.app_key.clone()
    }

    fn close(mut self, site: &Site, endpoint: &str, response: &Response) {
        let broken = response.extensions().get::<ConnectionClosed>().is_some();
        self.0.status = (!broken).then(|| response.status().as_u16());
        site.counts.call(&self.0, endpoint);
        site.calls.push(self.0);
    }
}

/// Does what a fault says, if this is its side of the work. An answer takes the place of the real one.
async fn strike(taken: Option<&Taken>, side: When) -> Option<Response> {
    let Taken { fault, handle } = taken.filter(|taken| taken.fault.when == side)?;
    if fault.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
    }
    match &fault.effect {
        Effect::Pass => None,
        Effect::Hold => {
            handle.until_released().await;
            None
        }
        Effect::Reset => Some(close_connection()),
        Effect::Respond {
            status,
            headers,
            body,
        } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = match body {
                serde_json::Value::Null => status.into_response(),
                serde_json::Value::String(text) => (status, text.clone()).into_response(),
                body => (status, Json(body.clone())).into_response(),
            };
            for (name, value) in headers {
                if let (Ok(name), Ok(value)) =
                    (HeaderName::try_from(name), HeaderValue::try_from(value))
                {
                    response.headers_mut().insert(name, value);
                }
            }
            Some(response)
        }
    }
}

/// What a call costs: 1, and for a read what it has found.
fn points(method: &Method, response: &Response) -> u32 {
    match response.extensions().get() {
        Some(Points(objects)) if *method == Method::GET => 1 + objects,
        _ => 1,
    }
}

#[derive(Clone, Copy, Debug)]
struct ConnectionClosed;

/// An answer whose body fails at its first byte: the server then closes the connection and sends nothing.
fn close_connection() -> Response {
    // Two bytes where one is allowed. Without any to come, the server would send the head of the answer.
    let failing = Limited::new(Full::new(Bytes::from_static(b"  ")), 1);
    let mut response = Response::new(Body::new(failing));
    response.extensions_mut().insert(ConnectionClosed);
    response
}
