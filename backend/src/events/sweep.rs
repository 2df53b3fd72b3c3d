//! The sweep, which a timer wakes.

use jiff::Timestamp;

use crate::capabilities::store::{
    ExpiringConsents, ReadConsents, ReadTenants, StoreError, WriteConsents,
};
use crate::domain::notice::Notices;
use crate::use_cases::expire_consents::expire_consents;

/// Does what is due, and says in one line of the log what that was.
pub async fn sweep(
    store: &(impl ExpiringConsents + ReadTenants + ReadConsents + WriteConsents),
    notices: &Notices,
    now: Timestamp,
) -> Result<(), StoreError> {
    let expired = expire_consents(store, notices, now).await?;
    tracing::info!(sweep.expired = expired.consents, "a sweep ended");
    Ok(())
}
