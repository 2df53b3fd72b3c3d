//! Confluence's people and groups, by their names.
//!
//! Every question here is open to a Connect app with the scope `READ`.

use std::collections::{BTreeSet, HashMap};

use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Deserialize;

use super::remembered::Asked;
use super::users::{BulkQuestion, ShownUser};
use super::{Connect, Inner};
use crate::capabilities::platform::{Directory, NamedGroup, NamedPerson, ProductError};
use crate::capabilities::store::KeepPace;
use crate::domain::ids::AccountId;
use crate::domain::tenant::Tenant;

/// How many people or groups are found, if no more are wanted.
const USUAL: usize = 25;

/// More people than this are not found at once. Confluence may give fewer.
const MOST_FOUND: usize = 200;

/// Confluence takes 100; so many ids fit well into a URL.
const MOST_IN_A_URL: usize = 50;

/// As many groups come on a page at most.
const GROUPS_ON_A_PAGE: usize = 200;

/// Nobody is in more groups than fit on so many pages.
const MOST_PAGES: usize = 50;

/// More of a name than this is not looked for, in characters.
const LONGEST_NAME: usize = 100;

/// Some groups, of which somebody is a member of at least one, or not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct OneOf(BTreeSet<String>);

impl<S: KeepPace> Directory for Connect<S> {
    async fn people(
        &self,
        tenant: &Tenant,
        accounts: &[AccountId],
    ) -> Result<HashMap<AccountId, NamedPerson>, ProductError> {
        let accounts: BTreeSet<&AccountId> = accounts.iter().collect();
        let accounts: Vec<&AccountId> = accounts.into_iter().collect();
        let mut people = HashMap::with_capacity(accounts.len());
        for portion in accounts.chunks(BulkQuestion::MOST) {
            let users = self.inner.users(tenant, portion).await?;
            let named = users
                .into_iter()
                .filter_map(|user| user.named(&tenant.site));
            people.extend(named.map(|person| (person.account.clone(), person)));
        }
        Ok(people)
    }

    /// Asks the search for users, which finds names of which a word begins with the text, and nobody without access to
    /// Confluence unless told to.
    /// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-search/#api-wiki-rest-api-search-user-get>
    async fn find_people(
        &self,
        tenant: &Tenant,
        name: &str,
        most: usize,
    ) -> Result<Vec<NamedPerson>, ProductError> {
        let Some(cql) = people_called(name) else {
            return Ok(Vec::new());
        };
        let most = most.clamp(USUAL, MOST_FOUND);
        let cql = encoded(&cql);
        // The operations tell who may use Confluence.
        let path = format!("/rest/api/search/user?cql={cql}&limit={most}&expand=operations");
        let found: Page<FoundUser> = self.inner.get_there(tenant, &path).await?;
        let users = found.results.into_iter().filter_map(|found| found.user);
        let active = users.filter(ShownUser::is_active_person);
        let people = active.filter_map(|user| user.named(&tenant.site));
        Ok(people.take(most).collect())
    }

    /// Asks the group picker; for no name at all, the list of groups.
    /// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-group/#api-wiki-rest-api-group-picker-get>
    async fn find_groups(
        &self,
        tenant: &Tenant,
        name: &str,
    ) -> Result<Vec<NamedGroup>, ProductError> {
        let name: String = name.trim().chars().take(LONGEST_NAME).collect();
        let path = if name.is_empty() {
            format!("/rest/api/group?limit={USUAL}")
        } else {
            let name = encoded(&name);
            format!("/rest/api/group/picker?query={name}&limit={USUAL}")
        };
        let found: Page<Group> = self.inner.get_there(tenant, &path).await?;
        let groups = found.results.into_iter().filter_map(Group::named);
        Ok(groups.take(USUAL).collect())
    }

    /// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-group/#api-wiki-rest-api-group-by-id-get>
    async fn group(&self, tenant: &Tenant, id: &str) -> Result<Option<NamedGroup>, ProductError> {
        if id.is_empty() {
            return Ok(None);
        }
        let path = format!("/rest/api/group/by-id?id={}", encoded(id));
        let group: Option<Group> = match self.inner.get(tenant, &path).await {
            // What cannot be an id is none.
            Err(ProductError::Refused(400)) => None,
            answer => answer?,
        };
        Ok(group.and_then(Group::named).filter(|group| group.id == id))
    }

