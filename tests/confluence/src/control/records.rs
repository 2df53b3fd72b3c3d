//! `/control/calls`, `/control/exchanges`, `/control/deliveries` and `/control/reports`: what came in and what went out.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use http::StatusCode;
use serde::Deserialize;

use crate::calls::{Call, Delivery, Exchange, Report};
use crate::site::Site;

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

pub(super) async fn calls(
    State(site): State<Arc<Site>>,
    Query(filter): Query<CallFilter>,
) -> Json<Vec<Call>> {
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

pub(super) async fn clear_calls(State(site): State<Arc<Site>>) -> StatusCode {
    site.calls.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn exchanges(
    State(site): State<Arc<Site>>,
    Query(filter): Query<ExchangeFilter>,
) -> Json<Vec<Exchange>> {
    let ExchangeFilter { account_id, status } = filter;
    Json(site.exchanges.filter(|exchange| {
        is(account_id.as_deref(), exchange.account_id.as_deref())
            && status.is_none_or(|status| exchange.status == status)
    }))
}

pub(super) async fn clear_exchanges(State(site): State<Arc<Site>>) -> StatusCode {
    site.exchanges.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn deliveries(
    State(site): State<Arc<Site>>,
    Query(filter): Query<DeliveryFilter>,
) -> Json<Vec<Delivery>> {
    let DeliveryFilter { app_key, event } = filter;
    Json(site.deliveries.filter(|delivery| {
        is(app_key.as_deref(), Some(&delivery.app_key))
            && is(event.as_deref(), Some(&delivery.event))
    }))
}

pub(super) async fn clear_deliveries(State(site): State<Arc<Site>>) -> StatusCode {
    site.deliveries.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn reports(
    State(site): State<Arc<Site>>,
    Query(filter): Query<ReportFilter>,
) -> Json<Vec<Report>> {
    let ReportFilter {
        app_key,
        account_id,
    } = filter;
    Json(site.reports.filter(|report| {
        is(app_key.as_deref(), Some(&report.app_key))
            && is(account_id.as_deref(), Some(&report.account_id))
    }))
}

pub(super) async fn clear_reports(State(site): State<Arc<Site>>) -> StatusCode {
    site.reports.clear();
    StatusCode::NO_CONTENT
}

fn is(wanted: Option<&str>, value: Option<&str>) -> bool {
    wanted.is_none() || wanted == value
}
