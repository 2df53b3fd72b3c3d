//! An admin takes back many consents: a selection, or all that match a filter.
//!
//! It does some of them and says how far it came, so that whoever asked can show it, and go on. Going on, or beginning anew,
//! is safe at any moment: what was taken back is not taken back again.

use std::collections::BTreeSet;

use onbehalf_contract::{ConsentState, NotRevoked};
use thiserror::Error;

use super::change_consent::ChangeError;
use super::list_consents::{Filter, ListError, matching, state_of};
use super::revoke::revoke;
use crate::capabilities::platform::Directory;
use crate::capabilities::store::{ListTenant, ReadConsents, WriteConsents};
use crate::capabilities::world::Clock;
use crate::domain::consent::Revoker;
use crate::domain::ids::{AccountId, Subject};
use crate::domain::notice::Notices;
use crate::domain::tenant::Tenant;

/// How many are done by one request: it is answered within a few seconds.
const AT_ONCE: usize = 50;

/// Which consents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Accounts(BTreeSet<AccountId>),
    Matching(Filter),
}

/// What an admin wants.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    pub selection: Selection,
    /// The account to go on after; `None`: from the beginning.
    pub after: Option<&'a AccountId>,
    pub by: &'a Revoker,
}

/// How far it came.
#[derive(Debug)]
pub struct Revoked {
    pub revoked: u32,
    pub not: Vec<NotRevoked>,
    pub left: u32,
    /// The account to go on after; `None`: all is done.
    pub next: Option<AccountId>,
}

/// It did not begin.
#[derive(Debug, Error)]
pub enum RevokeManyError {
    #[error(transparent)]
    List(#[from] ListError),
}

/// Takes back some of these consents, in the order of their accounts.
pub async fn revoke_many(
    store: &(impl ListTenant + ReadConsents + WriteConsents),
    platform: &impl Directory,
    clock: &dyn Clock,
    notices: &Notices,
    tenant: &Tenant,
    wanted: Wanted<'_>,
) -> Result<Revoked, RevokeManyError> {
    let Wanted {
        selection,
        after,
        by,
    } = wanted;
    let accounts = match selection {
        Selection::Accounts(accounts) => accounts,
        Selection::Matching(filter) => {
            let when = tenant.circumstances(notices, clock.now());
            let matching = matching(store, platform, tenant, &filter, &when).await?;
            // What has ended cannot be taken back, whatever the filter shows.
            let active = matching
                .into_iter()
                .filter(|consent| state_of(consent, &when) == ConsentState::Active);
            active.map(|consent| consent.of.account).collect()
        }
    };
    let mut left = accounts
        .into_iter()
        .filter(|account| after.is_none_or(|after| account > after))
        .peekable();
    let mut done = Revoked {
        revoked: 0,
        not: Vec::new(),
        left: 0,
        next: None,
    };
    let mut last = None;
    for account in left.by_ref().take(AT_ONCE) {
        match revoke_one(store, clock, notices, tenant, &account, by).await {
            Ok(()) => done.revoked += 1,
            Err(code) => done.not.push(NotRevoked {
                account_id: account.to_string(),
                code: code.into(),
            }),
        }
        last = Some(account);
    }
    done.next = last.filter(|_| left.peek().is_some());
    done.left = u32::try_from(left.count()).unwrap_or(u32::MAX);
    Ok(done)
}

async fn revoke_one(
    store: &(impl ReadConsents + WriteConsents),
    clock: &dyn Clock,
    notices: &Notices,
    tenant: &Tenant,
    account: &AccountId,
    by: &Revoker,
) -> Result<(), &'static str> {
    let of = Subject {
        tenant: tenant.key.clone(),
        account: account.clone(),
    };
    let when = tenant.circumstances(notices, clock.now());
    match store.consent(&of).await {
        Ok(None) => return Err("no-consent"),
        Ok(Some(consent)) if state_of(&consent, &when) != ConsentState::Active => {
            return Err("ended-before");
        }
        Ok(Some(_)) => {}
        Err(_) => return Err("failed"),
    }
    match revoke(store, clock, notices, tenant, account, by).await {
        Ok(_) => Ok(()),
        Err(ChangeError::Changed) => Err("changed"),
        Err(ChangeError::Store(error)) => {
            tracing::warn!(%error, tenant.key = %tenant.key, "a consent was not taken back");
            Err("failed")
        }
    }
}
