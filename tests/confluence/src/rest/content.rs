//! Content in version 1: `/rest/api/content`.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::comments;
use super::json as parse;
use super::library::{self, Draft, Edition, Revision};
use super::pages::{Body, Id};
use crate::caller::Caller;
use crate::crowd::At;
use crate::gateway::Points;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;
use crate::spaces::{Content, ContentKind};

#[derive(Deserialize)]
struct CreateRequest {
    #[serde(rename = "type")]
    kind: ContentKind,
    #[serde(default)]
    title: String,
    #[serde(default)]
    space: Option<SpaceRequest>,
    #[serde(default)]
    ancestors: Vec<Reference>,
    #[serde(default)]
    container: Option<Reference>,
    #[serde(default)]
    body: Option<Body>,
}

#[derive(Deserialize)]
struct SpaceRequest {
    key: String,
}

#[derive(Deserialize)]
struct Reference {
    id: Id,
}

#[derive(Deserialize)]
struct UpdateRequest {
    title: String,
    #[serde(default)]
    body: Option<Body>,
    version: VersionRequest,
}

#[derive(Deserialize)]
struct VersionRequest {
    number: u32,
    #[serde(default)]
    message: String,
}

/// `POST /rest/api/content`: a page or a comment.
pub(super) async fn create(
    At(site): At,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Write)?;
    let request: CreateRequest = parse(&body)?;
    let body = request
        .body
        .map(Body::into_storage)
        .transpose()?
        .unwrap_or_default();
    let content = match request.kind {
        ContentKind::Comment => {
            let page = request
                .container
                .ok_or_else(|| Refusal::bad_request("container is missing"))?;
            comments::add(
                &site,
                &caller,
                Edition::Version1,
                &page.id.into_text(),
                body,
            )?
        }
        ContentKind::Page => {
            let key = request
                .space
                .ok_or_else(|| Refusal::bad_request("space is missing"))?
                .key;
            let space = site.read(|world| world.space(|space| space.key == key).cloned());
            let space =
                space.ok_or_else(|| Refusal::not_found(format!("No space with key: {key}")))?;
            let parent = request
                .ancestors
                .into_iter()
                .next_back()
                .map(|ancestor| ancestor.id.into_text());
            let draft = Draft {
                kind: ContentKind::Page,
                space_id: space.id,
                parent_id: parent.or(Some(space.homepage_id)),
                title: request.title,
                body,
            };
            library::create(&site, &caller, Edition::Version1, draft)?
        }
    };
    Ok(Json(version_1(&site, &content)))
}

/// `GET /rest/api/content/{id}`.
pub(super) async fn show(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let content = site.read(|world| library::visible(world, &caller, &id))?;
    Ok((Extension(Points(1)), Json(version_1(&site, &content))).into_response())
}

/// `GET /rest/api/content?spaceKey=&title=`.
pub(super) async fn list(
    At(site): At,
    Query(query): Query<BTreeMap<String, String>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let (key, title) = (query.get("spaceKey"), query.get("title"));
    let found = site.read(|world| {
        let wanted = |content: &&Content| {
            let space = world.space(|space| space.id == content.space_id);
            content.kind == ContentKind::Page
                && key.is_none_or(|key| space.is_some_and(|space| space.key == *key))
                && title.is_none_or(|title| *title == content.title)
                && library::visible(world, &caller, &content.id).is_ok()
        };
        world
            .contents
            .iter()
            .filter(wanted)
            .cloned()
            .collect::<Vec<_>>()
    });
    let results: Vec<_> = found
        .iter()
        .map(|content| version_1(&site, content))
        .collect();
    let size = results.len();
    let points = Points(u32::try_from(size).unwrap_or(u32::MAX));
    let body = json!({"results": results, "start": 0, "limit": size, "size": size, "_links": {"base": site.urls.base}});
    Ok((Extension(points), Json(body)).into_response())
}

/// `PUT /rest/api/content/{id}`; 409 unless `version.number` is the next one.
pub(super) async fn update(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Write)?;
    let request: UpdateRequest = parse(&body)?;
    let VersionRequest { number, message } = request.version;
    let body = request.body.map(Body::into_storage).transpose()?;
    let revision = Revision {
        title: request.title,
        body,
        version: number,
        message,
    };
    let content = library::update(&site, &caller, Edition::Version1, &id, revision)?;
    Ok(Json(version_1(&site, &content)))
}

/// `DELETE /rest/api/content/{id}`.
pub(super) async fn delete(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    library::delete(&site, &caller, Edition::Version1, &id)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page or comment as version 1 shows one.
fn version_1(site: &Site, content: &Content) -> Value {
    let space = site.read(|world| world.space(|space| space.id == content.space_id).cloned());
    let (key, name) = space
        .map(|space| (space.key, space.name))
        .unwrap_or_default();
    let kind = match content.kind {
        ContentKind::Page => "page",
        ContentKind::Comment => "comment",
    };
    json!({
        "id": content.id,
        "type": kind,
        "status": "current",
        "title": content.title,
        "space": {"key": key, "name": name},
        "version": {
            "number": content.version.number,
            "when": content.version.created_at,
            "by": {"type": "known", "accountId": content.version.author_id},
            "message": content.version.message,
        },
        "history": {
            "latest": true,
            "createdDate": content.created_at,
            "createdBy": {"type": "known", "accountId": content.author_id},
        },
        "body": {"storage": {"representation": "storage", "value": content.body}},
        "_links": {
            "self": format!("{}/rest/api/content/{}", site.urls.base, content.id),
            "webui": format!("/spaces/{key}/pages/{}", content.id),
            "base": site.urls.base,
            "context": "/wiki",
        },
    })
}
