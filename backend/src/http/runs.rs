//! `/api/schedules/{id}/runs`: how the runs of my schedule went.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::Timestamp;
use onbehalf_contract::{Run as RunJson, RunsPage, Settlement};

use super::api::Api;
use super::caller::ApiCaller;
use super::in_path::InPath;
use super::json::JsonBody;
use super::openapi::Problems;
use super::paging::{Paging, PagingQuery, not_of_this_list};
use super::problem::Failure;
use super::schedules::id_of;
use crate::capabilities::store::ReadRuns;
use crate::domain::run::{Run, RunId};
use crate::use_cases::settle_run::settle_run;

#[utoipa::path(
    get,
    path = "/api/schedules/{id}/runs",
    tag = "schedules",
    params(("id" = String, Path, description = "The schedule"), PagingQuery),
    responses((status = 200, body = RunsPage, description = "Its runs, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: ApiCaller,
    InPath(id): InPath<String>,
    paging: Result<Query<PagingQuery>, QueryRejection>,
) -> Result<Json<RunsPage>, Failure> {
    let id = id_of(id)?;
    let paging = Paging::of(paging)?;
    let before = paging
        .cursor
        .map(|cursor| time_of(&cursor).ok_or_else(not_of_this_list))
        .transpose()?;
    let page = api
        .store
        .runs(&caller.of, &id, paging.limit, before)
        .await?;
    let next = page.runs.last().filter(|_| page.more);
    let next = next.map(|run| run.id.due.as_millisecond().to_string());
    let now = api.clock.now();
    let items = page.runs.into_iter().map(|run| as_json(run, now)).collect();
    Ok(Json(RunsPage { items, next }))
}

#[utoipa::path(
    post,
    path = "/api/schedules/{id}/runs/{run}/settle",
    tag = "schedules",
    params(("id" = String, Path, description = "The schedule"), ("run" = String, Path, description = "The run")),
    request_body(content = Settlement, example = json!({"done": true})),
    responses((status = 200, body = RunJson, description = "The run as it now is"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn settle(
    State(api): State<Api>,
    caller: ApiCaller,
    InPath((id, run)): InPath<(String, String)>,
    JsonBody(Settlement { done }): JsonBody<Settlement>,
) -> Result<Json<RunJson>, Failure> {
    let id = id_of(id)?;
    // A run's id is its schedule's, a dot, and the time that it was due.
    let due = run
        .strip_prefix(id.as_str())
        .and_then(|rest| rest.strip_prefix('.'))
        .and_then(time_of)
        .ok_or(Failure::NoSuchRun)?;
    let now = api.clock.now();
    let run = RunId::new(caller.of, id, due);
    let run = settle_run(&api.store, &run, done, now).await?;
    Ok(Json(as_json(run, now)))
}

/// From milliseconds since 1970.
fn time_of(text: &str) -> Option<Timestamp> {
    Timestamp::from_millisecond(text.parse().ok()?).ok()
}

pub(super) fn as_json(run: Run, now: Timestamp) -> RunJson {
    RunJson {
        id: run.id.text(),
        due: run.id.due.to_string(),
        result: run.result_at(now),
        link: run.link,
        reason: run.reason,
        again_at: run.again_at.map(|at| at.to_string()),
        as_app: run.as_app,
        settled: run.settled,
    }
}
