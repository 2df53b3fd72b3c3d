//! A person looks at their consent.

use crate::capabilities::store::{ReadConsents, StoreError};
use crate::domain::consent::Consent;
use crate::domain::ids::Subject;

/// The person's consent, if they ever gave one.
pub async fn see_consent(
    store: &impl ReadConsents,
    of: &Subject,
) -> Result<Option<Consent>, StoreError> {
    store.consent(of).await
}
