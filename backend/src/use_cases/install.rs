//! The platform installs the app in a site, or installs it anew with a new secret.

use thiserror::Error;

use crate::capabilities::platform::Installation;
use crate::capabilities::store::{ReadTenants, StoreError, WriteError, WriteTenants};
use crate::domain::policy::Policy;
use crate::domain::tenant::{Callbacks, Replayed, Tenant, TenantState};

/// The installation was not taken, and nothing changed.
#[derive(Debug, Error)]
pub enum InstallError {
    #[error(transparent)]
    Replayed(#[from] Replayed),
    #[error("another callback for this site was taken at the same moment")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a proved installation. The new credentials replace the old ones in one write, and the new generation puts every
/// token that was had with the old ones out of use.
pub async fn install(
    store: &(impl ReadTenants + WriteTenants),
    installation: Installation,
) -> Result<Tenant, InstallError> {
    let Installation {
        tenant: key,
        site,
        display_site,
        credentials,
        stamp,
    } = installation;
    let before = store.tenant(&key).await?;
    // What the admins decided before an install still counts.
    let (callbacks, replaces, installation, policy, pause) = match before {
        Some(tenant) => (
            tenant.callbacks,
            Some(tenant.generation),
            tenant.installation,
            tenant.policy,
            tenant.pause,
        ),
        None => (Callbacks::default(), None, 1, Policy::default(), None),
    };
    let tenant = Tenant {
        key,
        site,
        display_site,
        state: TenantState::Installed {
            credentials,
            enabled: true,
        },
        generation: replaces.unwrap_or(0) + 1,
        installation,
        app_account: None,
        callbacks: callbacks.take(&stamp)?,
        policy,
        pause,
    };
    match store.write_tenant(&tenant, replaces).await {
        Ok(()) => Ok(tenant),
        Err(WriteError::Changed) => Err(InstallError::Changed),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}
