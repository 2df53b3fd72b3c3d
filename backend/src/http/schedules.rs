//! `/api/schedules`: what is scheduled for me.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use onbehalf_contract::{
    PreviewRequest, RunStarted, Schedule as ScheduleJson, ScheduleChange, SchedulePreview,
    ScheduleState, ScheduleWish, Schedules,
};
use serde::Deserialize;

use super::api::Api;
use super::caller::ApiCaller;
use super::in_path::InPath;
use super::json::{JsonBody, LONGEST_WISH};
use super::openapi::Problems;
use super::problem::Failure;
use super::runs;
use crate::capabilities::platform::PlannedRequest;
use crate::domain::ids::ScheduleId;
use crate::domain::run::Run;
use crate::domain::schedule::{Schedule, State as Standing};
use crate::domain::task::method_name;
use crate::use_cases::add_schedule::add_schedule;
use crate::use_cases::change_schedule::{change_schedule, delete_schedule};
use crate::use_cases::list_schedules::list_schedules;
use crate::use_cases::preview_schedule::preview_schedule;
use crate::use_cases::run_now::run_now;

#[utoipa::path(
    get,
    path = "/api/schedules",
    tag = "schedules",
    responses((status = 200, body = Schedules, description = "My schedules"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<Schedules>, Failure> {
    let now = api.clock.now();
    let schedules = list_schedules(&api.store, &caller.of, now).await?;
    let items = schedules
        .into_iter()
        .map(|(schedule, last)| as_json(schedule, last, now))
        .collect();
    Ok(Json(Schedules { items }))
}

#[utoipa::path(
    post,
    path = "/api/schedules",
    tag = "schedules",
    request_body(content = ScheduleWish, example = json!({
        "title": "Weekly report",
        "when": {"expression": "cron(0 9 ? * MON *)", "timeZone": "Europe/Berlin"},
        "action": {"kind": "appendToPage", "pageId": "65543", "body": "<p>Week {week}, {displayName}</p>"},
    })),
    responses((status = 201, body = ScheduleJson, description = "The new schedule"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn add(
    State(api): State<Api>,
    caller: ApiCaller,
    JsonBody(wish): JsonBody<ScheduleWish, LONGEST_WISH>,
) -> Result<(StatusCode, Json<ScheduleJson>), Failure> {
    let when = api.circumstances(&caller.tenant);
    let schedule = add_schedule(
        &api.store,
        &api.platform,
        &*api.timers,
        &caller.tenant,
        &caller.of,
        wish,
        &when,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(as_json(schedule, None, when.now))))
}

#[utoipa::path(
    post,
    path = "/api/schedules/preview",
    tag = "schedules",
    request_body(content = ScheduleWish, example = json!({
        "title": "Weekly report",
        "when": {"expression": "cron(0 9 ? * MON *)", "timeZone": "Europe/Berlin"},
        "action": {"kind": "appendToPage", "pageId": "65543", "body": "<p>Week {week}, {displayName}</p>"},
    })),
    responses((status = 200, body = SchedulePreview, description = "What it would do"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn preview(
    State(api): State<Api>,
    caller: ApiCaller,
    JsonBody(wish): JsonBody<ScheduleWish, LONGEST_WISH>,
) -> Result<Json<SchedulePreview>, Failure> {
    let now = api.clock.now();
    let preview = preview_schedule(&api.platform, &caller.tenant, &caller.of, wish, now).await?;
    Ok(Json(SchedulePreview {
        next_runs: preview.next_runs.iter().map(Timestamp::to_string).collect(),
        requests: preview.requests.into_iter().map(request_as_json).collect(),
        access: preview.access,
    }))
}

#[utoipa::path(
    patch,
    path = "/api/schedules/{id}",
    tag = "schedules",
    params(("id" = String, Path, description = "The schedule")),
    request_body(content = ScheduleChange, example = json!({"version": 1, "title": "Monthly report"})),
    responses((status = 200, body = ScheduleJson, description = "The schedule as it now is"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn change(
    State(api): State<Api>,
    caller: ApiCaller,
    InPath(id): InPath<String>,
    JsonBody(change): JsonBody<ScheduleChange, LONGEST_WISH>,
) -> Result<Json<ScheduleJson>, Failure> {
    let id = id_of(id)?;
    let when = api.circumstances(&caller.tenant);
    let (schedule, last) = change_schedule(
        &api.store,
        &api.platform,
        &*api.timers,
        &caller.tenant,
        (&caller.of, &id),
        change,
        &when,
    )
    .await?;
    Ok(Json(as_json(schedule, last, when.now)))
}

/// Which version is to be deleted.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Deletion {
    version: u64,
}

#[utoipa::path(
    delete,
    path = "/api/schedules/{id}",
    tag = "schedules",
    params(("id" = String, Path, description = "The schedule"), Deletion),
    responses((status = 204, description = "It is gone"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn delete(
    State(api): State<Api>,
    caller: ApiCaller,
    InPath(id): InPath<String>,
    deletion: Result<Query<Deletion>, QueryRejection>,
) -> Result<StatusCode, Failure> {
    let id = id_of(id)?;
    let Query(Deletion { version }) =
        deletion.map_err(|error| Failure::Malformed(error.body_text()))?;
    let when = api.circumstances(&caller.tenant);
    delete_schedule(&api.store, &*api.timers, &caller.of, &id, version, &when).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = "/api/schedules/{id}/run",
    tag = "schedules",
    params(("id" = String, Path, description = "The schedule")),
    responses((status = 202, body = RunStarted, description = "The run is on its way"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn run(
    State(api): State<Api>,
    caller: ApiCaller,
    InPath(id): InPath<String>,
) -> Result<(StatusCode, Json<RunStarted>), Failure> {
    let id = id_of(id)?;
    let now = api.clock.now();
    let run = run_now(
        &api.store,
        &*api.queue,
        &caller.tenant,
        &caller.of,
        &id,
        now,
    )
    .await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(RunStarted {
            id: run.text(),
            due: run.due.to_string(),
        }),
    ))
}

pub(super) fn id_of(id: String) -> Result<ScheduleId, Failure> {
    ScheduleId::parse(id).map_err(|_| Failure::NoSuchSchedule)
}

pub(super) fn as_json(schedule: Schedule, last: Option<Run>, now: Timestamp) -> ScheduleJson {
    let next_runs = schedule.next_runs(now);
    let (state, paused_because) = match schedule.state {
        Standing::Active => (ScheduleState::Active, None),
        Standing::Paused(because) => (ScheduleState::Paused, because),
        Standing::Deleted => (ScheduleState::Paused, None),
    };
    ScheduleJson {
        id: schedule.id.to_string(),
        account_id: schedule.of.account.to_string(),
        title: schedule.title,
        when: schedule.when,
        action: schedule.task.action(),
        fallback: schedule.fallback,
        state,
        paused_because,
        version: schedule.version,
        next_runs: next_runs.iter().map(Timestamp::to_string).collect(),
        last_run: last.map(|run| runs::as_json(run, now)),
    }
}

fn request_as_json(request: PlannedRequest) -> PreviewRequest {
    // For people to read. What cannot be indented is shown as it is.
    let body = request.body.map(|body| {
        serde_json::from_str::<serde_json::Value>(&body)
            .and_then(|json| serde_json::to_string_pretty(&json))
            .unwrap_or(body)
    });
    PreviewRequest {
        method: method_name(request.method).into(),
        path: request.path,
        body,
    }
}
