//! `/api/admin/overview`: how the tenant stands.

use axum::Json;
use axum::extract::State;
use onbehalf_contract::{ActsOfDay, Overview as OverviewJson};

use super::pause;
use super::schedules::with_people;
use crate::capabilities::store::StoreError;
use crate::domain::tenant::Tenant;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::openapi::Problems;
use crate::http::problem::Failure;
use crate::use_cases::list_consents::names;
use crate::use_cases::see_overview::{Day, Overview, see_overview};

#[utoipa::path(
    get,
    path = "/api/admin/overview",
    tag = "admin",
    responses((status = 200, body = OverviewJson, description = "How the tenant stands"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn show(
    State(api): State<Api>,
    admin: AdminCaller,
) -> Result<Json<OverviewJson>, Failure> {
    Ok(Json(overview_as_json(&api, &admin.tenant).await?))
}

pub(in crate::http) async fn overview_as_json(
    api: &Api,
    tenant: &Tenant,
) -> Result<OverviewJson, StoreError> {
    let when = api.circumstances(tenant);
    let Overview {
        consents,
        days,
        more_acts,
        failing,
        ending_soon,
        accounts_gone,
    } = see_overview(&api.store, tenant, &when).await?;
    let paused = match &tenant.pause {
        None => None,
        Some(paused) => {
            let by = std::slice::from_ref(&paused.by);
            let names = names(&api.platform, tenant, by).await;
            Some(pause::as_json(paused, &names))
        }
    };
    Ok(OverviewJson {
        pause: paused,
        consents,
        days: days.into_iter().map(day_as_json).collect(),
        more_acts,
        failing: with_people(api, tenant, failing).await?,
        ending_soon,
        accounts_gone,
    })
}

fn day_as_json(day: Day) -> ActsOfDay {
    ActsOfDay {
        day: day.date.to_string(),
        done: day.done,
        failed: day.failed,
        unknown: day.unknown,
    }
}
