//! Reading a consent, deciding about it, and writing what was decided.

use thiserror::Error;

use crate::capabilities::store::{ReadConsents, StoreError, WriteConsents, WriteError};
use crate::domain::consent::{Change, Consent};
use crate::domain::ids::Subject;

/// The consent was not changed: it is as it was.
#[derive(Debug, Error)]
pub enum ChangeError {
    #[error("the consent was changed elsewhere several times at the same moment")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often it looks anew when something else changed the consent under its hands.
const TRIES: u32 = 5;

/// The consent as it now is, and whether this made it so. `None`: there is none.
pub(super) async fn change_consent(
    store: &(impl ReadConsents + WriteConsents),
    of: &Subject,
    decide: impl Fn(&Consent) -> Option<Change>,
) -> Result<Option<(Consent, bool)>, ChangeError> {
    for _ in 0..TRIES {
        let Some(consent) = store.consent(of).await? else {
            return Ok(None);
        };
        let Some(change) = decide(&consent) else {
            return Ok(Some((consent, false)));
        };
        match store.write_consent(&change).await {
            Ok(()) => return Ok(Some((change.consent, true))),
            // A renewal or an expiry came between. It is decided anew, about what is there now.
            Err(WriteError::Changed) => {}
            Err(WriteError::Store(error)) => return Err(error.into()),
        }
    }
    Err(ChangeError::Changed)
}
