//! `/control/people`.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;

use super::Body;
use crate::crowd::At;
use crate::people::{People, PeopleError, Person, PersonChange};
use crate::refusal::Refusal;
use crate::spaces::Space;

pub(super) async fn list(At(site): At) -> Json<Vec<Person>> {
    Json(People::new(site).all())
}

pub(super) async fn add(
    At(site): At,
    Body(person): Body<Person>,
) -> Result<(StatusCode, Json<Person>), Refusal> {
    People::new(site).add(person.clone()).map_err(refuse)?;
    Ok((StatusCode::CREATED, Json(person)))
}

pub(super) async fn add_space(
    At(site): At,
    Path(who): Path<String>,
) -> Result<(StatusCode, Json<Space>), Refusal> {
    let space = People::new(site).add_personal_space(&who).map_err(refuse)?;
    Ok((StatusCode::CREATED, Json(space)))
}

/// `POST /people/{who}/updated`.
pub(super) async fn mark_updated(
    At(site): At,
    Path(who): Path<String>,
) -> Result<StatusCode, Refusal> {
    People::new(site).mark_updated(&who).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove(At(site): At, Path(who): Path<String>) -> Result<StatusCode, Refusal> {
    People::new(site).remove(&who).map_err(refuse)?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn show(At(site): At, Path(who): Path<String>) -> Result<Json<Person>, Refusal> {
    let person = People::new(site).get(&who);
    person
        .map(Json)
        .ok_or_else(|| refuse(PeopleError::Unknown(who)))
}

pub(super) async fn change(
    At(site): At,
    Path(who): Path<String>,
    Body(change): Body<PersonChange>,
) -> Result<Json<Person>, Refusal> {
    People::new(site)
        .change(&who, &change)
        .map(Json)
        .map_err(refuse)
}

fn refuse(error: PeopleError) -> Refusal {
    let status = match error {
        PeopleError::Unknown(_) => StatusCode::NOT_FOUND,
        PeopleError::Taken(_) => StatusCode::CONFLICT,
        PeopleError::AccountId(_) => StatusCode::BAD_REQUEST,
    };
    Refusal::new(status, error.to_string())
}
