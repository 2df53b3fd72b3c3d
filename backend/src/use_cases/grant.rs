//! A person allows impersonation, or renews it on new terms.

use jiff::Timestamp;
use onbehalf_contract::ConsentWish;
use thiserror::Error;

use super::learn_own_account::learn_own_account;
use crate::capabilities::platform::{Accounts, Directory, ProductError};
use crate::capabilities::store::{
    ReadConsents, StoreError, WriteConsents, WriteError, WriteTenants,
};
use crate::capabilities::world::Clock;
use crate::domain::account::{FitAccount, Unfit};
use crate::domain::consent::{Consent, Standing};
use crate::domain::ids::{AccountId, ConsentId, Subject};
use crate::domain::language::Language;
use crate::domain::notice::{NotCurrent, Notices};
use crate::domain::policy::{Lasting, PolicyError};
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
    #[error("a wish says either for how many `days` or `until` when")]
    NoTime,
    #[error("the time in `until` must be in RFC 3339, such as 2026-12-24T18:00:00Z")]
    BadTime,
    #[error("there is no notice in this language")]
    LanguageUnknown,
    #[error(transparent)]
    Policy(#[from] PolicyError),
    #[error("the notice has a newer version")]
    NoticeReplaced,
    #[error("there is no such version of the notice")]
    NoticeUnknown,
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("you are in none of the groups whose members may consent here")]
    NotInGroup,
    #[error("the consent that was to be renewed is not the one that you have now")]
    NotCurrent,
    #[error("your consent was changed elsewhere at the same moment")]
    Changed,
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records the consent of `account`, who proved to be that person, if what they wish is within the rules.
pub async fn grant(
    store: &(impl ReadConsents + WriteConsents + WriteTenants),
    platform: &(impl Accounts + Directory),
    notices: &Notices,
    tenant: &Tenant,
    account: &AccountId,
    wish: &ConsentWish,
    clock: &dyn Clock,
) -> Result<Granted, GrantError> {
    let wished = Wished::parse(wish)?;
    let notice = notices.agreed(&wish.notice, wished.language)?;
    let within_policy = |now| tenant.policy.check(wish.access, wished.lasting, now);
    within_policy(clock.now())?;
    check_account(store, platform, tenant, account).await?;
    check_group(platform, tenant, account).await?;

    let of = Subject {
        tenant: tenant.key.clone(),
        account: account.clone(),
    };
    let existing = store.consent(&of).await?;
    // Not before what is there was written: the log's times never run backwards.
    let now = clock.now();
    let terms = within_policy(now)?;
    let when = tenant.circumstances(notices, now);
    let active = existing
        .as_ref()
        .filter(|consent| consent.standing(&when) == Standing::Active);
    if wished.renews.is_some() && wished.renews.as_ref() != active.map(|consent| &consent.id) {
        return Err(GrantError::NotCurrent);
    }
    let change = Consent::grant(&of, existing.as_ref(), &terms, &notice, &when)
        .ok_or(GrantError::Changed)?;
    match existing {
        Some(_) => store.write_consent(&change).await?,
        None => {
            let starter = Schedule::starter(&of, now);
            store.write_first_consent(&change, &starter).await?;
        }
    }
    Ok(if active.is_some() {
        Granted::Renewed(change.consent)
    } else {
        Granted::New(change.consent)
    })
}

/// What a person wishes, read.
struct Wished {
    lasting: Lasting,
    language: Language,
    renews: Option<ConsentId>,
}

impl Wished {
    fn parse(wish: &ConsentWish) -> Result<Self, GrantError> {
        let lasting = match (wish.days, &wish.until) {
            (Some(days), None) => Lasting::Days(days),
            (None, Some(until)) => {
                Lasting::Until(whole_milliseconds(until).ok_or(GrantError::BadTime)?)
            }
            _ => return Err(GrantError::NoTime),
        };
        let language = wish
            .language
            .as_deref()
            .map_or(Some(Language::En), Language::parse);
        let renews = wish.renews.as_deref().map(ConsentId::parse).transpose();
        Ok(Self {
            lasting,
            language: language.ok_or(GrantError::LanguageUnknown)?,
            renews: renews.map_err(|_| GrantError::NotCurrent)?,
        })
    }
}

/// To the millisecond, as everything is stored.
fn whole_milliseconds(time: &str) -> Option<Timestamp> {
    let time: Timestamp = time.parse().ok()?;
    Timestamp::from_millisecond(time.as_millisecond()).ok()
}

/// Only people may consent, and the app's own account is none, whatever it looks like.
async fn check_account(
    store: &impl WriteTenants,
    platform: &impl Accounts,
    tenant: &Tenant,
    account: &AccountId,
) -> Result<FitAccount, GrantError> {
    let apps_own = match learn_own_account(store, platform, tenant).await {
        Ok(own) => Some(own),
        Err(error) => {
            // Its kind says what it is as well.
            tracing::warn!(%error, tenant.key = %tenant.key, "the app's own account is not known");
            None
        }
    };
    let account = platform.account(tenant, account).await?;
    Ok(FitAccount::check(account, apps_own.as_ref())?)
}

/// Where the admins named groups, only their members may consent.
async fn check_group(
    platform: &impl Directory,
    tenant: &Tenant,
    account: &AccountId,
) -> Result<(), GrantError> {
    let groups = tenant.policy.groups().iter().map(|group| group.id.clone());
    let groups: Vec<_> = groups.collect();
    if groups.is_empty() || platform.is_member(tenant, account, &groups).await? {
        return Ok(());
    }
    Err(GrantError::NotInGroup)
}

impl From<NotCurrent> for GrantError {
    fn from(error: NotCurrent) -> Self {
        match error {
            NotCurrent::Replaced => Self::NoticeReplaced,
            NotCurrent::Unknown => Self::NoticeUnknown,
        }
    }
}

impl From<WriteError> for GrantError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Changed => Self::Changed,
            WriteError::Store(error) => error.into(),
        }
    }
}
