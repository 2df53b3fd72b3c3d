//! One installation of the app.

use std::fmt;

use jiff::Timestamp;
use thiserror::Error;
use url::Url;

use super::consent::Circumstances;
use super::ids::{AccountId, TenantKey};
use super::notice::Notices;
use super::policy::Policy;

/// A tenant as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    pub key: TenantKey,
    /// Where the product answers REST calls. Ends without a slash: `https://example.atlassian.net/wiki`.
    pub site: Url,
    /// Where people see it, if they see it elsewhere.
    pub display_site: Option<Url>,
    pub state: TenantState,
    /// Counts the installs and uninstalls. Whatever was sealed or cached under an earlier number is not used again.
    pub generation: u64,
    /// Counts the installations, each of which an uninstall ends. Consents count only for the one that they were given to.
    pub installation: u64,
    /// The app's own account in the site, once it is known. Nobody acts as it.
    pub app_account: Option<AccountId>,
    /// The install and uninstall callbacks that were taken.
    pub callbacks: Callbacks,
    pub policy: Policy,
    /// Nothing is done as anybody, until an admin lifts this.
    pub pause: Option<Pause>,
}

/// An admin stopped everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    pub by: AccountId,
    pub at: Timestamp,
    /// For everybody to read.
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantState {
    Installed {
        /// What the platform needs to speak for this installation. Only the platform can open it.
        credentials: SealedCredentials,
        /// An admin can switch the app off without removing it.
        enabled: bool,
    },
    /// Removed at this time. Its data is kept for a while, so that a new install finds it again; its credentials are not.
    Uninstalled {
        at: Timestamp,
        /// When everything of it is erased.
        erase_at: Timestamp,
    },
}

/// Sealed bytes. Opaque here, and never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCredentials(pub Vec<u8>);

impl fmt::Debug for SealedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedCredentials({} bytes)", self.0.len())
    }
}

/// Proof of a callback, as far as it matters here: when it was signed, and its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackStamp {
    /// To the second.
    pub signed_at: Timestamp,
    pub fingerprint: String,
}

/// Remembers which callbacks were taken, so that none is taken twice and none after a newer one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Callbacks {
    newest: Option<Timestamp>,
    /// The fingerprints of those signed in that very second.
    seen: Vec<String>,
}

/// A callback that was taken before, or is older than one that was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("this callback was received before, or is older than one that was")]
pub struct Replayed;

impl Tenant {
    /// The credentials, if the app is installed and switched on: without them nothing can be done.
    pub fn usable(&self) -> Option<&SealedCredentials> {
        match &self.state {
            TenantState::Installed {
                credentials,
                enabled: true,
            } => Some(credentials),
            _ => None,
        }
    }

    /// The credentials while the app is installed, switched on or not: enough to check who calls.
    pub fn installed(&self) -> Option<&SealedCredentials> {
        match &self.state {
            TenantState::Installed { credentials, .. } => Some(credentials),
            TenantState::Uninstalled { .. } => None,
        }
    }

    /// What the standing of its people's consents depends on.
    pub fn circumstances<'a>(&'a self, notices: &'a Notices, now: Timestamp) -> Circumstances<'a> {
        Circumstances {
            now,
            installation: self.installation,
            notices,
            policy: &self.policy,
        }
    }

    /// The host that people know the site by.
    pub fn shown_host(&self) -> &str {
        self.display_site
            .as_ref()
            .unwrap_or(&self.site)
            .host_str()
            .unwrap_or_default()
    }
}

impl Callbacks {
    pub fn stored(newest: Option<Timestamp>, seen: Vec<String>) -> Self {
        Self { newest, seen }
    }

    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    pub fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Takes a callback, or refuses a replay. Signing times are whole seconds, so two honest callbacks may share one.
    pub fn take(&self, stamp: &CallbackStamp) -> Result<Self, Replayed> {
        let CallbackStamp {
            signed_at,
            fingerprint,
        } = stamp;
        match self.newest {
            Some(newest) if *signed_at < newest => Err(Replayed),
            Some(newest) if *signed_at == newest && self.seen.contains(fingerprint) => {
                Err(Replayed)
            }
            Some(newest) if *signed_at == newest => {
                let seen = self.seen.iter().chain([fingerprint]).cloned().collect();
                Ok(Self {
                    newest: self.newest,
                    seen,
                })
            }
            _ => Ok(Self {
                newest: Some(*signed_at),
                seen: vec![fingerprint.clone()],
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(second: i64, fingerprint: &str) -> CallbackStamp {
        CallbackStamp {
            signed_at: Timestamp::from_second(second).unwrap(),
            fingerprint: fingerprint.into(),
        }
    }

    #[test]
    fn no_callback_is_taken_twice_or_after_a_newer_one() {
        let callbacks = Callbacks::default().take(&stamp(10, "a")).unwrap();
        assert_eq!(callbacks.take(&stamp(10, "a")), Err(Replayed));
        assert_eq!(callbacks.take(&stamp(9, "b")), Err(Replayed));
        let same_second = callbacks.take(&stamp(10, "b")).unwrap();
        assert_eq!(same_second.take(&stamp(10, "a")), Err(Replayed));
        assert_eq!(same_second.take(&stamp(10, "b")), Err(Replayed));
        let later = same_second.take(&stamp(11, "c")).unwrap();
        assert_eq!(later.take(&stamp(10, "b")), Err(Replayed));
    }
}
