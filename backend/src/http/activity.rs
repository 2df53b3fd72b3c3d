//! `/api/consent/activity`: what was done as me.

use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use onbehalf_contract::{Activity, ActivityPage};

use super::api::Api;
use super::caller::ApiCaller;
use super::openapi::Problems;
use super::paging::{Paging, PagingQuery, not_of_this_list};
use super::problem::Failure;
use crate::capabilities::store::{ActCursor, ActsPage};
use crate::domain::act::Act;
use crate::domain::ids::Subject;
use crate::domain::task::in_words;
use crate::use_cases::list_acts::list_acts;

#[utoipa::path(
    get,
    path = "/api/consent/activity",
    tag = "consent",
    params(PagingQuery),
    responses((status = 200, body = ActivityPage, description = "What was done as me, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    caller: ApiCaller,
    paging: Result<Query<PagingQuery>, QueryRejection>,
) -> Result<Json<ActivityPage>, Failure> {
    let paging = Paging::of(paging)?;
    let cursor = paging
        .cursor
        .map(|text| ActCursor::parse(&text, &caller.of).ok_or_else(not_of_this_list))
        .transpose()?;
    let page = list_acts(&api.store, &caller.of, paging.limit, cursor.as_ref()).await?;
    Ok(Json(page_as_json(&page, &caller.of, api.clock.now())))
}

/// A page of acts as the person sees it.
pub(super) fn page_as_json(page: &ActsPage, of: &Subject, now: jiff::Timestamp) -> ActivityPage {
    ActivityPage {
        items: page.acts.iter().map(|act| as_json(act, now)).collect(),
        next: page.next.as_ref().map(|cursor| cursor.text(of)),
    }
}

pub(super) fn as_json(act: &Act, now: jiff::Timestamp) -> Activity {
    let finished = act.finished.as_ref();
    Activity {
        id: act.run.text(),
        schedule: act.run.schedule.to_string(),
        what: in_words(&act.deed),
        did: act.deed.clone(),
        access: act.access,
        started_at: act.started_at.to_string(),
        finished_at: finished.map(|finished| finished.at.to_string()),
        outcome: act.outcome_at(now),
        status: finished.and_then(|finished| finished.status),
        link: finished.and_then(|finished| finished.link.clone()),
        as_app: act.as_app,
        settled: finished.is_some_and(|finished| finished.settled),
    }
}
