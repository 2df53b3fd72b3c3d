//! `/api/admin/consents`: everybody's.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use onbehalf_contract::{
    Access, AdminConsent, AdminConsentEvent, AdminConsentRow, AdminConsents, AdminRevoke,
    Consent as ConsentJson, ConsentSort, ConsentState, RevokeMany, RevokedMany, Which,
};
use serde::Deserialize;

use super::people::{Names, ask_as_json, somebody};
use super::words;
use crate::domain::consent::{Circumstances, Revoker, Standing};
use crate::domain::consent_event::{Actor, ConsentEvent, What};
use crate::domain::ids::{AccountId, Subject};
use crate::http::activity::page_as_json;
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::consent::{as_json, because, state};
use crate::http::in_path::InPath;
use crate::http::json::{JsonBody, LONGEST_SELECTION};
use crate::http::openapi::Problems;
use crate::http::paging::{PagingQuery, USUAL_LIMIT, not_of_this_list};
use crate::http::problem::Failure;
use crate::http::schedules;
use crate::use_cases::list_consents::{Filter, ListError, Order, Place, Row, list_consents, names};
use crate::use_cases::revoke::revoke;
use crate::use_cases::revoke_many::{RevokeManyError, Selection, Wanted, revoke_many};
use crate::use_cases::see_person::{SeeError, see_person};

/// How many accounts can be named one by one.
const MOST_NAMED: usize = 10_000;

/// In characters.
const LONGEST_SEARCH: usize = 100;

/// Which consents, and in what order.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    #[serde(default)]
    #[param(max_length = 100)]
    search: Option<String>,
    #[serde(default)]
    state: Option<ConsentState>,
    #[serde(default)]
    access: Option<Access>,
    /// `since`, `until`, `state` or `access`; with `-` in front, the other way round.
    #[serde(default)]
    sort: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

