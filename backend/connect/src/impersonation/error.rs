use std::fmt;
use std::time::Duration;

use crate::signing::SigningError;

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
    pub(super) fn unavailable(reason: &'static str) -> Self {
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
pub(super) fn printable(text: &str, most: usize) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(most)
        .collect()
}
