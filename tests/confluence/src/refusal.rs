//! How the site says no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

/// An error answer of the site. The gateway gives it the body that fits the API that was called.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) reason: String,
    retry_after: Option<i64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
            retry_after: None,
        }
    }

    pub(crate) fn bad_request(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason)
    }

    pub(crate) fn unauthorized(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, reason)
    }

    pub(crate) fn forbidden(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, reason)
    }

    pub(crate) fn not_found(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, reason)
    }

    pub(crate) fn conflict(reason: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, reason)
    }

    pub(crate) fn too_many_requests(reason: impl Into<String>, retry_after: i64) -> Self {
        Self {
            retry_after: Some(retry_after),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, reason)
        }
    }

    /// The answer as version 1 of the REST API words it.
    pub(crate) fn version_1(&self) -> Response {
        let Self { status, reason, .. } = self;
        let data = json!({"authorized": *status != StatusCode::FORBIDDEN, "valid": true, "errors": [], "successful": false});
        self.with_headers(json!({"statusCode": status.as_u16(), "data": data, "message": reason}))
    }

    /// The answer as version 2 of the REST API words it.
    pub(crate) fn version_2(&self) -> Response {
        let Self { status, reason, .. } = self;
        let code = status
            .canonical_reason()
            .unwrap_or("ERROR")
            .to_ascii_uppercase()
            .replace(' ', "_");
        let error =
            json!({"status": status.as_u16(), "code": code, "title": reason, "detail": null});
        self.with_headers(json!({"errors": [error]}))
    }

    /// The answer as the control API words it.
    pub(crate) fn plain(&self) -> Response {
        self.with_headers(json!({"error": self.reason}))
    }

    fn with_headers(&self, body: serde_json::Value) -> Response {
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.plain();
        response.extensions_mut().insert(self);
        response
    }
}
