//! `/api/admin/schedules`: everybody's.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use onbehalf_contract::{AdminSchedules, ScheduleOf};

use super::people::somebody;
use crate::capabilities::store::{ListCursor, ListTenant, ReadRuns, StoreError};
use crate::domain::ids::AccountId;
use crate::domain::schedule::Schedule;
use crate::domain::tenant::Tenant;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::openapi::Problems;
use crate::http::paging::{Paging, PagingQuery, not_of_this_list};
use crate::http::problem::Failure;
use crate::http::schedules::as_json;
use crate::use_cases::list_consents::names;

#[utoipa::path(
    get,
    path = "/api/admin/schedules",
    tag = "admin",
    params(PagingQuery),
    responses((status = 200, body = AdminSchedules, description = "Schedules, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
    paging: Result<Query<PagingQuery>, QueryRejection>,
) -> Result<Json<AdminSchedules>, Failure> {
    let paging = Paging::of(paging)?;
    let cursor = paging
        .cursor
        .map(|text| ListCursor::parse(&text).ok_or_else(not_of_this_list));
    let page = api
        .store
        .schedules_of(
            &admin.tenant.key,
            paging.limit,
            cursor.transpose()?.as_ref(),
        )
        .await?;
    Ok(Json(AdminSchedules {
        items: with_people(&api, &admin.tenant, page.items).await?,
        next: page.next.map(|place| place.text()),
    }))
}

/// Each with its person and its newest run.
pub(super) async fn with_people(
    api: &Api,
    tenant: &Tenant,
    schedules: Vec<Schedule>,
) -> Result<Vec<ScheduleOf>, StoreError> {
    let accounts: BTreeSet<AccountId> = schedules.iter().map(|it| it.of.account.clone()).collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    let names = names(&api.platform, tenant, &accounts).await;
    let newest = schedules
        .iter()
        .map(|schedule| api.store.runs(&schedule.of, &schedule.id, 1, None));
    let newest = futures_util::future::try_join_all(newest).await?;
    let now = api.clock.now();
    let with_runs = schedules.into_iter().zip(newest);
    Ok(with_runs
        .map(|(schedule, newest)| ScheduleOf {
            person: somebody(&schedule.of.account, &names),
            schedule: as_json(schedule, newest.runs.into_iter().next(), now),
        })
        .collect())
}
