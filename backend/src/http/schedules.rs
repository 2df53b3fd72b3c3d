//! `/api/schedules`: what is scheduled for me.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use onbehalf_contract::{Run as RunJson, RunStarted, Schedule as ScheduleJson, Schedules};

use super::api::Api;
use super::caller::ApiCaller;
use super::problem::Failure;
use crate::domain::ids::ScheduleId;
use crate::domain::run::Run;
use crate::domain::schedule::Schedule;
use crate::use_cases::list_schedules::list_schedules;
use crate::use_cases::run_now::run_now;

pub(super) async fn list(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<Schedules>, Failure> {
    let schedules = list_schedules(&api.store, &caller.of).await?;
    let now = api.clock.now();
    let items = schedules
        .into_iter()
        .map(|(schedule, last)| as_json(schedule, last, now))
        .collect();
    Ok(Json(Schedules { items }))
}

pub(super) async fn run(
    State(api): State<Api>,
    caller: ApiCaller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<RunStarted>), Failure> {
    let id = ScheduleId::parse(id).map_err(|_| Failure::NoSuchSchedule)?;
    let run = run_now(&api.store, &*api.queue, &caller.of, &id, api.clock.now()).await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(RunStarted {
            id: run.text(),
            due: run.due.to_string(),
        }),
    ))
}

pub(super) fn as_json(schedule: Schedule, last: Option<Run>, now: jiff::Timestamp) -> ScheduleJson {
    ScheduleJson {
        id: schedule.id.to_string(),
        account_id: schedule.of.account.to_string(),
        title: schedule.title,
        when: schedule.when,
        action: schedule.action,
        fallback: schedule.fallback,
        state: schedule.state,
        last_run: last.map(|run| RunJson {
            id: run.id.text(),
            due: run.id.due.to_string(),
            result: run.result_at(now),
            link: run.link,
            reason: run.reason,
        }),
    }
}
