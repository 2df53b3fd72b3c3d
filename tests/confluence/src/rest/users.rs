//! Users: `/rest/api/user…` and `/api/v2/users-bulk`.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};

use super::json as parse;
use crate::caller::Caller;
use crate::crowd::At;
use crate::gateway::Points;
use crate::people::{AccountState, AccountType, Person};
use crate::qsh::encode;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;

/// A user costs two points more than the call.
const IDENTITY_POINTS: u32 = 2;
/// More account ids than this are left out.
const MOST_IN_BULK: usize = 100;
const MOST_IN_BULK_2: usize = 250;

/// `GET /rest/api/user?accountId=&expand=`.
pub(super) async fn user(
    At(site): At,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let query = Query::parse(query.as_deref());
    let account_id = query
        .accounts
        .first()
        .ok_or_else(|| Refusal::bad_request("accountId is missing"))?;
    let person = site.account(account_id).ok_or_else(|| {
        Refusal::not_found(format!("No user found with account id: {account_id}"))
    })?;
    let mut user = version_1(&site, &person, &query);
    // Only here: lists and searches tell no status.
    user["accountStatus"] = json!(person.state.as_str());
    Ok(priced(1, user))
}

/// `GET /rest/api/user/current`.
pub(super) async fn current(
    At(site): At,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Refusal> {
    let query = Query::parse(query.as_deref());
    let Some(account_id) = caller.account_id() else {
        return Ok(priced(1, anonymous_user(&site)));
    };
    caller.require(Scope::Read)?;
    let person = site
        .account(account_id)
        .ok_or_else(|| Refusal::unauthorized("the account is gone"))?;
    Ok(priced(1, version_1(&site, &person, &query)))
}

/// `GET /rest/api/user/anonymous`.
pub(super) async fn anonymous(At(site): At, caller: Caller) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    Ok(priced(1, anonymous_user(&site)))
}

/// `GET /rest/api/user/bulk?accountId=&accountId=`.
pub(super) async fn bulk(
    At(site): At,
    RawQuery(query): RawQuery,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let query = Query::parse(query.as_deref());
    let found = query
        .accounts
        .iter()
        .take(MOST_IN_BULK)
        .filter_map(|account_id| site.account(account_id));
    let results: Vec<_> = found
        .map(|person| version_1(&site, &person, &query))
        .collect();
    let count = results.len();
    let body = json!({"results": results, "start": 0, "limit": MOST_IN_BULK, "size": count, "_links": links(&site)});
    Ok(priced(count, body))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BulkRequest {
    account_ids: Vec<String>,
}

/// `POST /api/v2/users-bulk`.
pub(super) async fn bulk_version_2(
    At(site): At,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Read)?;
    let BulkRequest { account_ids } = parse(&body)?;
    if !(1..=MOST_IN_BULK_2).contains(&account_ids.len()) {
        return Err(Refusal::bad_request("accountIds must be 1 to 250"));
    }
    let found = account_ids
        .iter()
        .filter_map(|account_id| site.account(account_id));
    let results: Vec<_> = found.map(|person| version_2(&site, &person)).collect();
    Ok(Json(
        json!({"results": results, "_links": {"base": site.urls.base}}),
    ))
}

/// The parameters of these calls.
#[derive(Default)]
pub(super) struct Query {
    accounts: Vec<String>,
    operations: bool,
    personal_space: bool,
}

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Self {
        let mut parsed = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match name.as_ref() {
                "accountId" => parsed.accounts.push(value.into_owned()),
                "expand" => {
                    let expands: Vec<_> = value.split(',').map(str::trim).collect();
                    parsed.operations |= expands.contains(&"operations");
                    parsed.personal_space |= expands.contains(&"personalSpace");
                }
                _ => {}
            }
        }
        parsed
    }
}

/// A user as version 1 shows one.
pub(super) fn version_1(site: &Site, person: &Person, query: &Query) -> Value {
    let name = person.shown_name();
    let mut user = json!({
        "type": "known",
        "accountId": person.account_id,
        "accountType": person.account_type.as_str(),
        "email": "",
        "publicName": name,
        "displayName": name,
        "timeZone": if person.state == AccountState::Closed { None } else { Some(&person.time_zone) },
        "profilePicture": {
            "path": format!("/wiki/aa-avatar/{}", person.account_id), "width": 48, "height": 48, "isDefault": true
        },
        "isExternalCollaborator": false,
        "isGuest": false,
        "_expandable": {"operations": "", "personalSpace": ""},
        "_links": {
            "self": format!("{}/rest/api/user?accountId={}", site.urls.base, encode(&person.account_id)),
            "base": site.urls.base, "context": "/wiki",
        },
    });
    if query.operations {
        user["operations"] = operations(person);
    }
    if query.personal_space
        && let Some(space) = site.read(|world| {
            world
                .space(|space| space.owner.as_ref() == Some(&person.account_id))
                .cloned()
        })
    {
        user["personalSpace"] = json!({"id": number(&space.id), "key": space.key, "name": space.name, "type": "personal"});
    }
    user
}

/// A user as version 2 shows one.
fn version_2(site: &Site, person: &Person) -> Value {
    let name = person.shown_name();
    let personal_space = site.read(|world| {
        let own = world.space(|space| space.owner.as_ref() == Some(&person.account_id));
        own.map(|space| space.id.clone())
    });
    json!({
        "accountId": person.account_id,
        "accountType": person.account_type.as_str(),
        "accountStatus": person.state.as_str(),
        "displayName": name,
        "publicName": name,
        "email": "",
        "timeZone": person.time_zone,
        "personalSpaceId": personal_space,
        "isExternalCollaborator": false,
        "profilePicture": {
            "path": format!("/wiki/aa-avatar/{}", person.account_id), "width": 48, "height": 48, "isDefault": true
        },
    })
}

/// What an account may do on the whole site; nothing, if it can't use Confluence.
fn operations(person: &Person) -> Value {
    let operation = |name: &str, target: &str| json!({"operation": name, "targetType": target});
    let mut operations = Vec::new();
    if person.may_use_confluence() {
        operations.push(operation("use", "application"));
        if person.account_type == AccountType::Atlassian {
            operations.push(operation("create", "space"));
        }
    }
    if person.administers() {
        operations.push(operation("administer", "application"));
    }
    Value::Array(operations)
}

fn anonymous_user(site: &Site) -> Value {
    json!({
        "type": "anonymous", "displayName": "Anonymous", "publicName": "Anonymous",
        "profilePicture": {"path": "/wiki/aa-avatar/anonymous", "width": 48, "height": 48, "isDefault": true},
        "_links": links(site),
    })
}

pub(super) fn links(site: &Site) -> Value {
    json!({"base": site.urls.base, "context": "/wiki"})
}

/// Version 1 has ids of spaces as numbers.
fn number(id: &str) -> Value {
    id.parse::<u64>()
        .map_or_else(|_| json!(id), |number| json!(number))
}

pub(super) fn priced(users: usize, body: Value) -> Response {
    let points = u32::try_from(users)
        .unwrap_or(u32::MAX)
        .saturating_mul(IDENTITY_POINTS);
    // An extension of the answer: the gateway takes the points from the quota.
    (Extension(Points(points)), Json(body)).into_response()
}