#[utoipa::path(
    get,
    path = "/api/admin/consents",
    tag = "admin",
    params(ListQuery),
    responses((status = 200, body = AdminConsents, description = "Consents that match"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Json<AdminConsents>, Failure> {
    let Query(query) = query.map_err(|error| Failure::Malformed(error.body_text()))?;
    let limit = PagingQuery::limit(query.limit)?;
    let order = order_of(query.sort.as_deref())?;
    let after = query
        .cursor
        .map(|cursor| Place::parse(&cursor).ok_or_else(not_of_this_list));
    let after = after.transpose()?;
    let filter = filter_of(query.search, query.state, query.access)?;
    let when = api.circumstances(&admin.tenant);
    let page = list_consents(
        &api.store,
        &api.platform,
        &admin.tenant,
        &filter,
        order,
        (limit as usize, after.as_ref()),
        &when,
    )
    .await?;
    Ok(Json(AdminConsents {
        items: page
            .rows
            .into_iter()
            .map(|row| row_as_json(row, &when))
            .collect(),
        total: page.total,
        next: page.next.map(|place| place.text()),
    }))
}

#[utoipa::path(
    get,
    path = "/api/admin/consents/{account}",
    tag = "admin",
    params(("account" = String, Path, description = "The accountId")),
    responses((status = 200, body = AdminConsent, description = "One consent, whole"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn see(
    State(api): State<Api>,
    admin: AdminCaller,
    InPath(account): InPath<String>,
) -> Result<Json<AdminConsent>, Failure> {
    let account = AccountId::parse(account).map_err(|_| Failure::NoSuchConsent)?;
    let of = Subject {
        tenant: admin.tenant.key.clone(),
        account,
    };
    let when = api.circumstances(&admin.tenant);
    let seen = see_person(&api.store, &of, USUAL_LIMIT, when.now).await?;
    if seen.consent.is_none() && seen.ask.is_none() {
        return Err(Failure::NoSuchConsent);
    }
    let mut accounts: BTreeSet<_> = seen.events.iter().filter_map(admin_of).collect();
    accounts.insert(of.account.clone());
    accounts.extend(seen.ask.as_ref().map(|ask| ask.by.clone()));
    let accounts: Vec<_> = accounts.into_iter().collect();
    let names = names(&api.platform, &admin.tenant, &accounts).await;
    Ok(Json(AdminConsent {
        person: somebody(&of.account, &names),
        consent: as_json(seen.consent.as_ref(), &when),
        events: seen
            .events
            .iter()
            .map(|event| event_as_json(event, &names))
            .collect(),
        schedules: seen
            .schedules
            .into_iter()
            .map(|(schedule, last)| schedules::as_json(schedule, last, when.now))
            .collect(),
        activity: page_as_json(&seen.acts, &of, when.now),
        ask: seen.ask.map(|ask| ask_as_json(ask, &names)),
    }))
}

/// An admin takes somebody's consent back, and says why.
#[utoipa::path(
    post,
    path = "/api/admin/consents/{account}/revoke",
    tag = "admin",
    params(("account" = String, Path, description = "The accountId")),
    request_body(content = AdminRevoke, example = json!({"reason": "You have left the team."})),
    responses((status = 200, body = ConsentJson, description = "The consent as it now is"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn revoke_one(
    State(api): State<Api>,
    admin: AdminCaller,
    InPath(account): InPath<String>,
    JsonBody(AdminRevoke { reason }): JsonBody<AdminRevoke>,
) -> Result<Json<ConsentJson>, Failure> {
    let reason = words(&reason, "a reason")?;
    let account = AccountId::parse(account).map_err(|_| Failure::NoSuchConsent)?;
    let by = Revoker::Admin {
        account: admin.account,
        reason,
    };
    let consent = revoke(
        &api.store,
        &*api.clock,
        &api.notices,
        &admin.tenant,
        &account,
        &by,
    )
    .await?
    .ok_or(Failure::NoSuchConsent)?;
    Ok(Json(as_json(
        Some(&consent),
        &api.circumstances(&admin.tenant),
    )))
}

/// An admin takes many back, some at each request.
#[utoipa::path(
    post,
    path = "/api/admin/consents/revoke",
    tag = "admin",
    request_body(content = RevokeMany, example = json!({"reason": "The project is over.", "which": {"kind": "accounts", "accounts": ["5be24ad8b1653240376955d2"]}})),
    responses((status = 200, body = RevokedMany, description = "How far it came"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn revoke_some(
    State(api): State<Api>,
    admin: AdminCaller,
    JsonBody(wanted): JsonBody<RevokeMany, LONGEST_SELECTION>,
) -> Result<Json<RevokedMany>, Failure> {
    let RevokeMany {
        reason,
        which,
        cursor,
    } = wanted;
    let by = Revoker::Admin {
        account: admin.account,
        reason: words(&reason, "a reason")?,
    };
    let selection = match which {
        Which::Accounts { accounts } if accounts.len() > MOST_NAMED => {
            return Err(Failure::Unacceptable(format!(
                "at most {MOST_NAMED} accounts can be named"
            )));
        }
        Which::Accounts { accounts } => Selection::Accounts(accounts_of(accounts)?),
        Which::Matching {
            search,
            state,
            access,
        } => Selection::Matching(filter_of(search, state, access)?),
    };
    let after = cursor.map(|cursor| AccountId::parse(cursor).map_err(|_| not_of_this_list()));
    let done = revoke_many(
        &api.store,
        &api.platform,
        &*api.clock,
        &api.notices,
        &admin.tenant,
        Wanted {
            selection,
            after: after.transpose()?.as_ref(),
            by: &by,
        },
    )
    .await?;
    Ok(Json(RevokedMany {
        revoked: done.revoked,
        not: done.not,
        left: done.left,
        next: done.next.map(String::from),
    }))
}

pub(super) fn filter_of(
    search: Option<String>,
    state: Option<ConsentState>,
    access: Option<Access>,
) -> Result<Filter, Failure> {
    if search
        .as_ref()
        .is_some_and(|name| name.chars().count() > LONGEST_SEARCH)
    {
        return Err(Failure::Unacceptable(format!(
            "a search has at most {LONGEST_SEARCH} characters"
        )));
    }
    Ok(Filter {
        search,
        state,
        access,
    })
}

pub(super) fn accounts_of<C: FromIterator<AccountId>>(accounts: Vec<String>) -> Result<C, Failure> {
    let parsed = accounts.into_iter().map(AccountId::parse);
    parsed
        .collect::<Result<C, _>>()
        .map_err(|error| Failure::Unacceptable(error.to_string()))
}

fn order_of(sort: Option<&str>) -> Result<Order, Failure> {
    let Some(sort) = sort else {
        return Ok(Order {
            by: ConsentSort::Since,
            descending: true,
        });
    };
    let (descending, name) = match sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, sort),
    };
    let by = match name {
        "since" => ConsentSort::Since,
        "until" => ConsentSort::Until,
        "state" => ConsentSort::State,
        "access" => ConsentSort::Access,
        _ => {
            return Err(Failure::Unacceptable(
                "a list is sorted by since, until, state or access".into(),
            ));
        }
    };
    Ok(Order { by, descending })
}

fn row_as_json(row: Row, when: &Circumstances<'_>) -> AdminConsentRow {
    let Row {
        consent,
        person,
        last_used_at,
        acts,
    } = row;
    let end = match consent.standing(when) {
        Standing::Active => None,
        Standing::Ended(end) => Some(end),
    };
    let names: Names = person
        .into_iter()
        .map(|person| (person.account.clone(), person))
        .collect();
    AdminConsentRow {
        person: somebody(&consent.of.account, &names),
        state: state(end.as_ref()),
        ended_because: end.as_ref().map(because),
        ends_soon: consent.ends_soon(when),
        access: consent.access(when),
        granted_at: consent.granted_at.to_string(),
        expires_at: consent.ends_at(when).to_string(),
        last_used_at: last_used_at.map(|at| at.to_string()),
        acts,
    }
}

fn admin_of(event: &ConsentEvent) -> Option<AccountId> {
    match &event.by {
        Actor::Admin(account) => Some(account.clone()),
        Actor::Person | Actor::Onbehalf => None,
    }
}

fn event_as_json(event: &ConsentEvent, names: &Names) -> AdminConsentEvent {
    let (what, reason) = match &event.what {
        What::Granted { .. } => ("granted", None),
        What::Renewed { .. } => ("renewed", None),
        What::Revoked { reason } => ("revoked", reason.clone()),
        What::Expired => ("expired", None),
        What::Invalidated { because } => {
            let because = serde_json::to_value(because).ok();
            let name = because.and_then(|name| name.as_str().map(str::to_owned));
            ("invalidated", name)
        }
    };
    let agreement = event.agreement().map(|(agreement, _)| agreement);
    AdminConsentEvent {
        at: event.at.to_string(),
        what: what.into(),
        by: match event.by {
            Actor::Person => "person",
            Actor::Admin(_) => "admin",
            Actor::Onbehalf => "onbehalf",
        }
        .into(),
        admin: admin_of(event).map(|admin| somebody(&admin, names)),
        access: agreement.map(|agreement| agreement.access),
        expires_at: agreement.map(|agreement| agreement.expires_at.to_string()),
        reason,
    }
}

impl From<ListError> for Failure {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Product(error) => error.into(),
            ListError::Store(error) => error.into(),
        }
    }
}

impl From<RevokeManyError> for Failure {
    fn from(RevokeManyError::List(error): RevokeManyError) -> Self {
        error.into()
    }
}

impl From<SeeError> for Failure {
    fn from(error: SeeError) -> Self {
        match error {
            SeeError::Altered(cause) => {
                tracing::error!(%cause, "the log of a consent has been altered");
                Self::LogAltered
            }
            SeeError::Store(error) => error.into(),
        }
    }
}
