//! Users, as Confluence's two APIs describe them. Whatever they leave out is unknown.

use serde::{Deserialize, Serialize};

use crate::domain::account::{Account, AccountKind, AccountStatus};
use crate::domain::ids::AccountId;

/// Asks the v2 API, which tells an account's status.
/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BulkQuestion<'a> {
    account_ids: [&'a str; 1],
}

#[derive(Deserialize)]
pub(super) struct BulkAnswer {
    results: Vec<BulkUser>,
}

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
pub(super) struct UserWithOperations {
    account_id: String,
    account_type: Option<String>,
    display_name: Option<String>,
    public_name: Option<String>,
    /// Absent where Confluence does not say.
    operations: Option<Vec<Operation>>,
    personal_space: Option<PersonalSpace>,
}

/// Whoever asks, as the v1 API describes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CurrentUser {
    account_id: Option<String>,
    account_type: Option<String>,
}

impl CurrentUser {
    /// The account, if it is an app's.
    pub(super) fn app(self) -> Option<AccountId> {
        let is_app = kind(self.account_type.as_deref()) == AccountKind::App;
        AccountId::parse(self.account_id.filter(|_| is_app)?).ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    operation: String,
    target_type: String,
}

#[derive(Deserialize)]
struct PersonalSpace {
    id: u64,
}

impl<'a> BulkQuestion<'a> {
    pub(super) fn about(id: &'a AccountId) -> Self {
        Self {
            account_ids: [id.as_str()],
        }
    }
}

impl BulkAnswer {
    /// What it says of this account. Accounts that Confluence does not know are left out of it.
    pub(super) fn account(self, id: &AccountId) -> Option<Account> {
        let user = self
            .results
            .into_iter()
            .find(|user| user.account_id == id.as_str())?;
        Some(Account {
            id: id.clone(),
            kind: kind(user.account_type.as_deref()),
            status: match user.account_status.as_deref() {
                Some("active") => AccountStatus::Active,
                Some("inactive") => AccountStatus::Inactive,
                Some("closed") => AccountStatus::Closed,
                _ => AccountStatus::Unknown,
            },
            name: user.display_name.or(user.public_name).unwrap_or_default(),
            personal_space: user.personal_space_id.filter(|space| !space.is_empty()),
        })
    }
}

impl UserWithOperations {
    /// What it says of this account. The v1 API tells no status, but whoever cannot use Confluence may do nothing in it.
    /// <https://jira.atlassian.com/browse/CONFCLOUD-69909>
    pub(super) fn account(self, id: &AccountId) -> Option<Account> {
        let status = if self.may_use() == Some(true) {
            AccountStatus::Active
        } else {
            AccountStatus::Inactive
        };
        self.is(id).then(|| Account {
            id: id.clone(),
            kind: kind(self.account_type.as_deref()),
            status,
            name: self.display_name.or(self.public_name).unwrap_or_default(),
            personal_space: self.personal_space.map(|space| space.id.to_string()),
        })
    }

    pub(super) fn is(&self, id: &AccountId) -> bool {
        self.account_id == id.as_str()
    }

    /// Whether they may use Confluence at all. `None`: Confluence does not say.
    pub(super) fn may_use(&self) -> Option<bool> {
        self.operations.as_ref()?;
        Some(self.may("use") || self.may("administer"))
    }

    pub(super) fn administers(&self, id: &AccountId) -> bool {
        self.is(id)
            && kind(self.account_type.as_deref()) == AccountKind::Person
            && self.may("administer")
    }

    /// Whether they may do this with Confluence as a whole.
    fn may(&self, operation: &str) -> bool {
        let mut operations = self.operations.iter().flatten();
        operations.any(|each| each.operation == operation && each.target_type == "application")
    }
}

/// Anything that is not exactly a known kind is unknown; Confluence may leave it empty.
fn kind(account_type: Option<&str>) -> AccountKind {
    match account_type {
        Some("atlassian") => AccountKind::Person,
        Some("app") => AccountKind::App,
        Some("customer") => AccountKind::Customer,
        _ => AccountKind::Unknown,
    }
}
