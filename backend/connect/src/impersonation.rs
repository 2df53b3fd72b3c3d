//! User impersonation: an assertion about a user is exchanged for a token that acts as them.
//!
//! The grant is a JWT bearer assertion ([RFC 7523](https://www.rfc-editor.org/rfc/rfc7523)); the app needs the scope
//! `ACT_AS_USER`. A token lives for 15 minutes and cannot be renewed, only asked for again. It carries what the app's
//! scopes and the user's own permissions have in common, less if fewer scopes are asked for.
//!
//! Atlassian asks no user whether they agree. That is left to the app.
//!
//! Source: [User impersonation for Connect apps](https://developer.atlassian.com/cloud/confluence/user-impersonation-for-connect-apps/).

use std::fmt;
use std::time::Duration;

use http::header::ACCEPT;
use http::{HeaderValue, StatusCode};
use reqwest::{Client, Response};
use serde::{Deserialize, Serialize};

use crate::http_client::{self, BodyError};
use crate::signing::{self, SigningError};
use crate::{AccountId, BaseUrl, ClientError, OauthClientId, ScopeSet, SharedSecret, UnixSeconds};

/// Atlassian's production token endpoint.
pub const PRODUCTION: &str =
    "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token";

/// How long an assertion is good for, in seconds. It is used at once; Atlassian's own library gives it as long.
pub const ASSERTION_LIFETIME: i64 = 60;

/// How long the endpoint may take, unless said otherwise.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The longest token that is taken, in bytes: it has to fit into a header.
const LONGEST_TOKEN: usize = 8192;

/// The longest that a token is believed to live, in seconds. Atlassian's live for 900.
const LONGEST_LIFETIME: i64 = 3600;

/// What an app asserts to be given a user's token.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// The installation.
    pub client_id: &'a OauthClientId,
    /// Its secret, which signs the assertion.
    pub shared_secret: &'a SharedSecret,
    /// The tenant's base URL; Confluence's ends in `/wiki`.
    pub base_url: &'a BaseUrl,
    /// Who to act as.
    pub account_id: &'a AccountId,
}

impl Assertion<'_> {
    fn sign(&self, audience: &str, now: UnixSeconds) -> Result<String, SigningError> {
        #[derive(Serialize)]
        struct Claims<'a> {
            iss: String,
            sub: String,
            tnt: &'a str,
            aud: &'a str,
            iat: UnixSeconds,
            exp: UnixSeconds,
        }

        let claims = Claims {
            iss: format!("urn:atlassian:connect:clientid:{}", self.client_id),
            sub: format!("urn:atlassian:connect:useraccountid:{}", self.account_id),
            tnt: self.base_url.as_str(),
            aud: audience,
            iat: now,
            exp: now.plus(ASSERTION_LIFETIME),
        };
        signing::signed(&claims, self.shared_secret)
    }
}

/// Where assertions are exchanged for tokens.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    url: BaseUrl,
    client: Client,
    timeout: Duration,
}

