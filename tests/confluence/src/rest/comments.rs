//! Comments below pages: `/api/v2/footer-comments`.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::json as parse;
use super::library::{self, Draft, Edition};
use super::pages::{Body, Id, version_2};
use crate::caller::Caller;
use crate::crowd::At;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::Site;
use crate::spaces::{Content, ContentKind};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateRequest {
    page_id: Id,
    body: Body,
}

/// `POST /api/v2/footer-comments`.
pub(super) async fn create(
    At(site): At,
    caller: Caller,
    body: String,
) -> Result<Response, Refusal> {
    caller.require(Scope::Write)?;
    let CreateRequest { page_id, body } = parse(&body)?;
    let (page_id, body) = (page_id.into_text(), body.into_storage()?);
    let comment = add(&site, &caller, Edition::Version2, &page_id, body)?;
    let location = format!("{}/api/v2/footer-comments/{}", site.urls.base, comment.id);
    let shown = Json(version_2(&site, &comment, true));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], shown).into_response())
}

/// `GET /api/v2/footer-comments/{id}`.
pub(super) async fn show(
    At(site): At,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Read)?;
    let comment = site.read(|world| library::visible(world, &caller, &id))?;
    if comment.kind != ContentKind::Comment {
        return Err(Refusal::not_found(format!("{id} isn't a comment")));
    }
    Ok(Json(version_2(&site, &comment, true)))
}

/// `GET /api/v2/pages/{id}/footer-comments`.
pub(super) async fn list(
    At(site): At,
    Path(page_id): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    caller.require(Scope::Read)?;
    site.read(|world| library::visible(world, &caller, &page_id))?;
    let comments = site.read(|world| {
        let on_page = |content: &&Content| {
            content.kind == ContentKind::Comment
                && content.parent_id.as_deref() == Some(page_id.as_str())
        };
        world
            .contents
            .iter()
            .filter(on_page)
            .cloned()
            .collect::<Vec<_>>()
    });
    let results: Vec<_> = comments
        .iter()
        .map(|comment| version_2(&site, comment, true))
        .collect();
    Ok(Json(
        json!({"results": results, "_links": {"base": site.urls.base}}),
    ))
}

/// Puts a comment on a page.
pub(super) fn add(
    site: &Site,
    caller: &Caller,
    edition: Edition,
    page_id: &str,
    body: String,
) -> Result<Content, Refusal> {
    let page = site.read(|world| library::visible(world, caller, page_id))?;
    let draft = Draft {
        kind: ContentKind::Comment,
        space_id: page.space_id,
        parent_id: Some(page.id),
        title: format!("Re: {}", page.title),
        body,
    };
    library::create(site, caller, edition, draft)
}
