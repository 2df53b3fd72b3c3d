use std::fmt;

use http::HeaderValue;

use crate::UnixSeconds;

/// The longest token that is taken, in bytes: it has to fit into a header.
pub(super) const LONGEST_TOKEN: usize = 8192;

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
