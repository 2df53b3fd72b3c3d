//! Writes down, for the record, that consents ended because of their time.
//!
//! Nothing depends on it: an act checks the time of a consent itself.

use jiff::Timestamp;

use crate::capabilities::store::{
    ExpiringConsents, ReadConsents, ReadTenants, StoreError, WriteConsents, WriteError,
};
use crate::domain::ids::Subject;
use crate::domain::notice::Notices;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    pub consents: u64,
}

/// Notes the end of the consents whose time is over.
pub async fn expire_consents(
    store: &(impl ExpiringConsents + ReadTenants + ReadConsents + WriteConsents),
    notices: &Notices,
    now: Timestamp,
) -> Result<Expired, StoreError> {
    let mut expired = Expired::default();
    for of in store.ended_by(now).await? {
        match expire_consent(store, notices, now, &of).await {
            Ok(true) => expired.consents += 1,
            Ok(false) => {}
            // A newer version may have written it. It does not hold up the others.
            Err(error @ StoreError::Unreadable(_)) => {
                tracing::error!(%error, tenant.key = %of.tenant, "the end of a consent was not noted");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(expired)
}

/// Says whether it was noted.
async fn expire_consent(
    store: &(impl ReadTenants + ReadConsents + WriteConsents),
    notices: &Notices,
    now: Timestamp,
    of: &Subject,
) -> Result<bool, StoreError> {
    let Some(tenant) = store.tenant(&of.tenant).await? else {
        return Ok(false);
    };
    let when = tenant.circumstances(notices, now);
    // It may have been renewed since it was found: then its time is not over, and nothing else is noted here.
    let over = store
        .consent(of)
        .await?
        .filter(|consent| consent.agreement.expires_at <= now);
    let Some(change) = over.and_then(|consent| consent.note_end(&when)) else {
        return Ok(false);
    };
    match store.write_consent(&change).await {
        Ok(()) => Ok(true),
        // Renewed or revoked at this moment: then it did not expire.
        Err(WriteError::Changed) => Ok(false),
        Err(WriteError::Store(error)) => Err(error),
    }
}
