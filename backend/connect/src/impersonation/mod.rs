//! User impersonation: an assertion about a user is exchanged for a token that acts as them.
//!
//! The grant is a JWT bearer assertion ([RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)); the app needs the scope
//! `ACT_AS_USER`. A token lives for 15 minutes and cannot be renewed, only asked for again. It carries what the app's
//! scopes and the user's own permissions have in common, less if fewer scopes are asked for.
//!
//! Atlassian asks no user whether they agree. That is left to the app.
//!
//! Source: [User impersonation for Connect apps](https://developer.atlassian.com/cloud/confluence/user-impersonation-for-connect-apps/).

mod assertion;
mod error;
mod user_token;

use std::time::Duration;

use http::StatusCode;
use http::header::ACCEPT;
use reqwest::Response;
use serde::{Deserialize, Serialize};

use self::error::printable;
use crate::http_client::{self, BodyError};
use crate::{BaseUrl, HttpClient, ScopeSet, UnixSeconds};

pub use assertion::{ASSERTION_LIFETIME, Assertion};
pub use error::{ExchangeError, OauthError};
pub use user_token::{NotAToken, UserToken};

/// Atlassian's production token endpoint.
pub const PRODUCTION: &str =
    "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token";

/// How long the endpoint may take, unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The longest that a token is believed to live, in seconds. Atlassian's live for 900.
const LONGEST_LIFETIME: i64 = 3600;

/// Where assertions are exchanged for tokens.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    url: BaseUrl,
    client: HttpClient,
    timeout: Duration,
}

impl TokenEndpoint {
    /// The endpoint at this URL. Assertions are addressed to the URL's origin.
    #[must_use]
    pub fn new(url: BaseUrl, client: HttpClient) -> Self {
        Self {
            url,
            client,
            timeout: TIMEOUT,
        }
    }

    /// Atlassian's production endpoint, [`PRODUCTION`].
    #[must_use]
    pub fn production(client: HttpClient) -> Self {
        let url = BaseUrl::parse(PRODUCTION).expect("a constant of this module is a URL");
        Self::new(url, client)
    }

    /// With another time that an exchange may take. It is 5 s otherwise.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Exchanges an assertion for a token with these scopes and no others.
    ///
    /// Atlassian limits how often tokens may be asked for: keep them, each for its tenant, user and scopes, and drop
    /// them when the tenant is installed again or uninstalled.
    ///
    /// # Errors
    ///
    /// See [`ExchangeError`].
    pub async fn exchange(
        &self,
        assertion: Assertion<'_>,
        scopes: &ScopeSet,
        now: UnixSeconds,
    ) -> Result<UserToken, ExchangeError> {
        #[derive(Serialize)]
        struct Form<'a> {
            grant_type: &'a str,
            assertion: &'a str,
            scope: &'a str,
        }

        let assertion = assertion.sign(&self.url.origin(), now)?;
        let form = Form {
            grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
            assertion: &assertion,
            scope: &scopes.to_string(),
        };
        let request = self
            .client
            .reqwest()
            .post(self.url.as_str())
            .timeout(self.timeout);
        let response = request
            .header(ACCEPT, "application/json")
            .form(&form)
            .send()
            .await
            .map_err(|error| ExchangeError::unavailable(http_client::reason(&error)))?;
        read_answer(response, now).await
    }
}

async fn read_answer(response: Response, now: UnixSeconds) -> Result<UserToken, ExchangeError> {
    let status = response.status();
    let retry_after = http_client::retry_after(&response);
    match status {
        StatusCode::OK => {
            let body = match http_client::read_body(response, LONGEST_ANSWER).await {
                Ok(body) => body,
                Err(BodyError::TooLong) => return Err(ExchangeError::Malformed("it is too long")),
                Err(BodyError::Broken(reason)) => return Err(ExchangeError::unavailable(reason)),
            };
            granted(&body, now)
        }
        StatusCode::TOO_MANY_REQUESTS => Err(ExchangeError::RateLimited { retry_after }),
        _ if status.is_client_error() => {
            // The status alone says that it is a refusal, so a body that can't be read takes nothing away.
            let body = http_client::read_body(response, LONGEST_ANSWER)
                .await
                .unwrap_or_default();
            Err(refused(status, &body))
        }
        _ if status.is_server_error() => Err(ExchangeError::Unavailable {
            reason: "it answered with a server error",
            retry_after,
        }),
        _ => Err(ExchangeError::Malformed(
            "it answered neither with 200 nor with an error",
        )),
    }
}

fn granted(body: &[u8], now: UnixSeconds) -> Result<UserToken, ExchangeError> {
    #[derive(Deserialize)]
    struct Granted {
        access_token: String,
        token_type: String,
        expires_in: i64,
    }

    let granted: Granted = serde_json::from_slice(body)
        .map_err(|_| ExchangeError::Malformed("it is not a token in JSON"))?;
    // RFC 6749, section 5.1: case-insensitive.
    if !granted.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(ExchangeError::Malformed("its token_type is not Bearer"));
    }
    if !(1..=LONGEST_LIFETIME).contains(&granted.expires_in) {
        return Err(ExchangeError::Malformed("its expires_in is out of range"));
    }
    UserToken::restore(granted.access_token, now.plus(granted.expires_in))
        .map_err(|_| ExchangeError::Malformed("its access_token could not stand in a header"))
}

fn refused(status: StatusCode, body: &[u8]) -> ExchangeError {
    #[derive(Default, Deserialize)]
    struct Refused {
        error: Option<String>,
        error_description: Option<String>,
    }

    let refused: Refused = serde_json::from_slice(body).unwrap_or_default();
    ExchangeError::Refused {
        status: status.as_u16(),
        code: OauthError::from(refused.error.as_deref().unwrap_or_default()),
        description: refused.error_description.map(|text| printable(&text, 300)),
    }
}

#[cfg(test)]
mod tests;
