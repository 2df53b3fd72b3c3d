//! The report of stored personal data, for which the site answers whose data must go.
//!
//! <https://developer.atlassian.com/cloud/confluence/user-privacy-developer-guide/>

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::caller::Caller;
use crate::people::AccountState;
use crate::refusal::Refusal;
use crate::site::Site;

/// More accounts than this are refused.
const MOST: usize = 90;

#[derive(Deserialize)]
struct Report {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: String,
    #[serde(rename = "updatedAt")]
    _updated_at: Timestamp,
}

/// 200 with the accounts that were closed, or 204 if there are none.
pub(super) async fn report(
    State(site): State<Arc<Site>>,
    caller: Caller,
    body: String,
) -> Result<Response, Refusal> {
    let Caller::App { .. } = caller else {
        return Err(Refusal::forbidden("only apps report accounts"));
    };
    let malformed = |reason: String| {
        let body = json!({"errorType": "VALIDATION", "errorMessage": reason});
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    };
    let report: Report = match serde_json::from_str(&body) {
        Ok(report) => report,
        Err(error) => return Ok(malformed(error.to_string())),
    };
    if !(1..=MOST).contains(&report.accounts.len()) {
        return Ok(malformed(format!("accounts must be 1 to {MOST}")));
    }
    let is_closed = |account: &&Account| {
        site.account(&account.account_id)
            .is_some_and(|person| person.state == AccountState::Closed)
    };
    let closed = report.accounts.iter().filter(is_closed);
    let closed: Vec<_> = closed
        .map(|account| json!({"accountId": account.account_id, "status": "closed"}))
        .collect();
    let mut response = match closed.is_empty() {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Json(json!({"accounts": closed})).into_response(),
    };
    response
        .headers_mut()
        .insert("cycle-period", HeaderValue::from_static("7 Days"));
    Ok(response)
}