impl TokenEndpoint {
    /// The endpoint at this URL. Assertions are addressed to the URL's origin.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn new(url: BaseUrl) -> Result<Self, ClientError> {
        Ok(Self {
            url,
            client: http_client::client()?,
            timeout: TIMEOUT,
        })
    }

    /// Atlassian's production endpoint, [`PRODUCTION`].
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn production() -> Result<Self, ClientError> {
        Self::new(BaseUrl::parse(PRODUCTION).expect("a constant of this module is a URL"))
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
        let request = self.client.post(self.url.as_str()).timeout(self.timeout);
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

/// A token that acts as a user. `Debug` does not show it, and it has no `Serialize`.
#[derive(Clone)]
pub struct UserToken {
    token: String,
    expires_at: UnixSeconds,
}

impl UserToken {
    /// Takes a token from where it was kept.
    ///
    /// # Errors
    ///
    /// If it could not stand in a header.
    pub fn restore(token: impl Into<String>, expires_at: UnixSeconds) -> Result<Self, NotAToken> {
        let token = token.into();
        let in_length = (1..=LONGEST_TOKEN).contains(&token.len());
        if in_length && token.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self { token, expires_at })
        } else {
            Err(NotAToken)
        }
    }

    /// The token itself, to seal. Not for logs.
    pub fn expose(&self) -> &str {
        &self.token
    }

    /// When it expires: counted from before it was asked for, so rather too early than too late.
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }

    /// Whether it will still be good this many seconds from now.
    pub fn lasts(&self, seconds: i64, now: UnixSeconds) -> bool {
        now.plus(seconds) < self.expires_at
    }

    /// The value of `Authorization` for a request as the user. It is marked as sensitive.
    pub fn authorization(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.token))
            .expect("visible ASCII, as checked by `restore`, can stand in a header");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for UserToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserToken")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Text is no bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a bearer token (1 to 8192 visible ASCII characters)")]
pub struct NotAToken;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The endpoint refused: this app, this installation or this user. Asking again does not help.
    #[error("the token endpoint refused with status {status}, error `{code}`")]
    Refused {
        /// HTTP status, 400 to 499.
        status: u16,
        /// The OAuth error code. What Atlassian answers for which cause is not documented.
        code: OauthError,
        /// For the log alone; at most 300 characters. Its wording is not documented.
        description: Option<String>,
    },
    /// Too many tokens were asked for.
    #[error("the token endpoint is asked too often; wait before asking again")]
    RateLimited {
        /// How long to wait, if the endpoint says.
        retry_after: Option<Duration>,
    },
    /// The endpoint could not be reached, took too long, or failed.
    #[error("the token endpoint could not be asked: {reason}; can this machine reach it?")]
    Unavailable {
        /// What went wrong, in words.
        reason: &'static str,
        /// How long to wait, if the endpoint says.
        retry_after: Option<Duration>,
    },
    /// The endpoint answered something else than a token or an error.
    #[error("the token endpoint's answer is not understood: {0}; is its URL right?")]
    Malformed(&'static str),
    /// The assertion could not be signed.
    #[error("the assertion could not be signed")]
    Signing(#[from] SigningError),
}

impl ExchangeError {
    fn unavailable(reason: &'static str) -> Self {
        Self::Unavailable {
            reason,
            retry_after: None,
        }
    }

    /// Whether asking later might help.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Unavailable { .. })
    }
}

/// An OAuth error code ([RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OauthError {
    /// The request is malformed.
    InvalidRequest,
    /// The installation is not known, or its secret is another one by now.
    InvalidClient,
    /// The assertion is not accepted: perhaps the user is not known or not active.
    InvalidGrant,
    /// The app may not do this: perhaps its descriptor lacks `ACT_AS_USER`.
    UnauthorizedClient,
    /// The endpoint does not exchange assertions.
    UnsupportedGrantType,
    /// The app lacks a scope that was asked for.
    InvalidScope,
    /// The answer held no code.
    Absent,
    /// Any other code, cut to 64 printable characters.
    Other(String),
}

impl From<&str> for OauthError {
    fn from(code: &str) -> Self {
        match code {
            "invalid_request" => Self::InvalidRequest,
            "invalid_client" => Self::InvalidClient,
            "invalid_grant" => Self::InvalidGrant,
            "unauthorized_client" => Self::UnauthorizedClient,
            "unsupported_grant_type" => Self::UnsupportedGrantType,
            "invalid_scope" => Self::InvalidScope,
            "" => Self::Absent,
            other => Self::Other(printable(other, 64)),
        }
    }
}

impl fmt::Display for OauthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::Absent => "none given",
            Self::Other(code) => code,
        })
    }
}

/// Text from outside, cut to so many characters and without any that could forge a line of a log.
fn printable(text: &str, most: usize) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(most)
        .collect()
}

#[cfg(test)]
mod tests;
