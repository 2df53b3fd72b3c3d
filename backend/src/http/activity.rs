//! `/api/consent/activity`: what was done as me.

use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use onbehalf_contract::{Activity, ActivityPage};
use serde::Deserialize;

use super::api::Api;
use super::caller::ApiCaller;
use super::problem::Failure;
use crate::capabilities::store::{ActCursor, ActsPage};
use crate::domain::act::Act;
use crate::domain::ids::Subject;
use crate::domain::schedule::in_words;
use crate::use_cases::list_acts::list_acts;

pub(super) const USUAL_LIMIT: u32 = 25;
const HIGHEST_LIMIT: u32 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    cursor: Option<String>,
    limit: Option<u32>,
}

pub(super) async fn list(
    State(api): State<Api>,
    caller: ApiCaller,
    paging: Result<Query<Paging>, QueryRejection>,
) -> Result<Json<ActivityPage>, Failure> {
    let Query(paging) = paging.map_err(|error| Failure::Malformed(error.body_text()))?;
    let limit = paging.limit.unwrap_or(USUAL_LIMIT);
    if !(1..=HIGHEST_LIMIT).contains(&limit) {
        return Err(Failure::Unacceptable(format!(
            "a page has 1 to {HIGHEST_LIMIT} items"
        )));
    }
    let cursor = paging
        .cursor
        .map(|text| {
            ActCursor::parse(&text, &caller.of)
                .ok_or_else(|| Failure::Unacceptable("the cursor is not one of this list".into()))
        })
        .transpose()?;
    let page = list_acts(&api.store, &caller.of, limit, cursor.as_ref()).await?;
    Ok(Json(page_as_json(&page, &caller.of, api.clock.now())))
}

/// A page of acts as the person sees it.
pub(super) fn page_as_json(page: &ActsPage, of: &Subject, now: jiff::Timestamp) -> ActivityPage {
    ActivityPage {
        items: page.acts.iter().map(|act| as_json(act, now)).collect(),
        next: page.next.as_ref().map(|cursor| cursor.text(of)),
    }
}

fn as_json(act: &Act, now: jiff::Timestamp) -> Activity {
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
    }
}
