//! Users, as Confluence's two APIs describe them. Whatever they leave out is unknown.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::capabilities::platform::NamedPerson;
use crate::domain::account::{Account, AccountKind, AccountStatus};
use crate::domain::ids::AccountId;

/// Asks the v2 API, which tells an account's status, about one account up to [`BulkQuestion::MOST`] of them.
/// <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-user/>
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BulkQuestion<'a> {
    account_ids: Vec<&'a str>,
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

/// A user as far as it takes to show one: as the bulk calls of both APIs, and the search, describe one. A person may
/// hide anything but the id from all that ask.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownUser {
    account_id: Option<String>,
    account_type: Option<String>,
    account_status: Option<String>,
    display_name: Option<String>,
    public_name: Option<String>,
    profile_picture: Option<Picture>,
    /// Absent where Confluence was not asked, or does not say.
    operations: Option<Vec<Operation>>,
}

#[derive(Deserialize)]
struct Picture {
    path: Option<String>,
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
    pub(super) const MOST: usize = 250;

    pub(super) fn about(ids: impl IntoIterator<Item = &'a AccountId>) -> Self {
        Self {
            account_ids: ids.into_iter().map(AccountId::as_str).collect(),
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
        self.operations.as_deref().map(may_use)
    }

    pub(super) fn administers(&self, id: &AccountId) -> bool {
        self.is(id)
            && kind(self.account_type.as_deref()) == AccountKind::Person
            && self
                .operations
                .as_deref()
                .is_some_and(|operations| includes(operations, "administer"))
    }
}

impl ShownUser {
    /// How they are called, and what they look like. `None`: they have no name, or none any more.
    pub(super) fn named(self, site: &Url) -> Option<NamedPerson> {
        if self.account_status.as_deref() == Some("closed") {
            return None;
        }
        let names = [self.display_name, self.public_name];
        let name = names
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty())?;
        let path = self.profile_picture.and_then(|picture| picture.path);
        Some(NamedPerson {
            account: AccountId::parse(self.account_id?).ok()?,
            name,
            avatar: path.and_then(|path| avatar(site, &path)),
        })
    }

    /// Whether this is a person who, as far as Confluence says, may use it. Its search tells no status, but whoever
    /// cannot use Confluence may do nothing in it. <https://jira.atlassian.com/browse/CONFCLOUD-83983>
    pub(super) fn is_active_person(&self) -> bool {
        kind(self.account_type.as_deref()) == AccountKind::Person
            && matches!(self.account_status.as_deref(), None | Some("active"))
            && self.operations.as_deref().is_none_or(may_use)
    }
}

/// Whether whoever may do this may use Confluence at all.
fn may_use(operations: &[Operation]) -> bool {
    includes(operations, "use") || includes(operations, "administer")
}

/// Whether this is among what they may do with Confluence as a whole.
fn includes(operations: &[Operation], operation: &str) -> bool {
    operations
        .iter()
        .any(|each| each.operation == operation && each.target_type == "application")
}

/// The URL of a picture, which Confluence gives as a path on the site's host (`/wiki/aa-avatar/…`) or in full. Only the
/// site's own host and Atlassian's avatar service are good: whatever else a picture comes from would learn who looks
/// at whom.
fn avatar(site: &Url, path: &str) -> Option<String> {
    let url = site.join(path).ok()?;
    let of_site = url.origin() == site.origin();
    let of_service = url.scheme() == "https"
        && url.port().is_none()
        && url.host_str().is_some_and(is_avatar_service);
    let plain = url.username().is_empty() && url.password().is_none();
    (plain && (of_site || of_service)).then(|| url.into())
}

