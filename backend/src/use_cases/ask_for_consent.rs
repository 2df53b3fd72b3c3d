//! An admin asks people for their consent. They agree by themselves, or decline.

use jiff::Timestamp;
use onbehalf_contract::{AdminDeed, ConsentState, NotRevoked};
use thiserror::Error;

use super::list_consents::state_of;
use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{KeepAsks, ReadConsents, StoreError};
use crate::domain::account::FitAccount;
use crate::domain::ask::Ask;
use crate::domain::audit::AuditEntry;
use crate::domain::consent::Circumstances;
use crate::domain::ids::{AccountId, Subject};
use crate::domain::tenant::Tenant;

#[derive(Debug, Error)]
pub enum AskError {
    #[error("nobody has asked")]
    NotAsked,
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What became of asking.
#[derive(Debug, Default)]
pub struct AskedFor {
    pub asked: u32,
    pub not: Vec<NotRevoked>,
}

/// Asks these people. Whoever has an active consent is not asked, and nobody whose account could not consent.
pub async fn ask_for_consent(
    store: &(impl ReadConsents + KeepAsks),
    platform: &impl Accounts,
    tenant: &Tenant,
    by: &AccountId,
    accounts: &[AccountId],
    note: Option<&str>,
    when: &Circumstances<'_>,
) -> Result<AskedFor, AskError> {
    let mut asked = AskedFor::default();
    for account in accounts {
        let of = Subject {
            tenant: tenant.key.clone(),
            account: account.clone(),
        };
        let why_not = match store.consent(&of).await? {
            Some(consent) if state_of(&consent, when) == ConsentState::Active => {
                Some("has-consented")
            }
            _ => {
                let account = platform.account(tenant, account).await?;
                let unfit = FitAccount::check(account, tenant.app_account.as_ref()).err();
                unfit.map(crate::domain::account::Unfit::code)
            }
        };
        if let Some(code) = why_not {
            asked.not.push(NotRevoked {
                account_id: account.to_string(),
                code: code.into(),
            });
            continue;
        }
        let ask = Ask {
            by: by.clone(),
            at: when.now,
            note: note.map(str::to_owned),
            declined_at: None,
        };
        let entry = entry(by, when.now, AdminDeed::AskedForConsent, account);
        store.write_ask(&of, &ask, &entry).await?;
        asked.asked += 1;
    }
    Ok(asked)
}

/// An admin takes an ask back.
pub async fn take_back_ask(
    store: &impl KeepAsks,
    by: &AccountId,
    of: &Subject,
    now: Timestamp,
) -> Result<(), AskError> {
    let entry = entry(by, now, AdminDeed::TookBackAsk, &of.account);
    match store.remove_ask(of, &entry).await? {
        true => Ok(()),
        false => Err(AskError::NotAsked),
    }
}

/// The person says no. Admins see that; nothing else follows from it.
pub async fn decline(store: &impl KeepAsks, of: &Subject, now: Timestamp) -> Result<(), AskError> {
    match store.decline_ask(of, now).await? {
        true => Ok(()),
        false => Err(AskError::NotAsked),
    }
}

fn entry(by: &AccountId, at: Timestamp, did: AdminDeed, person: &AccountId) -> AuditEntry {
    AuditEntry {
        at,
        by: by.clone(),
        did,
        person: Some(person.clone()),
    }
}
