//! Groups: `/rest/api/group…` and `/rest/api/user/memberof`.
//!
//! <https://developer.atlassian.com/cloud/confluence/rest/v1/api-group-group/>

use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::users;
use crate::caller::Caller;
use crate::crowd::At;
use crate::groups::Group;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;

/// The most on one page, of groups and of their members; as many come if none are asked for.
const MOST: usize = 200;

/// Which part of a list is wanted.
#[derive(Deserialize)]
pub(super) struct Page {
    #[serde(default)]
    start: usize,
    limit: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Picked {
    query: Option<String>,
    #[serde(default)]
    start: usize,
    limit: Option<usize>,
    #[serde(default)]
    should_return_total_size: bool,
}

#[derive(Deserialize)]
pub(super) struct ById {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MemberOf {
    account_id: Option<String>,
    #[serde(default)]
    start: usize,
    limit: Option<usize>,
}

/// `GET /rest/api/group?start=&limit=`: all groups by their names.
pub(super) async fn list(
    At(site): At,
    Query(page): Query<Page>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let found = groups(&site, |_| true);
    Ok(page.of(&site, "/rest/api/group?", &found, false))
}

/// `GET /rest/api/group/picker?query=`: groups whose names hold a text, in whatever case.
pub(super) async fn picker(
    At(site): At,
    Query(picked): Query<Picked>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let query = picked
        .query
        .ok_or_else(|| Refusal::bad_request("query is missing"))?;
    let wanted = query.to_lowercase();
    let found = groups(&site, |group| group.name.to_lowercase().contains(&wanted));
    let page = Page {
        start: picked.start,
        limit: picked.limit,
    };
    let path = format!(
        "/rest/api/group/picker?query={}&",
        crate::qsh::encode(&query)
    );
    Ok(page.of(&site, &path, &found, picked.should_return_total_size))
}

/// `GET /rest/api/group/by-id?id=`.
pub(super) async fn by_id(
    At(site): At,
    Query(ById { id }): Query<ById>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let id = id.ok_or_else(|| Refusal::bad_request("id is missing"))?;
    let found = groups(&site, |group| group.id == id);
    let group = found
        .first()
        .ok_or_else(|| Refusal::not_found(format!("No group found with id: {id}")))?;
    Ok(users::priced(1, group.clone()))
}

/// `GET /rest/api/group/{id}/membersByGroupId`.
pub(super) async fn members(
    At(site): At,
    Path(id): Path<String>,
    Query(page): Query<Page>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let people = site.read(|world| {
        let group = world.groups.iter().find(|group| group.id == id)?;
        let members = world.people.iter().filter(|person| group.has(person));
        Some(members.cloned().collect::<Vec<_>>())
    });
    let people =
        people.ok_or_else(|| Refusal::not_found(format!("No group found with id: {id}")))?;
    let found: Vec<_> = people
        .iter()
        .map(|person| users::version_1(&site, person, &users::Query::default()))
        .collect();
    let path = format!(
        "/rest/api/group/{}/membersByGroupId?",
        crate::qsh::encode(&id)
    );
    Ok(page.of(&site, &path, &found, false))
}

/// `GET /rest/api/user/memberof?accountId=`.
pub(super) async fn member_of(
    At(site): At,
    Query(asked): Query<MemberOf>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let account_id = asked
        .account_id
        .ok_or_else(|| Refusal::bad_request("accountId is missing"))?;
    let person = site
        .account(&account_id)
        .ok_or_else(|| Refusal::not_found("No user found"))?;
    let found = groups(&site, |group| group.has(&person));
    let page = Page {
        start: asked.start,
        limit: asked.limit,
    };
    let path = format!(
        "/rest/api/user/memberof?accountId={}&",
        crate::qsh::encode(&account_id)
    );
    Ok(page.of(&site, &path, &found, false))
}

/// Some groups as the API shows them, by their names.
fn groups(site: &Site, wanted: impl Fn(&Group) -> bool) -> Vec<Value> {
    let mut groups = site.read(|world| world.groups.clone());
    groups.retain(wanted);
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups.iter().map(version_1).collect()
}

fn version_1(Group { id, name, .. }: &Group) -> Value {
    json!({"type": "group", "name": name, "id": id, "_links": {}})
}

impl Page {
    /// This part of a list, at `path`, which ends where the place in the list is to be said.
    fn of(&self, site: &Site, path: &str, all: &[Value], with_total: bool) -> Response {
        let limit = self.limit.unwrap_or(MOST).min(MOST);
        let page: Vec<_> = all.iter().skip(self.start).take(limit).collect();
        let count = page.len();
        let mut links = users::links(site);
        let next = self.start.saturating_add(count);
        if count > 0 && next < all.len() {
            links["next"] = json!(format!("{path}start={next}&limit={limit}"));
        }
        let mut body = json!({
            "results": page, "start": self.start, "limit": limit, "size": count, "_links": links
        });
        if with_total {
            body["totalSize"] = json!(all.len());
        }
        users::priced(count, body)
    }
}
