//! Lifecycle callbacks: the product tells the app that it was installed, enabled, disabled or uninstalled.
//!
//! `installed` and `uninstalled` are signed with Atlassian's own key (RS256), because the shared secret is what they bring
//! or void: see [`LifecycleVerifier::verify`]. `enabled` and `disabled` are signed with the shared secret like any
//! webhook: verify a [`WebhookToken`] and read the body with [`LifecycleVerifier::enabled`] or
//! [`LifecycleVerifier::disabled`].
//!
//! Answer 204. Anything but 200 or 204 to `installed` aborts the installation. `uninstalled` is sent once and never
//! again. The descriptor has to set `apiMigrations.signed-install`; this crate accepts nothing less.
//!
//! Source: [Security for Connect apps](https://developer.atlassian.com/cloud/confluence/security-for-connect-apps/#validating-installation-lifecycle-requests),
//! [lifecycle](https://developer.atlassian.com/cloud/confluence/connect-app-descriptor/#lifecycle).

mod hosts;
mod payload;

use std::sync::Arc;

use aws_lc_rs::digest;
use jsonwebtoken::Algorithm;

use self::payload::Rules;
use crate::install_keys::{InstallKeyError, InstallKeys};
use crate::token::claims::{Claims, RawClaims, claims_of};
use crate::token::compact::{Compact, signed_claims};
use crate::{AppKey, BaseUrl, Kid, Qsh, TokenError, UnixSeconds, WebhookToken, hex};

pub use hosts::{AllowedHosts, HostPatternError};
pub use payload::{
    Disabled, Enabled, HostDetails, Installed, LONGEST_BODY, PayloadError, ProductType, Uninstalled,
};

/// Verifies lifecycle callbacks for one app.
#[derive(Debug)]
pub struct LifecycleVerifier {
    base_url: BaseUrl,
    rules: Arc<Rules>,
    keys: InstallKeys,
}

impl LifecycleVerifier {
    /// A verifier for the app with this base URL and key, on tenants with these hosts.
    pub fn new(base_url: BaseUrl, app_key: AppKey, hosts: AllowedHosts, keys: InstallKeys) -> Self {
        Self {
            base_url,
            rules: Arc::new(Rules { app_key, hosts }),
            keys,
        }
    }

    /// Verifies the token of an `installed` or `uninstalled` callback that came with the request of this hash.
    ///
    /// A token can be presented again until it expires. To have each count once, remember its
    /// [fingerprint](LifecycleToken::fingerprint).
    ///
    /// # Errors
    ///
    /// See [`LifecycleError`]. Nothing of the callback is to be believed then.
    pub async fn verify(
        &self,
        token: &str,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<LifecycleToken, LifecycleError> {
        let compact = Compact::read(token, Algorithm::RS256)?;
        let kid = compact
            .kid()
            .and_then(|kid| Kid::new(kid).ok())
            .ok_or(TokenError::KeyId)?;
        // These claims prove nothing yet. But if they are wrong as they stand, no key has to be fetched to refuse them,
        // and a flood of garbage costs Atlassian's host not one request.
        self.check(&compact.unverified_claims()?, qsh, now)?;

        let key = self.keys.get(&kid, now).await?;
        let signed = signed_claims(token, key.decoding_key(), Algorithm::RS256)?;
        let claims = self.check(&signed, qsh, now)?;
        let digest = digest::digest(&digest::SHA256, compact.signature().as_bytes());
        Ok(LifecycleToken {
            claims,
            fingerprint: hex::encode(digest.as_ref()),
            rules: Arc::clone(&self.rules),
        })
    }

    fn check(&self, claims: &RawClaims, qsh: &Qsh, now: UnixSeconds) -> Result<Claims, TokenError> {
        let checked = claims.check(now)?;
        claims.check_audience(self.base_url.as_str())?;
        claims.check_request(qsh)?;
        Ok(checked)
    }

    /// Reads the body of an `enabled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn enabled(&self, token: &WebhookToken, body: &[u8]) -> Result<Enabled, PayloadError> {
        self.rules.enabled(token.client_key(), body)
    }

    /// Reads the body of a `disabled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn disabled(&self, token: &WebhookToken, body: &[u8]) -> Result<Disabled, PayloadError> {
        self.rules.disabled(token.client_key(), body)
    }
}

/// The verified token of an `installed` or `uninstalled` callback. Through it, and only through it, the body is read.
#[derive(Clone, Debug)]
pub struct LifecycleToken {
    claims: Claims,
    fingerprint: String,
    rules: Arc<Rules>,
}

claims_of!(
    LifecycleToken,
    "Who installed or uninstalled, if Atlassian says."
);

impl LifecycleToken {
    /// SHA-256 of the signature in hexadecimal. Remember it until the token expires to refuse a replay.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Reads the body of an `installed` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`]. The body must be about the tenant that the token is from, about this app, and on an
    /// allowed host.
    pub fn installed(&self, body: &[u8]) -> Result<Installed, PayloadError> {
        self.rules.installed(self.client_key(), body)
    }

    /// Reads the body of an `uninstalled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn uninstalled(&self, body: &[u8]) -> Result<Uninstalled, PayloadError> {
        self.rules.uninstalled(self.client_key(), body)
    }
}

/// Why the token of a lifecycle callback was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifecycleError {
    /// The token itself is wrong. Answer 401.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Its key could not be had. Answer 401 or 503: see [`LifecycleError::is_temporary`].
    #[error(transparent)]
    Key(#[from] InstallKeyError),
}

impl LifecycleError {
    /// Whether the same callback might be accepted later: answer 503, otherwise 401.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Token(_) => false,
            Self::Key(error) => error.is_temporary(),
        }
    }
}

#[cfg(test)]
mod attacks;
