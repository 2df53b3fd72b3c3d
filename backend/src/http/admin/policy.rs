//! `/api/admin/policy`: what the admins allow.

use axum::Json;
use axum::extract::State;
use onbehalf_contract::{AdminPolicy, PolicyEffects};

use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::json::JsonBody;
use crate::http::openapi::Problems;
use crate::http::problem::Failure;
use crate::use_cases::change_policy::{PolicyChangeError, change_policy, preview_policy};

#[utoipa::path(
    get,
    path = "/api/admin/policy",
    tag = "admin",
    responses((status = 200, body = AdminPolicy, description = "What is allowed"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn show(admin: AdminCaller) -> Json<AdminPolicy> {
    Json(admin.tenant.policy.as_admins_see_it())
}

#[utoipa::path(
    post,
    path = "/api/admin/policy/preview",
    tag = "admin",
    request_body = AdminPolicy,
    responses((status = 200, body = PolicyEffects, description = "What it would do"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn preview(
    State(api): State<Api>,
    admin: AdminCaller,
    JsonBody(wanted): JsonBody<AdminPolicy>,
) -> Result<Json<PolicyEffects>, Failure> {
    let now = api.clock.now();
    let effects = preview_policy(
        &api.store,
        &api.platform,
        &admin.tenant,
        &wanted,
        &api.notices,
        now,
    );
    Ok(Json(effects.await?))
}

#[utoipa::path(
    put,
    path = "/api/admin/policy",
    tag = "admin",
    request_body = AdminPolicy,
    responses((status = 200, body = AdminPolicy, description = "What is allowed from now on"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn change(
    State(api): State<Api>,
    admin: AdminCaller,
    JsonBody(wanted): JsonBody<AdminPolicy>,
) -> Result<Json<AdminPolicy>, Failure> {
    let policy = change_policy(
        &api.store,
        &api.platform,
        &*api.clock,
        &admin.tenant,
        &admin.account,
        &wanted,
    )
    .await?;
    Ok(Json(policy.as_admins_see_it()))
}

impl From<PolicyChangeError> for Failure {
    fn from(error: PolicyChangeError) -> Self {
        match error {
            PolicyChangeError::Bad(bad) => Self::Unacceptable(bad.to_string()),
            PolicyChangeError::Changed => Self::PolicyChanged,
            PolicyChangeError::Product(error) => error.into(),
            PolicyChangeError::Store(error) => error.into(),
        }
    }
}
