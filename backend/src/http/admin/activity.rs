//! `/api/admin/activity`: what was done as anybody.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::{ActivityOf, AdminActivity, Outcome};
use serde::Deserialize;

use super::people::somebody;
use crate::capabilities::store::{ListCursor, Within};
use crate::domain::ids::{AccountId, ScheduleId};
use crate::http::activity::as_json;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::openapi::Problems;
use crate::http::paging::{PagingQuery, not_of_this_list};
use crate::http::problem::Failure;
use crate::use_cases::list_activity::{ActFilter, list_activity};
use crate::use_cases::list_consents::names;

/// Which acts.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ActsQuery {
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    schedule: Option<String>,
    #[serde(default)]
    result: Option<Outcome>,
    /// From this time on, and before that one, in RFC 3339.
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    pub(super) cursor: Option<String>,
    #[serde(default)]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Of an export.
    #[serde(default)]
    pub(super) format: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/admin/activity",
    tag = "admin",
    params(ActsQuery),
    responses((status = 200, body = AdminActivity, description = "Acts that match, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
    query: Result<Query<ActsQuery>, QueryRejection>,
) -> Result<Json<AdminActivity>, Failure> {
    let Query(query) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
    let limit = PagingQuery::limit(query.limit)?;
    let now = api.clock.now();
    let filter = query.filter(now)?;
    let cursor = query
        .cursor
        .map(|text| ListCursor::parse(&text).ok_or_else(not_of_this_list));
    let tenant = &admin.tenant;
    let page = list_activity(
        &api.store,
        &tenant.key,
        &filter,
        limit as usize,
        cursor.transpose()?,
        now,
    )
    .await?;
    let accounts: BTreeSet<AccountId> = page
        .acts
        .iter()
        .map(|act| act.of().account.clone())
        .collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    let names = names(&api.platform, tenant, &accounts).await;
    let items = page.acts.iter().map(|act| ActivityOf {
        person: somebody(&act.of().account, &names),
        act: as_json(act, now),
    });
    Ok(Json(AdminActivity {
        items: items.collect(),
        next: page.next.map(|place| place.text()),
    }))
}

impl ActsQuery {
    pub(super) fn filter(&self, now: Timestamp) -> Result<ActFilter, Failure> {
        let unacceptable = |error: &dyn std::fmt::Display| Failure::Unacceptable(error.to_string());
        let person = self.person.clone().map(AccountId::parse).transpose();
        let schedule = self.schedule.clone().map(ScheduleId::parse).transpose();
        let time = |text: &Option<String>| {
            let parsed = text.as_deref().map(str::parse::<Timestamp>).transpose();
            parsed.map_err(|_| {
                Failure::Unacceptable("a time is in RFC 3339, such as 2026-12-24T18:00:00Z".into())
            })
        };
        // What begins at this very moment belongs to it.
        let soon = now.saturating_add(SignedDuration::from_secs(1));
        let within = Within {
            from: time(&self.from)?.unwrap_or(Timestamp::UNIX_EPOCH),
            before: time(&self.to)?.unwrap_or(soon.unwrap_or(Timestamp::MAX)),
        };
        if within.from >= within.before {
            return Err(Failure::Unacceptable(
                "the time in `from` must be before the one in `to`".into(),
            ));
        }
        Ok(ActFilter {
            person: person.map_err(|error| unacceptable(&error))?,
            schedule: schedule.map_err(|error| unacceptable(&error))?,
            result: self.result,
            within,
        })
    }
}
