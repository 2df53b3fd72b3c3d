//! `/api/admin/pause`: one switch that stops every act of the tenant.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use onbehalf_contract::{Pause as PauseJson, PauseWish};

use super::people::{Names, somebody};
use super::words;
use crate::domain::tenant::Pause;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::json::JsonBody;
use crate::http::openapi::Problems;
use crate::http::problem::Failure;
use crate::use_cases::list_consents::names;
use crate::use_cases::pause_tenant::{PauseError, lift_pause, pause_tenant};

#[utoipa::path(
    put,
    path = "/api/admin/pause",
    tag = "admin",
    request_body(content = PauseWish, example = json!({"reason": "Something is wrong with the schedules."})),
    responses((status = 200, body = PauseJson, description = "Nothing is done any more"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn pause(
    State(api): State<Api>,
    admin: AdminCaller,
    JsonBody(PauseWish { reason }): JsonBody<PauseWish>,
) -> Result<Json<PauseJson>, Failure> {
    let reason = words(&reason, "a reason")?;
    let tenant = &admin.tenant;
    let pause = pause_tenant(&api.store, &*api.clock, &tenant.key, &admin.account, reason).await?;
    let names = names(&api.platform, tenant, std::slice::from_ref(&pause.by)).await;
    Ok(Json(as_json(&pause, &names)))
}

#[utoipa::path(
    delete,
    path = "/api/admin/pause",
    tag = "admin",
    responses((status = 204, description = "Everything goes on"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn lift(
    State(api): State<Api>,
    admin: AdminCaller,
) -> Result<StatusCode, Failure> {
    lift_pause(&api.store, &*api.clock, &admin.tenant.key, &admin.account).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(in crate::http) fn as_json(pause: &Pause, names: &Names) -> PauseJson {
    PauseJson {
        by: somebody(&pause.by, names),
        at: pause.at.to_string(),
        reason: pause.reason.clone(),
    }
}

impl From<PauseError> for Failure {
    fn from(error: PauseError) -> Self {
        match error {
            PauseError::Changed => Self::Changed(error.to_string()),
            PauseError::Store(error) => error.into(),
        }
    }
}
