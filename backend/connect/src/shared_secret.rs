use std::fmt;

use serde::Deserialize;

use crate::ClientKey;

/// The secret that Atlassian hands over with each install: it signs every HS256 token between host and app.
///
/// Every install, an upgrade too, brings a new one; the one before is void. It is never empty, because an empty
/// HMAC key is one that everybody knows. It has no `Serialize`, so that it reaches no log or answer by accident.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct SharedSecret(String);

impl SharedSecret {
    /// Takes the secret as the `installed` callback carried it.
    ///
    /// # Errors
    ///
    /// If it is empty.
    pub fn new(secret: impl Into<String>) -> Result<Self, EmptySecret> {
        let secret = secret.into();
        if secret.is_empty() {
            return Err(EmptySecret);
        }
        Ok(Self(secret))
    }

    /// The secret itself, to sign, verify or seal with. Not for logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(…)")
    }
}

impl TryFrom<String> for SharedSecret {
    type Error = EmptySecret;

    fn try_from(secret: String) -> Result<Self, EmptySecret> {
        Self::new(secret)
    }
}

/// A shared secret was empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared secret is empty; only a new install of the app brings another")]
pub struct EmptySecret;

/// A tenant and its secret: what tokens of that tenant are verified against and signed with.
#[derive(Clone, Copy, Debug)]
pub struct TenantSecret<'a> {
    /// Whose secret it is.
    pub client_key: &'a ClientKey,
    /// The secret of the tenant's latest install.
    pub shared_secret: &'a SharedSecret,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_secret_is_refused() {
        assert_eq!(SharedSecret::new("").unwrap_err(), EmptySecret);
        assert!(serde_json::from_str::<SharedSecret>(r#""""#).is_err());
    }

    #[test]
    fn debug_does_not_show_it() {
        let client_key = ClientKey::new("tenant-1").unwrap();
        let shared_secret = SharedSecret::new("hunter2-hunter2").unwrap();
        let tenant = TenantSecret {
            client_key: &client_key,
            shared_secret: &shared_secret,
        };
        let shown = format!("{tenant:?}");
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shared_secret.expose(), "hunter2-hunter2");
    }
}
