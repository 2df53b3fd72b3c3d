//! `/control/calls`, `/control/exchanges`, `/control/deliveries`, `/control/reports` and `/control/counts`: what came in and
//! what went out.

use axum::Json;
use axum::extract::Query;
use http::StatusCode;
use serde::Deserialize;

use crate::calls::{Call, Delivery, Exchange, Report};
use crate::counts::Tally;
use crate::crowd::At;

/// Which calls to list; all, without any.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct CallFilter {
    caller: Option<String>,
    account_id: Option<String>,
    method: Option<String>,
    /// What the path begins with.
    path: Option<String>,
    status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ExchangeFilter {
    account_id: Option<String>,
    status: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DeliveryFilter {
    app_key: Option<String>,
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ReportFilter {
    app_key: Option<String>,
    account_id: Option<String>,
}

pub(super) async fn calls(At(site): At, Query(filter): Query<CallFilter>) -> Json<Vec<Call>> {
    let CallFilter {
        caller,
        account_id,
        method,
        path,
        status,
    } = filter;
    Json(site.calls.filter(|call| {
        is(caller.as_deref(), Some(&call.caller))
            && is(account_id.as_deref(), call.account_id.as_deref())
            && is(method.as_deref(), Some(&call.method))
            && path.as_ref().is_none_or(|path| call.path.starts_with(path))
            && status.is_none_or(|status| call.status == Some(status))
    }))
}

pub(super) async fn clear_calls(At(site): At) -> StatusCode {
    site.calls.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn exchanges(
    At(site): At,
    Query(filter): Query<ExchangeFilter>,
) -> Json<Vec<Exchange>> {
    let ExchangeFilter { account_id, status } = filter;
    Json(site.exchanges.filter(|exchange| {
        is(account_id.as_deref(), exchange.account_id.as_deref())
            && status.is_none_or(|status| exchange.status == status)
    }))
}

pub(super) async fn clear_exchanges(At(site): At) -> StatusCode {
    site.exchanges.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn deliveries(
    At(site): At,
    Query(filter): Query<DeliveryFilter>,
) -> Json<Vec<Delivery>> {
    let DeliveryFilter { app_key, event } = filter;
    Json(site.deliveries.filter(|delivery| {
        is(app_key.as_deref(), Some(&delivery.app_key))
            && is(event.as_deref(), Some(&delivery.event))
    }))
}

pub(super) async fn clear_deliveries(At(site): At) -> StatusCode {
    site.deliveries.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn reports(At(site): At, Query(filter): Query<ReportFilter>) -> Json<Vec<Report>> {
    let ReportFilter {
        app_key,
        account_id,
    } = filter;
    Json(site.reports.filter(|report| {
        is(app_key.as_deref(), Some(&report.app_key))
            && is(account_id.as_deref(), Some(&report.account_id))
    }))
}

pub(super) async fn clear_reports(At(site): At) -> StatusCode {
    site.reports.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn counts(At(site): At) -> Json<Tally> {
    Json(site.counts.tally())
}

pub(super) async fn clear_counts(At(site): At) -> StatusCode {
    site.counts.clear();
    StatusCode::NO_CONTENT
}

fn is(wanted: Option<&str>, value: Option<&str>) -> bool {
    wanted.is_none() || wanted == value
}
