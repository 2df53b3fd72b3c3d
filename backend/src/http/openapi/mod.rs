//! The API, described for machines: docs/openapi.json, which a test holds to what the handlers say.
//! <https://spec.openapis.org/oas/v3.1.0>

#[cfg(test)]
mod document;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use onbehalf_contract::Problem;
use utoipa::IntoResponses;

/// Made from the handlers, and kept beside them, so that a start costs nothing and a change shows.
const DOCUMENT: &str = include_str!("../../../../docs/openapi.json");

pub(super) async fn show() -> Response {
    let mut response = DOCUMENT.into_response();
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

/// What any route of the API may answer if it did not do what it was asked for.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it is there to be described")]
pub(super) enum Problems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(Problem),
    /// The token does not prove who sent it.
    #[response(status = 401, content_type = "application/problem+json")]
    NotProved(Problem),
    /// It is known who sent it, and they may not.
    #[response(status = 403, content_type = "application/problem+json")]
    NotAllowed(Problem),
    /// There is no such thing.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(Problem),
    /// There is no such method.
    #[response(status = 405, content_type = "application/problem+json")]
    NoSuchMethod(Problem),
    /// It was changed meanwhile.
    #[response(status = 409, content_type = "application/problem+json")]
    Changed(Problem),
    /// The body is too long.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLong(Problem),
    /// The body is not JSON.
    #[response(status = 415, content_type = "application/problem+json")]
    NotJson(Problem),
    /// It is well-formed, and not acceptable.
    #[response(status = 422, content_type = "application/problem+json")]
    NotAcceptable(Problem),
    /// What is stored is not what was written.
    #[response(status = 500, content_type = "application/problem+json")]
    Damaged(Problem),
    /// Something that this depends on does not answer.
    #[response(
        status = 503,
        content_type = "application/problem+json",
        headers(("Retry-After" = u64, description = "When to try again, in seconds"))
    )]
    Unavailable(Problem),
}
