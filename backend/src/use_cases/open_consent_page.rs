//! A person opens the page on which they consent.

use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{ReadConsents, ReadSchedules, StoreError};
use crate::domain::account::{FitAccount, Unfit};
use crate::domain::consent::Consent;
use crate::domain::ids::Subject;
use crate::domain::schedule::{Schedule, needed_access};
use crate::domain::tenant::Tenant;

use onbehalf_contract::Access;
use thiserror::Error;

/// What the page shows first.
#[derive(Debug)]
pub struct Opened {
    pub consent: Option<Consent>,
    /// What the consent must cover for the person's schedules to run.
    pub needed_access: Access,
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

/// Looks up who it is, what they agreed to, and what is scheduled for them.
pub async fn open_consent_page(
    store: &(impl ReadConsents + ReadSchedules),
    platform: &impl Accounts,
    tenant: &Tenant,
    of: &Subject,
) -> Result<Opened, OpenError> {
    let (account, consent, schedules) = tokio::join!(
        platform.account(tenant, &of.account),
        store.consent(of),
        store.schedules(of)
    );
    let mut schedules = schedules?;
    if schedules.is_empty() {
        schedules.push(Schedule::starter(of));
    }
    Ok(Opened {
        consent: consent?,
        needed_access: needed_access(&schedules),
        account: FitAccount::check(account?),
    })
}
