//! An admin switched the app on or off in a site, without removing it.

use jiff::Timestamp;

use crate::capabilities::store::{StoreError, WriteTenants};
use crate::domain::tenant::Tenant;

/// Takes a proved message that was signed at `at`. These messages may come late and out of order: the newest counts.
pub async fn switch_app(
    store: &impl WriteTenants,
    tenant: &Tenant,
    enabled: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    store.note_enabled(&tenant.key, enabled, at).await
}
