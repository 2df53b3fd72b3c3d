//! A person opens the page on which they consent.

use std::collections::HashMap;

use jiff::Timestamp;
use onbehalf_contract::Access;
use thiserror::Error;

use super::list_acts::list_acts;
use super::list_consents::names;
use super::list_schedules::list_schedules;
use crate::capabilities::platform::{Accounts, Directory, NamedPerson, ProductError};
use crate::capabilities::store::{
    ActsPage, KeepAsks, ReadActs, ReadConsents, ReadRuns, ReadSchedules, StoreError,
};
use crate::domain::account::{FitAccount, Unfit};
use crate::domain::ask::Ask;
use crate::domain::consent::Consent;
use crate::domain::ids::{AccountId, Subject};
use crate::domain::run::Run;
use crate::domain::schedule::{Schedule, needed_access};
use crate::domain::tenant::Tenant;

/// What the page shows first: all that it can show without being asked.
#[derive(Debug)]
pub struct Opened {
    pub consent: Option<Consent>,
    /// What the consent must cover for the person's schedules to run.
    pub needed_access: Access,
    pub schedules: Vec<(Schedule, Option<Run>)>,
    pub acts: ActsPage,
    /// Whether they administer the product.
    pub admin: bool,
    /// Who asks them for their consent, unless they said no.
    pub ask: Option<Ask>,
    /// What those admins are called who asked, or paused everything.
    pub admins: HashMap<AccountId, NamedPerson>,
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

/// Looks up who it is, what they agreed to, what is scheduled for them, and the newest `acts` of what was done.
pub async fn open_consent_page(
    store: &(impl ReadConsents + ReadSchedules + ReadRuns + ReadActs + KeepAsks),
    platform: &(impl Accounts + Directory),
    tenant: &Tenant,
    of: &Subject,
    acts: u32,
    now: Timestamp,
) -> Result<Opened, OpenError> {
    let (account, admin, consent, schedules, acts, ask) = tokio::join!(
        platform.account(tenant, &of.account),
        platform.is_admin(tenant, &of.account),
        store.consent(of),
        list_schedules(store, of, now),
        list_acts(store, of, acts, None),
        store.ask(of),
    );
    let ask = ask?.filter(|ask| ask.declined_at.is_none());
    let asked_by = ask.as_ref().map(|ask| ask.by.clone());
    let paused_by = tenant.pause.as_ref().map(|pause| pause.by.clone());
    let admins: Vec<_> = asked_by.into_iter().chain(paused_by).collect();
    let schedules = schedules?;
    Ok(Opened {
        consent: consent?,
        needed_access: needed_access(schedules.iter().map(|(schedule, _)| schedule)),
        schedules,
        acts: acts?,
        // Unsure is no: the page then shows less.
        admin: admin.unwrap_or_default(),
        ask,
        admins: names(platform, tenant, &admins).await,
        account: FitAccount::check(account?, tenant.app_account.as_ref()),
    })
}