/// `avatar-management--avatars.us-west-2.prod.public.atl-paas.net`, and the shorter name that came before it.
/// <https://confluence.atlassian.com/jirakb/the-user-profile-picture-or-default-avatars-do-not-load-as-expected-across-the-atlassian-cloud-site-1402667135.html>
fn is_avatar_service(host: &str) -> bool {
    host.strip_suffix(".public.atl-paas.net")
        .is_some_and(|name| name == "avatar" || name.starts_with("avatar-management--avatars."))
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn site() -> Url {
        Url::parse("https://example.atlassian.net/wiki").unwrap()
    }

    fn shown(user: Value) -> ShownUser {
        serde_json::from_value(user).unwrap()
    }

    fn named(user: Value) -> Option<NamedPerson> {
        shown(user).named(&site())
    }

    #[test]
    fn people_are_named_as_both_apis_name_them() {
        let version_1 = json!({
            "type": "known", "accountId": "5be2", "accountType": "atlassian", "email": "", "publicName": "alice",
            "displayName": "Alice Example", "isExternalCollaborator": false, "isGuest": false, "timeZone": null,
            "profilePicture": {"path": "/wiki/aa-avatar/5be2", "width": 48, "height": 48, "isDefault": false},
            "_expandable": {"operations": "", "personalSpace": ""}, "_links": {"self": "https://example.atlassian.net"},
        });
        let version_2 = json!({
            "displayName": "Alice Example", "timeZone": null, "personalSpaceId": "98308", "accountStatus": "active",
            "isExternalCollaborator": false, "accountId": "5be2", "email": "", "accountType": "atlassian",
            "publicName": "alice", "profilePicture": {"path": "/wiki/aa-avatar/5be2", "isDefault": false},
        });
        let alice = Some(NamedPerson {
            account: AccountId::parse("5be2").unwrap(),
            name: "Alice Example".to_owned(),
            avatar: Some("https://example.atlassian.net/wiki/aa-avatar/5be2".to_owned()),
        });
        assert_eq!(named(version_1), alice);
        assert_eq!(named(version_2), alice);
    }

    #[test]
    fn what_people_hide_is_left_out() {
        let hidden = json!({
            "accountId": "5be2", "displayName": null, "publicName": "alice", "profilePicture": null
        });
        let alice = named(hidden).unwrap();
        assert_eq!((alice.name.as_str(), alice.avatar), ("alice", None));
        for nobody in [
            json!({"accountId": "5be2", "displayName": " ", "publicName": ""}),
            json!({"accountId": "5be2", "displayName": "Former user", "accountStatus": "closed"}),
            json!({"accountId": null, "displayName": "Anonymous"}),
            json!({"accountId": "", "displayName": "Anonymous"}),
            json!({"type": "anonymous", "displayName": "Anonymous"}),
        ] {
            assert_eq!(named(nobody.clone()), None, "{nobody}");
        }
    }

    #[test]
    fn only_people_who_may_use_confluence_are_active() {
        let usable = json!([{"operation": "use", "targetType": "application"}]);
        for active in [
            json!({"accountType": "atlassian"}),
            json!({"accountType": "atlassian", "operations": usable}),
            json!({"accountType": "atlassian", "accountStatus": "active"}),
        ] {
            assert!(shown(active.clone()).is_active_person(), "{active}");
        }
        for other in [
            json!({}),
            json!({"accountType": "app", "operations": usable}),
            json!({"accountType": "customer"}),
            json!({"accountType": "", "operations": usable}),
            json!({"accountType": "atlassian", "operations": []}),
            json!({"accountType": "atlassian", "operations": [{"operation": "use", "targetType": "space"}]}),
            json!({"accountType": "atlassian", "accountStatus": "inactive", "operations": usable}),
        ] {
            assert!(!shown(other.clone()).is_active_person(), "{other}");
        }
    }

    #[test]
    fn pictures_come_from_the_site_or_from_atlassian() {
        let avatar = |path: &str| avatar(&site(), path);
        let service = "avatar-management--avatars.us-west-2.prod.public.atl-paas.net";
        for (path, url) in [
            (
                "/wiki/aa-avatar/557058:0f3c",
                "https://example.atlassian.net/wiki/aa-avatar/557058:0f3c",
            ),
            (
                "https://example.atlassian.net/wiki/a.png",
                "https://example.atlassian.net/wiki/a.png",
            ),
        ] {
            assert_eq!(avatar(path).as_deref(), Some(url));
        }
        let initials = format!("https://{service}/initials/AB-5.png");
        assert_eq!(avatar(&initials).as_deref(), Some(initials.as_str()));
        for elsewhere in [
            "https://secure.gravatar.com/avatar/1",
            "//evil.example/a.png",
            "https://avatar.evil.example/a.png",
            "https://evil.public.atl-paas.net/a.png",
            "https://public.atl-paas.net/a.png",
            "http://avatar.public.atl-paas.net/a.png",
            "https://avatar.public.atl-paas.net:8443/a.png",
            "https://avatar.public.atl-paas.net.evil.example/a.png",
            "http://example.atlassian.net/wiki/a.png",
            "https://example.atlassian.net:8443/wiki/a.png",
            "https://user:pass@example.atlassian.net/wiki/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AAAA",
        ] {
            assert_eq!(avatar(elsewhere), None, "{elsewhere}");
        }
    }
}
