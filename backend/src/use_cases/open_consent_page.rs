//! A person opens the page on which they consent.

use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{ReadConsents, StoreError};
use crate::domain::account::{FitAccount, Unfit};
use crate::domain::consent::Consent;
use crate::domain::ids::Subject;
use crate::domain::tenant::Tenant;

use thiserror::Error;

/// What the page shows first.
#[derive(Debug)]
pub struct Opened {
    pub consent: Option<Consent>,
    /// The person, or why this account cannot consent.
    pub account: Result<FitAccount, Unfit>,
}

#[derive(Debug, Error)]
pub enum OpenError {
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks up who it is, and what they agreed to.
pub async fn open_consent_page(
    store: &impl ReadConsents,
    platform: &impl Accounts,
    tenant: &Tenant,
    of: &Subject,
) -> Result<Opened, OpenError> {
    let (account, consent) = tokio::join!(platform.account(tenant, &of.account), store.consent(of));
    Ok(Opened {
        consent: consent?,
        account: FitAccount::check(account?),
    })
}
