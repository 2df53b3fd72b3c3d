//! A person allows impersonation, or renews it on new terms.

use jiff::Timestamp;
use onbehalf_contract::ConsentWish;
use thiserror::Error;

use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{
    AddSchedules, ReadConsents, StoreError, WriteConsents, WriteError,
};
use crate::domain::account::{FitAccount, Unfit};
use crate::domain::consent::{Consent, State, Terms};
use crate::domain::ids::Subject;
use crate::domain::notice::{self, NotCurrent};
use crate::domain::policy::PolicyError;
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;

/// A consent that was given.
#[derive(Debug)]
pub enum Granted {
    New(Consent),
    Renewed(Consent),
}

/// The consent was not given, and what was there is unchanged.
#[derive(Debug, Error)]
pub enum GrantError {
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the notice has a newer version")]
    NoticeReplaced,
    #[error("there is no such version of the notice")]
    NoticeUnknown,
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("your consent was changed elsewhere at the same moment")]
    Changed,
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records the consent of `of`, who proved to be that person, if what they wish is within the rules.
pub async fn grant(
    store: &(impl ReadConsents + WriteConsents + AddSchedules),
    platform: &impl Accounts,
    tenant: &Tenant,
    of: &Subject,
    wish: &ConsentWish,
    now: Timestamp,
) -> Result<Granted, GrantError> {
    let notice = notice::agreed(&wish.notice).map_err(|error| match error {
        NotCurrent::Replaced => GrantError::NoticeReplaced,
        NotCurrent::Unknown => GrantError::NoticeUnknown,
    })?;
    let days = tenant.policy.check(wish.access, wish.days)?;
    FitAccount::check(platform.account(tenant, &of.account).await?)?;

    let existing = store.consent(of).await?;
    let renews = existing
        .as_ref()
        .is_some_and(|consent| consent.state_at(now) == State::Active);
    let terms = Terms {
        access: wish.access,
        days,
        notice,
    };
    let change = Consent::grant(of, existing.as_ref(), terms, now);
    store
        .write_consent(&change)
        .await
        .map_err(|error| match error {
            WriteError::Changed => GrantError::Changed,
            WriteError::Store(error) => error.into(),
        })?;
    store.add_schedule(&Schedule::starter(of)).await?;
    Ok(if renews {
        Granted::Renewed(change.consent)
    } else {
        Granted::New(change.consent)
    })
}
