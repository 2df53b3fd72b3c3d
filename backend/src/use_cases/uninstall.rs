//! The platform removes the app from a site.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::capabilities::platform::Removal;
use crate::capabilities::store::{ReadTenants, StoreError, WriteError, WriteTenants};
use crate::capabilities::world::Clock;
use crate::domain::tenant::{Replayed, Tenant, TenantState};
use crate::use_cases::fresh_tenant::TENANT_FRESH_FOR;

/// The removal was not taken, and nothing changed.
#[derive(Debug, Error)]
pub enum UninstallError {
    #[error(transparent)]
    Replayed(#[from] Replayed),
    #[error("another callback for this site was taken at the same moment")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a proved removal: the credentials are gone at once, and when this returns no act starts any more. Every consent
/// ends with the installation that it was given to; what is left is erased once `retention` is over.
/// A tenant that was never there is removed already.
pub async fn uninstall(
    store: &(impl ReadTenants + WriteTenants),
    clock: &dyn Clock,
    retention: SignedDuration,
    removal: Removal,
) -> Result<(), UninstallError> {
    let Some(before) = store.tenant(&removal.tenant).await? else {
        return Ok(());
    };
    let at = clock.now();
    let tenant = Tenant {
        callbacks: before.callbacks.take(&removal.stamp)?,
        state: TenantState::Uninstalled {
            at,
            erase_at: at.saturating_add(retention).unwrap_or(Timestamp::MAX),
        },
        generation: before.generation + 1,
        installation: before.installation + 1,
        app_account: None,
        ..before
    };
    match store.write_tenant(&tenant, Some(before.generation)).await {
        Ok(()) => {}
        Err(WriteError::Changed) => return Err(UninstallError::Changed),
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    // A run that read the tenant before this write may still call with it, for this long.
    clock
        .sleep(Duration::try_from(TENANT_FRESH_FOR).unwrap_or_default())
        .await;
    Ok(())
}
