//! An admin stops every act of a tenant at once, or lets them go on.

use std::time::Duration;

use onbehalf_contract::AdminDeed;
use thiserror::Error;

use super::fresh_tenant::TENANT_FRESH_FOR;
use crate::capabilities::store::{Administer, StoreError, WriteError};
use crate::capabilities::world::Clock;
use crate::domain::audit::AuditEntry;
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::tenant::Pause;

#[derive(Debug, Error)]
pub enum PauseError {
    #[error("somebody else has just paused everything, or let it go on")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Once this returns, nothing is begun any more as anybody.
pub async fn pause_tenant(
    store: &impl Administer,
    clock: &dyn Clock,
    tenant: &TenantKey,
    by: &AccountId,
    reason: String,
) -> Result<Pause, PauseError> {
    let pause = Pause {
        by: by.clone(),
        at: clock.now(),
        reason,
    };
    let did = AdminDeed::Paused {
        reason: pause.reason.clone(),
    };
    let entry = entry(by, pause.at, did);
    written(store.write_pause(tenant, Some(&pause), &entry).await)?;
    // A run that read the tenant before this write may still call with it, for this long.
    clock
        .sleep(Duration::try_from(TENANT_FRESH_FOR).unwrap_or_default())
        .await;
    Ok(pause)
}

/// Lets everything go on.
pub async fn lift_pause(
    store: &impl Administer,
    clock: &dyn Clock,
    tenant: &TenantKey,
    by: &AccountId,
) -> Result<(), PauseError> {
    let entry = entry(by, clock.now(), AdminDeed::LiftedPause);
    written(store.write_pause(tenant, None, &entry).await)
}

fn entry(by: &AccountId, at: jiff::Timestamp, did: AdminDeed) -> AuditEntry {
    AuditEntry {
        at,
        by: by.clone(),
        did,
        person: None,
    }
}

fn written(written: Result<(), WriteError>) -> Result<(), PauseError> {
    match written {
        Ok(()) => Ok(()),
        Err(WriteError::Changed) => Err(PauseError::Changed),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}
