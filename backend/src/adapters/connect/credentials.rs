//! What Connect gives to an installation, sealed while it is kept.

use atlassian_connect::lifecycle::Installed;
use atlassian_connect::{ClientKey, OauthClientId, SharedSecret, TenantSecret};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Inner;
use crate::adapters::seal::{Binding, Purpose, SealError};
use crate::domain::ids::TenantKey;
use crate::domain::tenant::{SealedCredentials, Tenant};

/// The opened credentials of one installation.
pub(super) struct Credentials {
    client_key: ClientKey,
    pub(super) shared_secret: SharedSecret,
    /// Absent in installations from before impersonation existed.
    pub(super) oauth_client_id: Option<OauthClientId>,
}

/// The form that is sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    shared_secret: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    oauth_client_id: Option<OauthClientId>,
}

/// There are no credentials to use.
#[derive(Debug, Error)]
pub(super) enum CredentialsError {
    #[error("the app is not installed in this tenant")]
    NotInstalled,
    #[error("the kept credentials are not in a known form")]
    Form,
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl Credentials {
    pub(super) fn tenant_secret(&self) -> TenantSecret<'_> {
        TenantSecret {
            client_key: &self.client_key,
            shared_secret: &self.shared_secret,
        }
    }
}

impl<S> Inner<S> {
    pub(super) async fn seal_credentials(
        &self,
        tenant: &TenantKey,
        installed: &Installed,
    ) -> Result<SealedCredentials, CredentialsError> {
        let stored = Stored {
            shared_secret: installed.shared_secret.expose().into(),
            oauth_client_id: installed.host.oauth_client_id.clone(),
        };
        let text = serde_json::to_vec(&stored).map_err(|_| CredentialsError::Form)?;
        Ok(SealedCredentials(
            self.sealer.seal(&binding(tenant), &text).await?,
        ))
    }

    pub(super) async fn credentials(
        &self,
        tenant: &Tenant,
    ) -> Result<Credentials, CredentialsError> {
        let sealed = tenant.installed().ok_or(CredentialsError::NotInstalled)?;
        let text = self.sealer.open(&binding(&tenant.key), &sealed.0).await?;
        let stored: Stored<'_> =
            serde_json::from_slice(&text).map_err(|_| CredentialsError::Form)?;
        Ok(Credentials {
            client_key: ClientKey::new(tenant.key.as_str()).map_err(|_| CredentialsError::Form)?,
            shared_secret: SharedSecret::new(stored.shared_secret)
                .map_err(|_| CredentialsError::Form)?,
            oauth_client_id: stored.oauth_client_id,
        })
    }
}

fn binding(tenant: &TenantKey) -> Binding<'_> {
    Binding {
        tenant,
        purpose: Purpose::Credentials,
    }
}
