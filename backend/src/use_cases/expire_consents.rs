//! Writes down, for the record, that consents ended because of their time.
//!
//! Nothing depends on it: an act checks the time of a consent itself.

use jiff::{SignedDuration, Timestamp};

use crate::capabilities::store::{
    ExpiringConsents, ReadConsents, StoreError, WriteConsents, WriteError,
};

/// How many days back to look. A sweep that was missed is made good within this time.
const DAYS_BACK: i64 = 7;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    pub consents: u64,
}

/// Expires the consents whose time is over.
pub async fn expire_consents(
    store: &(impl ExpiringConsents + ReadConsents + WriteConsents),
    now: Timestamp,
) -> Result<Expired, StoreError> {
    let mut expired = Expired::default();
    for days in (0..=DAYS_BACK).rev() {
        let day = now
            .saturating_sub(SignedDuration::from_hours(24 * days))
            .unwrap_or(Timestamp::MIN);
        for of in store.ending_on(day).await? {
            let Some(change) = store
                .consent(&of)
                .await?
                .and_then(|consent| consent.expire(now))
            else {
                continue;
            };
            match store.write_consent(&change).await {
                Ok(()) => expired.consents += 1,
                // Renewed or revoked at this moment: then it did not expire.
                Err(WriteError::Changed) => {}
                Err(WriteError::Store(error)) => return Err(error),
            }
        }
    }
    Ok(expired)
}
