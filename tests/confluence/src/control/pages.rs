//! `/control/pages`: what is on the site, whoever may see it.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;

use super::Body;
use crate::crowd::At;
use crate::people::ALICE;
use crate::refusal::Refusal;
use crate::spaces::Content;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Add {
    /// The key of a space.
    space: String,
    title: String,
    /// In Confluence's storage format.
    #[serde(default)]
    body: String,
    /// A handle or an account id.
    #[serde(default = "alice")]
    author: String,
}

pub(super) async fn list(At(site): At) -> Json<Vec<Content>> {
    Json(site.read(|world| world.contents.clone()))
}

pub(super) async fn add(
    At(site): At,
    Body(Add {
        space,
        title,
        body,
        author,
    }): Body<Add>,
) -> Result<(StatusCode, Json<Content>), Refusal> {
    let author = site
        .person(&author)
        .ok_or_else(|| Refusal::not_found(format!("nobody here is called {author:?}")))?;
    let now = site.clock.now();
    let added = site.write(|world| {
        let found = world.space(|known| known.key == space).cloned();
        let space =
            found.ok_or_else(|| Refusal::not_found(format!("there is no space {space:?}")))?;
        let (id, above) = (world.next_id(), Some(space.homepage_id.as_str()));
        let page = Content::page(
            &id,
            &space.id,
            above,
            &title,
            &author.account_id,
            now,
            &body,
        );
        world.contents.push(page.clone());
        Ok(page)
    })?;
    Ok((StatusCode::CREATED, Json(added)))
}

pub(super) async fn show(At(site): At, Path(id): Path<String>) -> Result<Json<Content>, Refusal> {
    let found = site.read(|world| {
        world
            .contents
            .iter()
            .find(|content| content.id == id)
            .cloned()
    });
    found
        .map(Json)
        .ok_or_else(|| Refusal::not_found(format!("there is no content {id}")))
}

pub(super) async fn remove(At(site): At, Path(id): Path<String>) -> StatusCode {
    site.write(|world| world.contents.retain(|content| content.id != id));
    StatusCode::NO_CONTENT
}

fn alice() -> String {
    ALICE.to_owned()
}
