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

/// Which acts, and which part of the list.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    person: Option<String>,
    schedule: Option<String>,
    result: Option<Outcome>,
    /// From this time on, and before that one, in RFC 3339.
    from: Option<String>,
    to: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// Which acts, as it is written.
pub(super) struct Wanted {
    pub(super) person: Option<String>,
    pub(super) schedule: Option<String>,
    pub(super) result: Option<Outcome>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/admin/activity",
    tag = "admin",
    params(ListQuery),
    responses((status = 200, body = AdminActivity, description = "Acts that match, newest first"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<AdminActivity>, Failure> {
    let Query(ListQuery {
        person,
        schedule,
        result,
        from,
        to,
        cursor,
        limit,
    }) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
    let limit = PagingQuery::limit(limit)?;
    let now = api.clock.now();
    let wanted = Wanted {
        person,
        schedule,
        result,
        from,
        to,
    };
    let filter = wanted.filter(now)?;
    let cursor = cursor.map(|text| ListCursor::parse(&text).ok_or_else(not_of_this_list));
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

impl Wanted {
    pub(super) fn filter(self, now: Timestamp) -> Result<ActFilter, Failure> {
        let unacceptable = |error: &dyn std::fmt::Display| Failure::Unacceptable(error.to_string());
        let person = self.person.map(AccountId::parse).transpose();
        let schedule = self.schedule.map(ScheduleId::parse).transpose();
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
