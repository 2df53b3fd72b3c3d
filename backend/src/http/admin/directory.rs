//! `/api/admin/people` and `/api/admin/groups`: to find them by their names.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use onbehalf_contract::{Group, Groups, People};
use serde::Deserialize;

use super::people::named;
use crate::capabilities::platform::Directory;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::openapi::Problems;
use crate::http::problem::Failure;

const MOST: usize = 25;

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Search {
    #[param(min_length = 1, max_length = 100)]
    search: String,
}

#[utoipa::path(
    get,
    path = "/api/admin/people",
    tag = "admin",
    params(Search),
    responses((status = 200, body = People, description = "People of this name"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn people(
    State(api): State<Api>,
    admin: AdminCaller,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Json<People>, Failure> {
    let name = name_of(search)?;
    let found = api.platform.find_people(&admin.tenant, &name, MOST).await?;
    Ok(Json(People {
        items: found.into_iter().map(named).collect(),
    }))
}

#[utoipa::path(
    get,
    path = "/api/admin/groups",
    tag = "admin",
    params(Search),
    responses((status = 200, body = Groups, description = "Groups of this name"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn groups(
    State(api): State<Api>,
    admin: AdminCaller,
    search: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Groups>, Failure> {
    let name = name_of(search)?;
    let found = api.platform.find_groups(&admin.tenant, &name).await?;
    let items = found.into_iter().map(|group| Group {
        id: group.id,
        name: group.name,
    });
    Ok(Json(Groups {
        items: items.collect(),
    }))
}

fn name_of(search: Result<Query<Search>, QueryRejection>) -> Result<String, Failure> {
    let Query(Search { search }) = search.map_err(|error| Failure::Malformed(error.body_text()))?;
    let name = search.trim();
    let fits = (1..=100).contains(&name.chars().count());
    fits.then(|| name.to_owned())
        .ok_or_else(|| Failure::Unacceptable("a search has 1 to 100 characters".into()))
}