    async fn is_member(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        groups: &[String],
    ) -> Result<bool, ProductError> {
        if groups.is_empty() {
            return Ok(false);
        }
        let now = self.inner.clock.now();
        let groups = OneOf(groups.iter().cloned().collect());
        let asked = Asked::of(tenant, account, groups.clone());
        if let Some(known) = self.inner.members.get(&asked, now) {
            return Ok(known);
        }
        let is_member = self.inner.is_in_one_of(tenant, account, &groups).await?;
        self.inner.members.put(asked, is_member, now);
        Ok(is_member)
    }
}

impl<S: KeepPace> Inner<S> {
    /// Users by their ids, of which [`BulkQuestion::MOST`] are asked for at most. Those that Confluence does not know are
    /// left out.
    async fn users(
        &self,
        tenant: &Tenant,
        ids: &[&AccountId],
    ) -> Result<Vec<ShownUser>, ProductError> {
        let question = BulkQuestion::about(ids.iter().copied());
        let answer: Result<Option<Page<ShownUser>>, _> =
            self.post(tenant, "/api/v2/users-bulk", &question).await;
        match answer {
            Ok(Some(page)) => Ok(page.results),
            // A site that does not offer it to the app.
            Ok(None) | Err(ProductError::Refused(403 | 410)) => {
                self.users_by_version_1(tenant, ids).await
            }
            Err(error) => Err(error),
        }
    }

    /// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-users/#api-wiki-rest-api-user-bulk-get>
    async fn users_by_version_1(
        &self,
        tenant: &Tenant,
        ids: &[&AccountId],
    ) -> Result<Vec<ShownUser>, ProductError> {
        let mut users = Vec::with_capacity(ids.len());
        for portion in ids.chunks(MOST_IN_A_URL) {
            let accounts = portion
                .iter()
                .map(|id| format!("accountId={}", encoded(id.as_str())));
            let accounts = accounts.collect::<Vec<_>>().join("&");
            let path = format!("/rest/api/user/bulk?{accounts}");
            let page: Page<ShownUser> = self.get_there(tenant, &path).await?;
            users.extend(page.results);
        }
        Ok(users)
    }

    /// Asks in which groups somebody is, page by page, until one of these is among them.
    /// <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-users/#api-wiki-rest-api-user-memberof-get>
    async fn is_in_one_of(
        &self,
        tenant: &Tenant,
        account: &AccountId,
        OneOf(groups): &OneOf,
    ) -> Result<bool, ProductError> {
        let account = encoded(account.as_str());
        let mut start = 0;
        for _ in 0..MOST_PAGES {
            let path = format!(
                "/rest/api/user/memberof?accountId={account}&start={start}&limit={GROUPS_ON_A_PAGE}"
            );
            let Some(page) = self.get::<Page<Group>>(tenant, &path).await? else {
                // Confluence does not know the account.
                return Ok(false);
            };
            let mut ids = page.results.iter().filter_map(|group| group.id.as_ref());
            if ids.any(|id| groups.contains(id)) {
                return Ok(true);
            }
            if page.is_last() {
                return Ok(false);
            }
            start += page.results.len();
        }
        Err(ProductError::Unavailable(
            "Confluence does not come to an end with the groups of an account".into(),
        ))
    }

    /// `GET` of what every site has.
    async fn get_there<T: serde::de::DeserializeOwned>(
        &self,
        tenant: &Tenant,
        path_and_query: &str,
    ) -> Result<T, ProductError> {
        let answer = self.get(tenant, path_and_query).await?;
        answer.ok_or(ProductError::Refused(404))
    }
}

/// Some of the results, of either API.
#[derive(Deserialize)]
struct Page<T> {
    results: Vec<T>,
    /// How many fit on this page, if it says: fewer than asked for, where Confluence has a limit of its own.
    limit: Option<usize>,
    #[serde(default, rename = "_links")]
    links: Links,
}

#[derive(Default, Deserialize)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct FoundUser {
    user: Option<ShownUser>,
}

#[derive(Deserialize)]
struct Group {
    id: Option<String>,
    name: Option<String>,
}

impl<T> Page<T> {
    /// Whether nothing comes after it: it does not name a next page, and is not full.
    fn is_last(&self) -> bool {
        let full = self.results.len() >= self.limit.unwrap_or(GROUPS_ON_A_PAGE);
        self.results.is_empty() || (self.links.next.is_none() && !full)
    }
}

