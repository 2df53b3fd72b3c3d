//! Reading request bodies: bounded, UTF-8, JSON, without unknown fields.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::problem::Failure;

/// In bytes. Nothing that the app takes comes near it, but for what people write themselves.
pub(super) const LONGEST_BODY: usize = 64 * 1024;

/// In bytes, where a text of up to 64 kB is a part of it, and each of its characters may be escaped.
pub(super) const LONGEST_WISH: usize = 192 * 1024;

/// In bytes, where up to ten thousand accounts are named.
pub(super) const LONGEST_SELECTION: usize = 2 * 1024 * 1024;

/// A JSON body.
pub(super) struct JsonBody<T, const LONGEST: usize = LONGEST_BODY>(pub(super) T);

impl<S, T, const LONGEST: usize> FromRequest<S> for JsonBody<T, LONGEST>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        if !is_json(&parts) {
            return Err(Failure::NotJson);
        }
        let body = read_body(&parts, body, LONGEST).await?;
        let text =
            std::str::from_utf8(&body).map_err(|error| Failure::Malformed(error.to_string()))?;
        let value = serde_json::from_str(text).map_err(|error| match error.classify() {
            // What stands in the place of one of a few words is called bad syntax, too, if it is no text.
            Category::Syntax if is_well_formed(text) => Failure::Unacceptable(error.to_string()),
            Category::Data => Failure::Unacceptable(error.to_string()),
            _ => Failure::Malformed(error.to_string()),
        })?;
        // Serde also takes a list of a struct's values without their names.
        if text.trim_start().starts_with('[') {
            return Err(Failure::Unacceptable(
                "the body must be a JSON object".into(),
            ));
        }
        Ok(Self(value))
    }
}

/// The whole body, if it is not too long.
pub(super) async fn body_of(parts: &Parts, body: Body) -> Result<Bytes, Failure> {
    read_body(parts, body, LONGEST_BODY).await
}

async fn read_body(parts: &Parts, body: Body, longest: usize) -> Result<Bytes, Failure> {
    let announced = parts
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > longest) {
        return Err(Failure::TooLong(longest));
    }
    to_bytes(body, longest)
        .await
        .map_err(|_| Failure::TooLong(longest))
}

fn is_well_formed(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

fn is_json(parts: &Parts) -> bool {
    let Some(kind) = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
    else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/json")
}
