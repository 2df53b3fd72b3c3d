//! Something was learned that puts an end to a consent: the account is gone, or may not use the product any more.

use super::change_consent::{ChangeError, change_consent};
use crate::capabilities::store::{ReadConsents, WriteConsents};
use crate::capabilities::world::Clock;
use crate::domain::consent_event::Invalid;
use crate::domain::ids::Subject;
use crate::domain::notice::Notices;
use crate::domain::tenant::Tenant;

/// Ends the consent at once, whatever tokens are at hand. Safe to repeat. Answers whether there was one to end.
pub async fn invalidate(
    store: &(impl ReadConsents + WriteConsents),
    clock: &dyn Clock,
    notices: &Notices,
    tenant: &Tenant,
    of: &Subject,
    because: Invalid,
) -> Result<bool, ChangeError> {
    let ended = change_consent(store, of, |consent| {
        consent.invalidate(because, &tenant.circumstances(notices, clock.now()))
    });
    Ok(ended.await?.is_some_and(|(_, changed)| changed))
}
