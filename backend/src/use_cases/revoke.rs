//! A person takes their consent back, or an admin does.

use super::change_consent::{ChangeError, change_consent};
use crate::capabilities::store::{ReadConsents, WriteConsents};
use crate::capabilities::world::Clock;
use crate::domain::consent::{Consent, Revoker};
use crate::domain::ids::AccountId;
use crate::domain::ids::Subject;
use crate::domain::notice::Notices;
use crate::domain::tenant::Tenant;

/// Takes the consent of `account` back. When this returns, no act starts any more: every act begins with a transaction
/// that checks the very item that was written here. Safe to repeat; with nothing to take back it changes nothing.
pub async fn revoke(
    store: &(impl ReadConsents + WriteConsents),
    clock: &dyn Clock,
    notices: &Notices,
    tenant: &Tenant,
    account: &AccountId,
    by: &Revoker,
) -> Result<Option<Consent>, ChangeError> {
    let of = Subject {
        tenant: tenant.key.clone(),
        account: account.clone(),
    };
    let revoked = change_consent(store, &of, |consent| {
        consent.revoke(by, &tenant.circumstances(notices, clock.now()))
    });
    Ok(revoked.await?.map(|(consent, _)| consent))
}
