//! Pages in version 2: `/api/v2/pages`.

use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use super::json as parse;
use super::library::{self, Draft, Edition, Revision};
use crate::caller::Caller;
use crate::crowd::At;
use crate::gateway::Points;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::{Site, World};
use crate::spaces::{Content, ContentKind};

/// The body of a page or comment in a request: flat, or keyed by its representation.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Body {
    Flat {
        representation: String,
        value: String,
    },
    Nested {
        storage: Nested,
    },
}

#[derive(Deserialize)]
pub(super) struct Nested {
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    space_id: Id,
    #[serde(default)]
    status: Option<String>,
    title: String,
    #[serde(default)]
    parent_id: Option<Id>,
    #[serde(default)]
    body: Option<Body>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UpdateRequest {
    id: Id,
    status: String,
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

/// An id, which clients send as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Id {
    Text(String),
    Number(u64),
}

/// `POST /api/v2/pages`.
pub(super) async fn create(
    At(site): At,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Write)?;
    let request: CreateRequest = parse(&body)?;
    if request.status.is_some_and(|status| status != "current") {
        return Err(Refusal::bad_request(
            "status: this site makes only current pages",
        ));
    }
    let space_id = request.space_id.into_text();
    let home = site.read(|world| {
        world
            .space(|space| space.id == space_id)
            .map(|space| space.homepage_id.clone())
    });
    let draft = Draft {
        kind: ContentKind::Page,
        parent_id: request.parent_id.map(Id::into_text).or(home),
        title: request.title,
        body: request
            .body
            .map(Body::into_storage)
            .transpose()?
            .unwrap_or_default(),
        space_id,
    };
    let page = library::create(&site, &caller, Edition::Version2, draft)?;
    Ok(Json(version_2(&site, &page, true)))
}

/// `GET /api/v2/pages/{id}?body-format=storage`.
pub(super) async fn show(
    At(site): At,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let page = site.read(|world| page(world, &caller, &id))?;
    let with_body = query
        .get("body-format")
        .is_some_and(|format| format == "storage");
    Ok((
        Extension(Points(1)),
        Json(version_2(&site, &page, with_body)),
    )
        .into_response())
}

/// `GET /api/v2/pages?space-id=&title=`.
pub(super) async fn list(
    At(site): At,
    Query(query): Query<BTreeMap<String, String>>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(Scope::Read)?;
    let (space_ids, title) = (query.get("space-id"), query.get("title"));
    let found = site.read(|world| {
        let wanted = |content: &&Content| {
            content.kind == ContentKind::Page
                && space_ids.is_none_or(|ids| ids.split(',').any(|id| id == content.space_id))
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
        .map(|page| version_2(&site, page, false))
        .collect();
    let points = Points(u32::try_from(results.len()).unwrap_or(u32::MAX));
    Ok((
        Extension(points),
        Json(json!({"results": results, "_links": {"base": site.urls.base}})),
    )
        .into_response())
}

/// `PUT /api/v2/pages/{id}`; 409 unless `version.number` is the next one.
pub(super) async fn update(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Write)?;
    let request: UpdateRequest = parse(&body)?;
    if request.id.into_text() != id || request.status != "current" {
        return Err(Refusal::bad_request(
            "id must be the page's, and status must be current",
        ));
    }
    site.read(|world| page(world, &caller, &id))?;
    let VersionRequest { number, message } = request.version;
    let body = request.body.map(Body::into_storage).transpose()?;
    let revision = Revision {
        title: request.title,
        body,
        version: number,
        message,
    };
    let page = library::update(&site, &caller, Edition::Version2, &id, revision)?;
    Ok(Json(version_2(&site, &page, true)))
}

/// `DELETE /api/v2/pages/{id}`.
pub(super) async fn delete(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    library::delete(&site, &caller, Edition::Version2, &id)?;
    Ok(StatusCode::NO_CONTENT)
}

fn page(world: &World, caller: &Caller, id: &str) -> Result<Content, Refusal> {
    let content = library::visible(world, caller, id)?;
    match content.kind {
        ContentKind::Page => Ok(content),
        ContentKind::Comment => Err(Refusal::not_found(format!("{id} isn't a page"))),
    }
}

/// A page or comment as version 2 shows one.
pub(super) fn version_2(site: &Site, content: &Content, with_body: bool) -> Value {
    let body = match with_body {
        true => json!({"storage": {"representation": "storage", "value": content.body}}),
        false => json!({}),
    };
    let version = json!({
        "number": content.version.number,
        "message": content.version.message,
        "minorEdit": false,
        "authorId": content.version.author_id,
        "createdAt": content.version.created_at,
    });
    let key = site.read(|world| {
        world
            .space(|space| space.id == content.space_id)
            .map(|space| space.key.clone())
    });
    let mut shown = json!({
        "id": content.id,
        "status": "current",
        "title": content.title,
        "version": version,
        "body": body,
        "_links": {
            "webui": format!("/spaces/{}/pages/{}", key.unwrap_or_default(), content.id), "base": site.urls.base,
        },
    });
    match content.kind {
        ContentKind::Page => {
            shown["spaceId"] = json!(content.space_id);
            shown["parentId"] = json!(content.parent_id);
            shown["parentType"] = json!(content.parent_id.as_ref().map(|_| "page"));
            shown["authorId"] = json!(content.author_id);
            shown["ownerId"] = json!(content.author_id);
            shown["createdAt"] = json!(content.created_at);
        }
        ContentKind::Comment => shown["pageId"] = json!(content.parent_id),
    }
    shown
}

impl Id {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(id) => id,
            Self::Number(id) => id.to_string(),
        }
    }
}

impl Body {
    pub(super) fn into_storage(self) -> Result<String, Refusal> {
        match self {
            Self::Nested {
                storage: Nested { value },
            } => Ok(value),
            Self::Flat {
                representation,
                value,
            } if representation == "storage" => Ok(value),
            Self::Flat { representation, .. } => Err(Refusal::bad_request(format!(
                "representation {representation:?}: this site knows only storage"
            ))),
        }
    }
}
