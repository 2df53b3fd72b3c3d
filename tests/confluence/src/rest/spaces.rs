//! Spaces: `/api/v2/spaces` and `/rest/api/space`.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::caller::Caller;
use crate::crowd::At;
use crate::gateway::Points;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;
use crate::spaces::Space;

/// `GET /api/v2/spaces?keys=&ids=&type=`.
pub(super) async fn list(
    At(site): At,
    Query(query): Query<BTreeMap<String, String>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let listed = |parameter: &str, value: &str| {
        query
            .get(parameter)
            .is_none_or(|list| list.split(',').any(|one| one == value))
    };
    let wanted = |space: &Space| {
        listed("keys", &space.key) && listed("ids", &space.id) && listed("type", kind(space))
    };
    let results: Vec<_> = visible(&site, &caller, wanted)
        .iter()
        .map(|space| version_2(&site, space))
        .collect();
    Ok(priced(
        results.len(),
        json!({"results": results, "_links": {"base": site.urls.base}}),
    ))
}

/// `GET /api/v2/spaces/{id}`.
pub(super) async fn show(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    match visible(&site, &caller, |space| space.id == id).first() {
        Some(space) => Ok(priced(1, version_2(&site, space))),
        None => Err(Refusal::not_found(format!("No space with id: {id}"))),
    }
}

/// `GET /rest/api/space?spaceKey=`.
pub(super) async fn list_version_1(
    At(site): At,
    Query(query): Query<BTreeMap<String, String>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let wanted = |space: &Space| query.get("spaceKey").is_none_or(|key| *key == space.key);
    let results: Vec<_> = visible(&site, &caller, wanted)
        .iter()
        .map(|space| version_1(&site, space))
        .collect();
    let size = results.len();
    Ok(priced(
        size,
        json!({"results": results, "start": 0, "limit": size, "size": size, "_links": {"base": site.urls.base}}),
    ))
}

/// `GET /rest/api/space/{key}`.
pub(super) async fn show_version_1(
    At(site): At,
    Path(key): Path<String>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    match visible(&site, &caller, |space| space.key == key).first() {
        Some(space) => Ok(priced(1, version_1(&site, space))),
        None => Err(Refusal::not_found(format!("No space with key: {key}"))),
    }
}

fn visible(site: &Site, caller: &Caller, wanted: impl Fn(&Space) -> bool) -> Vec<Space> {
    site.read(|world| {
        let seen = world
            .spaces
            .iter()
            .filter(|space| world.may_view(caller, space) && wanted(space));
        seen.cloned().collect()
    })
}

fn version_2(site: &Site, space: &Space) -> Value {
    json!({
        "id": space.id,
        "key": space.key,
        "name": space.name,
        "type": kind(space),
        "status": "current",
        "authorId": space.owner,
        "homepageId": space.homepage_id,
        "_links": {"webui": format!("/spaces/{}", space.key), "base": site.urls.base},
    })
}

fn version_1(site: &Site, space: &Space) -> Value {
    json!({
        "id": space.id.parse::<u64>().ok(),
        "key": space.key,
        "name": space.name,
        "type": kind(space),
        "status": "current",
        "_links": {"webui": format!("/spaces/{}", space.key), "base": site.urls.base, "context": "/wiki"},
    })
}

fn kind(space: &Space) -> &'static str {
    if space.owner.is_some() {
        "personal"
    } else {
        "global"
    }
}

fn priced(spaces: usize, body: Value) -> Response {
    (
        Extension(Points(u32::try_from(spaces).unwrap_or(u32::MAX))),
        Json(body),
    )
        .into_response()
}
