//! The sweep, which a timer wakes.

use jiff::Timestamp;

use crate::capabilities::store::{ExpiringConsents, ReadConsents, StoreError, WriteConsents};
use crate::use_cases::expire_consents::expire_consents;

/// Does what is due, and says in one line of the log what that was.
pub async fn sweep(
    store: &(impl ExpiringConsents + ReadConsents + WriteConsents),
    now: Timestamp,
) -> Result<(), StoreError> {
    let expired = expire_consents(store, now).await?;
    tracing::info!(sweep.expired = expired.consents, "a sweep ended");
    Ok(())
}
