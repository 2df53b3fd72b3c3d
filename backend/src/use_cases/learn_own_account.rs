//! The app learns which account in a site is its own, so that nobody ever acts as it.

use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{StoreError, WriteTenants};
use crate::domain::ids::AccountId;
use crate::domain::tenant::Tenant;

use thiserror::Error;

#[derive(Debug, Error)]
pub enum LearnError {
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Asks once for each installation, and remembers.
pub async fn learn_own_account(
    store: &impl WriteTenants,
    platform: &impl Accounts,
    tenant: &Tenant,
) -> Result<AccountId, LearnError> {
    if let Some(known) = &tenant.app_account {
        return Ok(known.clone());
    }
    let account = platform.own_account(tenant).await?;
    store
        .note_app_account(&tenant.key, tenant.generation, &account)
        .await?;
    Ok(account)
}
