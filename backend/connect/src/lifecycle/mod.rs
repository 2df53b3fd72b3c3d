//! Lifecycle callbacks: the product tells the app that it was installed, enabled, disabled or uninstalled.

mod hosts;
mod payload;

use crate::install_keys::{InstallKeyError, InstallKeys};
use crate::{AccountId, AppKey, BaseUrl, ClientKey, Qsh, TokenError, UnixSeconds};

pub use hosts::{AllowedHosts, HostPatternError};
pub use payload::{
    Disabled, Enabled, HostDetails, Installed, PayloadError, ProductType, Uninstalled,
};

/// Verifies the callbacks that Atlassian signs with its own key (RS256): `installed` and `uninstalled`.
#[derive(Debug)]
pub struct LifecycleVerifier {
    base_url: BaseUrl,
    app_key: AppKey,
    hosts: AllowedHosts,
    keys: InstallKeys,
}

impl LifecycleVerifier {
    /// A verifier for the app with this base URL and key, on tenants with these hosts.
    pub fn new(base_url: BaseUrl, app_key: AppKey, hosts: AllowedHosts, keys: InstallKeys) -> Self {
        Self {
            base_url,
            app_key,
            hosts,
            keys,
        }
    }

    /// Verifies the token of a callback.
    ///
    /// # Errors
    ///
    /// See [`LifecycleError`].
    pub async fn verify(
        &self,
        token: &str,
        qsh: &Qsh,
        now: UnixSeconds,
    ) -> Result<LifecycleToken, LifecycleError> {
        todo!()
    }
}

/// The verified token of an `installed` or `uninstalled` callback.
#[derive(Clone, Debug)]
pub struct LifecycleToken {
    client_key: ClientKey,
    account_id: Option<AccountId>,
    issued_at: UnixSeconds,
    expires_at: UnixSeconds,
    fingerprint: String,
    app_key: AppKey,
    hosts: AllowedHosts,
}

impl LifecycleToken {
    /// The tenant that the token is from.
    pub fn client_key(&self) -> &ClientKey {
        &self.client_key
    }

    /// Who installed or uninstalled, if Atlassian says.
    pub fn account_id(&self) -> Option<&AccountId> {
        self.account_id.as_ref()
    }

    /// When it was issued.
    pub fn issued_at(&self) -> UnixSeconds {
        self.issued_at
    }

    /// When it expires. From then on it needs no remembering: it is refused by its age.
    pub fn expires_at(&self) -> UnixSeconds {
        self.expires_at
    }

    /// SHA-256 of the signature in hexadecimal: remember it until the token expires to refuse a replay.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Reads the body of an `installed` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn installed(&self, body: &[u8]) -> Result<Installed, PayloadError> {
        todo!()
    }

    /// Reads the body of an `uninstalled` callback.
    ///
    /// # Errors
    ///
    /// See [`PayloadError`].
    pub fn uninstalled(&self, body: &[u8]) -> Result<Uninstalled, PayloadError> {
        todo!()
    }
}

/// Why the token of a lifecycle callback was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LifecycleError {
    /// The token itself is wrong. Answer 401.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// Its key could not be had. Answer 401 or 503: see [`InstallKeyError::is_temporary`].
    #[error(transparent)]
    Key(#[from] InstallKeyError),
}

impl LifecycleError {
    /// Whether the same callback might be accepted later: answer 503, otherwise 401.
    pub fn is_temporary(&self) -> bool {
        todo!()
    }
}
