//! Requests that the app makes to the product as itself.

use http::HeaderValue;

use crate::{AppKey, Qsh, TenantSecret, UnixSeconds};

/// Signs the app's own requests to the product.
#[derive(Clone, Debug)]
pub struct RequestSigner {
    app_key: AppKey,
    lifetime: i64,
}

impl RequestSigner {
    /// A signer for the app with this key. Its tokens live for 180 s, as those of Atlassian's own library.
    pub fn new(app_key: AppKey) -> Self {
        Self {
            app_key,
            lifetime: 180,
        }
    }

    /// With another lifetime, in seconds; held between 60 and 180.
    #[must_use]
    pub fn with_lifetime(mut self, seconds: i64) -> Self {
        self.lifetime = seconds.clamp(60, 180);
        self
    }

    /// The value of `Authorization` for a request with this hash (taken with the base path of the tenant's base
    /// URL: `/wiki` for Confluence). It is marked as sensitive.
    ///
    /// # Errors
    ///
    /// If the token can't be signed, which no input is known to bring about.
    pub fn authorization(
        &self,
        tenant: TenantSecret<'_>,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<HeaderValue, SigningError> {
        todo!()
    }
}

/// A token could not be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token could not be signed")]
pub struct SigningError;
