//! `/webhooks/{event}`: what Confluence tells of accounts.
//!
//! Confluence sends each once, without a promise, and is reported to leave some out (CONFCLOUD-82802): they make an end
//! come sooner that the next act would find anyway.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::api::Api;
use super::caller::SignedMessage;
use super::in_path::InPath;
use super::problem::Failure;
use crate::domain::consent_event::Invalid;
use crate::domain::ids::{AccountId, Subject};
use crate::use_cases::invalidate::invalidate;

/// Where Confluence's events name the account that they are about.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    user_profile: Option<User>,
    user: Option<User>,
    account_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    account_id: String,
}

pub(super) async fn receive(
    State(api): State<Api>,
    InPath(event): InPath<String>,
    message: SignedMessage,
) -> Result<StatusCode, Failure> {
    let because = match event.as_str() {
        "user_deactivated" => Invalid::AccountDeactivated,
        "user_removed" => Invalid::AccountClosed,
        // Proved, and nothing that we asked to be told.
        _ => return Err(Failure::NoSuchEvent),
    };
    let account = account_of(&message.body)?;
    let of = Subject {
        tenant: message.tenant.key.clone(),
        account,
    };
    let ended = invalidate(
        &api.store,
        &*api.clock,
        &api.notices,
        &message.tenant,
        &of,
        because,
    )
    .await?;
    if ended {
        tracing::info!(tenant.key = %of.tenant, account.id = %of.account, webhook.event = event,
            "a consent ended with its account");
    }
    Ok(StatusCode::NO_CONTENT)
}

fn account_of(body: &[u8]) -> Result<AccountId, Failure> {
    let event: Event =
        serde_json::from_slice(body).map_err(|error| Failure::Malformed(error.to_string()))?;
    let named = event
        .user_profile
        .or(event.user)
        .map(|user| user.account_id);
    let account = named
        .or(event.account_id)
        .ok_or_else(|| Failure::Unacceptable("the event names no account".into()))?;
    AccountId::parse(account).map_err(|error| Failure::Unacceptable(error.to_string()))
}
