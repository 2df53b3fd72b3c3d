//! The HTTP client of everything in this crate that calls out.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up; are the system's TLS roots readable?")]
pub struct ClientError(#[source] reqwest::Error);

/// A client that goes nowhere but where it was sent: a redirect could lead a signed assertion, or the question for a
/// key, to another host than the one that was configured. Each request brings its own time limit.
///
/// One is enough for all that an app calls: to make one means to read the system's TLS roots, which takes milliseconds, and
/// clones share their connections.
#[derive(Clone, Debug)]
pub struct HttpClient(Client);

impl HttpClient {
    /// A client with the system's TLS roots.
    ///
    /// # Errors
    ///
    /// If the roots can't be read.
    pub fn new() -> Result<Self, ClientError> {
        Client::builder()
            .redirect(Policy::none())
            .user_agent(concat!("atlassian-connect/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
            .map_err(ClientError)
    }

    /// For requests of the app's own.
    #[must_use]
    pub fn reqwest(&self) -> &Client {
        &self.0
    }
}

/// Why a body was not read.
pub(crate) enum BodyError {
    /// It is longer than the limit.
    TooLong,
    /// The connection broke, or the time ran out.
    Broken(&'static str),
}

/// Reads a body of at most this many bytes, whatever length it announces.
pub(crate) async fn read_body(mut response: Response, limit: usize) -> Result<Vec<u8>, BodyError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| BodyError::Broken(reason(&error)))?
    {
        if body.len() + chunk.len() > limit {
            return Err(BodyError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Why a call failed, in words that hold neither the URL nor anything that was sent.
pub(crate) fn reason(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "it took too long"
    } else if error.is_connect() {
        "no connection could be made"
    } else {
        "the connection broke off"
    }
}

/// The answer's `Retry-After`, where it is a number of seconds; at most a day.
pub(crate) fn retry_after(response: &Response) -> Option<Duration> {
    const DAY: u64 = 86_400;
    let seconds: u64 = response
        .headers()
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.min(DAY)))
}
