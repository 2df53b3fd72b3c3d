//! Confluence's word on accounts.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::Connect;
use crate::capabilities::platform::{Accounts, ProductError};
use crate::domain::account::{Account, AccountKind, AccountStatus};
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::tenant::Tenant;

/// How long it is remembered that somebody is an admin. Whoever is made one, or is one no longer, waits as long.
const ADMIN_KEPT: SignedDuration = SignedDuration::from_secs(60);

/// Past this many remembered answers all are forgotten.
const ADMINS_KEPT: usize = 10_000;

/// Who was an admin a moment ago.
#[derive(Default)]
pub(super) struct Admins(Mutex<HashMap<Asked, Told>>);

/// Whom we asked about. The generation makes a re-install ask anew.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Asked {
    tenant: TenantKey,
    generation: u64,
    account: AccountId,
}

/// What we were told, and when.
#[derive(Clone, Copy)]
struct Told {
    is_admin: bool,
    at: Timestamp,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BulkQuestion<'a> {
    account_ids: [&'a str; 1],
}

#[derive(Deserialize)]
struct BulkAnswer {
    results: Vec<BulkUser>,
}

/// A user as the v2 API describes it. Whatever it leaves out is unknown.
/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkUser {
    account_id: String,
    account_type: Option<String>,
    account_status: Option<String>,
    display_name: Option<String>,
    public_name: Option<String>,
    personal_space_id: Option<String>,
}

/// A user as the v1 API describes it, with what they may do.
/// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-users/>
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserWithOperations {
    account_id: String,
    account_type: Option<String>,
    #[serde(default)]
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    operation: String,
    target_type: String,
}

impl<S> Accounts for Connect<S> {
    async fn account(
        &self,
        tenant: &Tenant,
        id: &AccountId,
    ) -> Result<Option<Account>, ProductError> {
        let question = BulkQuestion {
            account_ids: [id.as_str()],
        };
        let answer: Option<BulkAnswer> = self
            .inner
            .post(tenant, "/api/v2/users-bulk", &question)
            .await?;
        // Accounts that Confluence does not know are left out of the answer.
        let user = answer.and_then(|answer| {
            answer
                .results
                .into_iter()
                .find(|user| user.account_id == id.as_str())
        });
        Ok(user.map(|user| user.account(id)))
    }

    async fn is_admin(&self, tenant: &Tenant, id: &AccountId) -> Result<bool, ProductError> {
        let now = self.inner.clock.now();
        let asked = Asked {
            tenant: tenant.key.clone(),
            generation: tenant.generation,
            account: id.clone(),
        };
        if let Some(known) = self.inner.admins.get(&asked, now) {
            return Ok(known);
        }
        let account = utf8_percent_encode(id.as_str(), NON_ALPHANUMERIC);
        let path = format!("/rest/api/user?accountId={account}&expand=operations");
        let user: Option<UserWithOperations> = self.inner.get(tenant, &path).await?;
        let is_admin = user.is_some_and(|user| user.administers(id));
        self.inner.admins.put(asked, Told { is_admin, at: now });
        Ok(is_admin)
    }
}

impl BulkUser {
    fn account(self, id: &AccountId) -> Account {
        Account {
            id: id.clone(),
            kind: match self.account_type.as_deref() {
                Some("atlassian") => AccountKind::Person,
                Some("app") => AccountKind::App,
                Some("customer") => AccountKind::Customer,
                _ => AccountKind::Unknown,
            },
            status: match self.account_status.as_deref() {
                Some("active") => AccountStatus::Active,
                Some("inactive") => AccountStatus::Inactive,
                Some("closed") => AccountStatus::Closed,
                _ => AccountStatus::Unknown,
            },
            name: self.display_name.or(self.public_name).unwrap_or_default(),
            personal_space: self.personal_space_id.filter(|space| !space.is_empty()),
        }
    }
}

impl UserWithOperations {
    fn administers(&self, id: &AccountId) -> bool {
        self.account_id == id.as_str()
            && self.account_type.as_deref() == Some("atlassian")
            && self.operations.iter().any(|operation| {
                operation.operation == "administer" && operation.target_type == "application"
            })
    }
}

impl Admins {
    fn get(&self, asked: &Asked, now: Timestamp) -> Option<bool> {
        let admins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = admins.get(asked)?;
        (now.duration_since(told.at) < ADMIN_KEPT).then_some(told.is_admin)
    }

    fn put(&self, asked: Asked, told: Told) {
        let mut admins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if admins.len() >= ADMINS_KEPT {
            admins.clear();
        }
        admins.insert(asked, told);
    }
}
