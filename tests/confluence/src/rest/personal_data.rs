//! The report of stored personal data, for which the site answers whose data must go.
//!
//! <https://developer.atlassian.com/cloud/confluence/user-privacy-developer-guide/>

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;

use crate::caller::Caller;
use crate::calls::{Report, ReportStatus};
use crate::crowd::At;
use crate::people::{AccountState, is_account_id};
use crate::refusal::Refusal;
use crate::site::Site;

/// More accounts than this are refused.
const MOST: usize = 90;

#[derive(Deserialize)]
struct Body {
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Account {
    account_id: String,
    /// When the app got what it keeps of the account.
    updated_at: Timestamp,
}

/// 200 with the accounts that were closed or have changed, or 204 if there are none.
pub(super) async fn report(
    At(site): At,
    caller: Caller,
    body: String,
) -> Result<Response, Refusal> {
    let Caller::App { app_key, .. } = caller else {
        return Err(Refusal::forbidden("only apps report accounts"));
    };
    let accounts = match parse(&body) {
        Ok(accounts) => accounts,
        Err(reason) => return Ok(malformed(&reason)),
    };
    let mut told = Vec::new();
    for Account {
        account_id,
        updated_at,
    } in accounts
    {
        let status = status(&site, &account_id, updated_at);
        if let Some(status) = status {
            told.push(json!({"accountId": account_id, "status": status}));
        }
        site.reports.push(Report {
            at: site.clock.now(),
            app_key: app_key.clone(),
            account_id,
            updated_at,
            status,
        });
    }
    let mut response = match told.is_empty() {
        true => StatusCode::NO_CONTENT.into_response(),
        false => Json(json!({"accounts": told})).into_response(),
    };
    if let Ok(cycle) = HeaderValue::try_from(format!("{} Days", site.report_cycle())) {
        response.headers_mut().insert("cycle-period", cycle);
    }
    Ok(response)
}

fn parse(body: &str) -> Result<Vec<Account>, String> {
    let Body { accounts } = serde_json::from_str(body).map_err(|error| error.to_string())?;
    if !(1..=MOST).contains(&accounts.len()) {
        return Err(format!("accounts must be 1 to {MOST}"));
    }
    let mut seen = BTreeSet::new();
    for Account { account_id, .. } in &accounts {
        if !is_account_id(account_id) {
            return Err(format!("not an account id: {account_id:?}"));
        }
        if !seen.insert(account_id) {
            return Err(format!("reported twice: {account_id}"));
        }
    }
    Ok(accounts)
}

fn malformed(reason: &str) -> Response {
    let body = json!({"errorType": "VALIDATION", "errorMessage": reason});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

fn status(site: &Site, account_id: &str, updated_at: Timestamp) -> Option<ReportStatus> {
    if site.account(account_id)?.state == AccountState::Closed {
        return Some(ReportStatus::Closed);
    }
    // What was had in the very moment of the change may be from before it.
    let changed = site.read(|world| world.updated_at(account_id))?;
    (updated_at <= changed).then_some(ReportStatus::Updated)
}
