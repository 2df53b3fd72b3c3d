//! `/control/groups`.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;

use super::Body;
use crate::crowd::At;
use crate::groups::{Group, GroupError, Groups};
use crate::refusal::Refusal;

/// A group to be made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewGroup {
    name: String,
    id: Option<String>,
}

pub(super) async fn list(At(site): At) -> Json<Vec<Group>> {
    Json(Groups::new(site).all())
}

pub(super) async fn add(
    At(site): At,
    Body(NewGroup { name, id }): Body<NewGroup>,
) -> Result<(StatusCode, Json<Group>), Refusal> {
    let group = Groups::new(site).add(&name, id).map_err(refuse)?;
    Ok((StatusCode::CREATED, Json(group)))
}

pub(super) async fn remove(At(site): At, Path(group): Path<String>) -> Result<StatusCode, Refusal> {
    Groups::new(site).remove(&group).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn add_member(
    At(site): At,
    Path((group, who)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    Groups::new(site).add_member(&group, &who).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_member(
    At(site): At,
    Path((group, who)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    Groups::new(site)
        .remove_member(&group, &who)
        .map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refuse(error: GroupError) -> Refusal {
    let status = match error {
        GroupError::Unknown(_) | GroupError::UnknownPerson(_) => StatusCode::NOT_FOUND,
        GroupError::Taken(_) | GroupError::Follows(_) => StatusCode::CONFLICT,
        GroupError::Nameless => StatusCode::BAD_REQUEST,
        GroupError::Randomness => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Refusal::new(status, error.to_string())
}