impl Group {
    fn named(self) -> Option<NamedGroup> {
        Some(NamedGroup {
            id: self.id.filter(|id| !id.is_empty())?,
            name: self.name.filter(|name| !name.is_empty())?,
        })
    }
}

/// The query for people of this name, or for everybody if it is empty. `None`: nobody is called so.
///
/// Of ASCII only letters, digits and what names are spelt with are kept. So no text ends the quotation that it stands in,
/// and nothing in it means anything to Lucene, which reads it (`*`, `~`, `NOT`, a leading `-`).
/// <https://developer.atlassian.com/cloud/confluence/performing-text-searches-using-cql/>
fn people_called(name: &str) -> Option<String> {
    if name.trim().is_empty() {
        return Some("type=user".to_owned());
    }
    let kept = |letter: char| match letter {
        letter if letter.is_ascii() => letter.is_ascii_alphanumeric() || "'-._".contains(letter),
        letter => !letter.is_control(),
    };
    let text: String = name
        .chars()
        .take(LONGEST_NAME)
        .map(|letter| if kept(letter) { letter } else { ' ' })
        .collect();
    let words = text
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '-', '.', '_']));
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(|word| match word {
            // Their case does not matter to the search, but to Lucene these are operators.
            "AND" | "OR" | "NOT" => word.to_ascii_lowercase(),
            word => word.to_owned(),
        })
        .collect();
    (!words.is_empty()).then(|| format!("user.fullname~\"{}\"", words.join(" ")))
}

fn encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_becomes_a_query() {
        for (name, cql) in [
            ("Jo", r#"user.fullname~"Jo""#),
            ("  ali  ex ", r#"user.fullname~"ali ex""#),
            ("O'Brien-Smith", r#"user.fullname~"O'Brien-Smith""#),
            ("Zoë Łukasz", r#"user.fullname~"Zoë Łukasz""#),
            ("山田", r#"user.fullname~"山田""#),
            ("हिन्दी", r#"user.fullname~"हिन्दी""#),
            ("J. R. Smith", r#"user.fullname~"J R Smith""#),
            ("jo* OR type=page", r#"user.fullname~"jo or type page""#),
            (r#"jo" OR user="x"#, r#"user.fullname~"jo or user x""#),
            (r"jo\", r#"user.fullname~"jo""#),
            ("-jo NOT smith~", r#"user.fullname~"jo not smith""#),
        ] {
            assert_eq!(people_called(name).as_deref(), Some(cql), "{name}");
        }
        assert_eq!(people_called(" ").as_deref(), Some("type=user"));
        assert_eq!(people_called("*\"-"), None);
    }

    proptest! {
        #[test]
        fn no_name_leaves_its_quotation(name in "\\PC*") {
            if let Some(cql) = people_called(&name) {
                let text = cql.strip_prefix("user.fullname~\"").and_then(|cql| cql.strip_suffix('"'));
                match text {
                    Some(text) => prop_assert!(!text.is_empty() && !text.contains(['"', '\\', '*', '?', '~'])),
                    None => prop_assert_eq!(cql, "type=user"),
                }
            }
        }
    }

    #[test]
    fn pages_end_where_confluence_says() {
        let page = |page| {
            serde_json::from_value::<Page<Group>>(page)
                .unwrap()
                .is_last()
        };
        let group = json!({"type": "group", "name": "writers", "id": "1", "_links": {}});
        assert!(page(json!({"results": []})));
        assert!(page(
            json!({"results": [group], "start": 0, "limit": 200, "size": 1})
        ));
        let next = json!({"next": "/rest/api/user/memberof?start=1", "base": "https://example.atlassian.net/wiki"});
        assert!(!page(
            json!({"results": [group], "limit": 200, "_links": next})
        ));
        // Full, and of a site that names no next page.
        assert!(!page(json!({"results": [group], "limit": 1, "_links": {}})));
    }

    #[test]
    fn a_group_has_an_id_and_a_name() {
        let named = |group| serde_json::from_value::<Group>(group).unwrap().named();
        let writers = named(json!({"type": "group", "name": "writers", "id": "f05d"})).unwrap();
        assert_eq!(
            (writers.id.as_str(), writers.name.as_str()),
            ("f05d", "writers")
        );
        assert_eq!(named(json!({"type": "group", "name": "writers"})), None);
        assert_eq!(named(json!({"id": "f05d", "name": ""})), None);
    }
}
