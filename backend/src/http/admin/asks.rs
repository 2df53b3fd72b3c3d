//! `/api/admin/asks`: who is asked for a consent.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use onbehalf_contract::{AskOf, AskWish, Asked, Asks};

use super::consents::accounts_of;
use super::people::{ask_as_json, somebody};
use super::words;
use crate::capabilities::store::ListTenant;
use crate::domain::ids::{AccountId, Subject};
use crate::http::api::Api;
use crate::http::caller::AdminCaller;
use crate::http::in_path::InPath;
use crate::http::json::JsonBody;
use crate::http::openapi::Problems;
use crate::http::problem::Failure;
use crate::use_cases::ask_for_consent::{AskError, ask_for_consent, take_back_ask};
use crate::use_cases::list_consents::names;

/// How many are asked at once.
const MOST_ASKED: usize = 50;

#[utoipa::path(
    get,
    path = "/api/admin/asks",
    tag = "admin",
    responses((status = 200, body = Asks, description = "Who is asked"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn list(
    State(api): State<Api>,
    admin: AdminCaller,
) -> Result<Json<Asks>, Failure> {
    let mut asks = api.store.asks_of(&admin.tenant.key).await?;
    asks.sort_by_key(|(_, ask)| Reverse(ask.at));
    let accounts: BTreeSet<AccountId> = asks
        .iter()
        .flat_map(|(of, ask)| [of.account.clone(), ask.by.clone()])
        .collect();
    let accounts: Vec<_> = accounts.into_iter().collect();
    let names = names(&api.platform, &admin.tenant, &accounts).await;
    let items = asks.into_iter().map(|(of, ask)| AskOf {
        person: somebody(&of.account, &names),
        ask: ask_as_json(ask, &names),
    });
    Ok(Json(Asks {
        items: items.collect(),
    }))
}

#[utoipa::path(
    post,
    path = "/api/admin/asks",
    tag = "admin",
    request_body(content = AskWish, example = json!({"accounts": ["5be24ad8b1653240376955d2"], "note": "For the weekly report."})),
    responses((status = 200, body = Asked, description = "Who was asked, and who was not"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn ask(
    State(api): State<Api>,
    admin: AdminCaller,
    JsonBody(AskWish { accounts, note }): JsonBody<AskWish>,
) -> Result<Json<Asked>, Failure> {
    let accounts: BTreeSet<AccountId> = accounts_of(accounts)?;
    if !(1..=MOST_ASKED).contains(&accounts.len()) {
        return Err(Failure::Unacceptable(format!(
            "between 1 and {MOST_ASKED} people are asked at once"
        )));
    }
    let note = note.filter(|note| !note.trim().is_empty());
    let note = note.map(|note| words(&note, "a note")).transpose()?;
    let accounts: Vec<_> = accounts.into_iter().collect();
    let asked = ask_for_consent(
        &api.store,
        &api.platform,
        &admin.tenant,
        &admin.account,
        &accounts,
        note.as_deref(),
        &api.circumstances(&admin.tenant),
    )
    .await?;
    Ok(Json(Asked {
        asked: asked.asked,
        not: asked.not,
    }))
}

#[utoipa::path(
    delete,
    path = "/api/admin/asks/{account}",
    tag = "admin",
    params(("account" = String, Path, description = "The accountId")),
    responses((status = 204, description = "They are not asked any more"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn take_back(
    State(api): State<Api>,
    admin: AdminCaller,
    InPath(account): InPath<String>,
) -> Result<StatusCode, Failure> {
    let of = Subject {
        tenant: admin.tenant.key.clone(),
        account: AccountId::parse(account).map_err(|_| Failure::NotAsked)?,
    };
    take_back_ask(&api.store, &admin.account, &of, api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NotAsked => Self::NotAsked,
            AskError::Product(error) => error.into(),
            AskError::Store(error) => error.into(),
        }
    }
}
