//! A person takes their consent back.

use thiserror::Error;

use crate::capabilities::store::{ReadConsents, StoreError, WriteConsents, WriteError};
use crate::capabilities::world::Clock;
use crate::domain::consent::Consent;
use crate::domain::ids::Subject;

/// The consent was not taken back: it is as it was.
#[derive(Debug, Error)]
pub enum RevokeError {
    #[error("your consent was changed elsewhere several times at the same moment")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often a revoke looks anew when something else changed the consent under its hands.
const TRIES: u32 = 5;

/// Takes the consent back. When this returns, no act starts any more: every act begins with a transaction that checks
/// the very item that was written here. Safe to repeat; with nothing to take back it changes nothing.
pub async fn revoke(
    store: &(impl ReadConsents + WriteConsents),
    clock: &dyn Clock,
    of: &Subject,
) -> Result<Option<Consent>, RevokeError> {
    for _ in 0..TRIES {
        let Some(consent) = store.consent(of).await? else {
            return Ok(None);
        };
        let Some(change) = consent.revoke(clock.now()) else {
            return Ok(Some(consent));
        };
        match store.write_consent(&change).await {
            Ok(()) => return Ok(Some(change.consent)),
            // A renewal or an expiry came between. The person wants it to end all the same.
            Err(WriteError::Changed) => {}
            Err(WriteError::Store(error)) => return Err(error.into()),
        }
    }
    Err(RevokeError::Changed)
}
