//! User impersonation: the exchange of an assertion about a user for a token that acts as them.

use std::fmt;
use std::time::Duration;

use http::HeaderValue;

use crate::{AccountId, BaseUrl, ClientError, OauthClientId, ScopeSet, SharedSecret, UnixSeconds};

/// Atlassian's production token endpoint.
pub const PRODUCTION: &str =
    "https://oauth-2-authorization-server.services.atlassian.com/oauth2/token";

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

/// Where assertions are exchanged for tokens.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    url: BaseUrl,
    client: reqwest::Client,
}

impl TokenEndpoint {
    /// The endpoint at this URL.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn new(url: BaseUrl) -> Result<Self, ClientError> {
        todo!()
    }

    /// Atlassian's production endpoint.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn production() -> Result<Self, ClientError> {
        todo!()
    }

    /// Exchanges an assertion for a token with these scopes.
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
        todo!()
    }
}

/// A token that acts as a user. `Debug` does not show it.
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
        todo!()
    }

    /// The token itself, to seal. Not for logs.
    pub fn expose(&self) -> &str {
        &self.token
    }

    /// When it expires.
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }

    /// The value of `Authorization` for a request as the user. It is marked as sensitive.
    pub fn authorization(&self) -> HeaderValue {
        todo!()
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
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The endpoint refused: for this app, this installation or this user.
    #[error("the token endpoint refused with status {status} and error `{code}`")]
    Refused {
        /// HTTP status: 400 to 499.
        status: u16,
        /// The OAuth error code.
        code: OauthError,
        /// For logs alone: its wording is not documented.
        description: Option<String>,
    },
    /// Too many tokens were asked for. Ask again later.
    #[error("the token endpoint asks to slow down")]
    RateLimited {
        /// How long to wait, if the endpoint says.
        retry_after: Option<Duration>,
    },
    /// The endpoint could not be reached, took too long, or answered 5xx. No token was had.
    #[error("the token endpoint could not be reached: {reason}")]
    Unavailable {
        /// Without secrets.
        reason: String,
        /// How long to wait, if the endpoint says.
        retry_after: Option<Duration>,
    },
    /// The endpoint answered something else than a token.
    #[error("the token endpoint's answer is not understood: {0}")]
    Malformed(&'static str),
    /// The assertion could not be signed.
    #[error(transparent)]
    Signing(#[from] crate::signing::SigningError),
}

/// An OAuth error code (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OauthError {
    /// The request is malformed.
    InvalidRequest,
    /// The installation is not known, or its secret is not this one.
    InvalidClient,
    /// The assertion is not accepted: perhaps the user is not known or not active.
    InvalidGrant,
    /// The app lacks `ACT_AS_USER`.
    UnauthorizedClient,
    /// The endpoint does not exchange assertions.
    UnsupportedGrantType,
    /// The app lacks a scope that was asked for.
    InvalidScope,
    /// Any other code, or none (`""`).
    Other(String),
}

impl fmt::Display for OauthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        todo!()
    }
}
