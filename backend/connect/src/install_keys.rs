//! The public keys that Atlassian signs lifecycle callbacks with.

use crate::{BaseUrl, ClientError, Kid, UnixSeconds};

/// Atlassian's production host of install keys.
pub const PRODUCTION: &str = "https://asap-distribution.us-west-2.prod.atl-asap.net";

/// Atlassian's older production host of install keys, asked where the first has no answer.
pub const PRODUCTION_FALLBACK: &str = "https://connect-install-keys.atlassian.com";

/// Fetches and keeps install keys: `GET {url}/{kid}` answers PEM.
pub struct InstallKeys {
    urls: Vec<BaseUrl>,
}

impl InstallKeys {
    /// Keys from the first of these URLs that has them.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn new(first: BaseUrl, fallbacks: Vec<BaseUrl>) -> Result<Self, ClientError> {
        todo!()
    }

    /// Keys from Atlassian's production hosts.
    ///
    /// # Errors
    ///
    /// If the HTTP client can't be set up.
    pub fn production() -> Result<Self, ClientError> {
        todo!()
    }

    /// The key with this id, fetched if it is not at hand.
    ///
    /// # Errors
    ///
    /// See [`InstallKeyError`].
    pub async fn get(&self, kid: &Kid, now: UnixSeconds) -> Result<InstallKey, InstallKeyError> {
        todo!()
    }
}

impl std::fmt::Debug for InstallKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstallKeys")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

/// An RSA public key of at least 2048 bits.
#[derive(Clone)]
pub struct InstallKey(());

/// Why there is no install key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InstallKeyError {
    /// No host knows it.
    #[error("no install key has the id {0}")]
    Unknown(Kid),
}

impl InstallKeyError {
    /// Whether asking later might help: answer 503, otherwise 401.
    pub fn is_temporary(&self) -> bool {
        todo!()
    }
}
