//! The control API, by which browser tests steer the simulator: `/control/…`, JSON, open to everyone on this machine.
//! README.md lists it.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequest, Path, Request};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::crowd::At;
use crate::limits::{Limits, TenantLimits};
use crate::refusal::Refusal;
use crate::site::Site;
use crate::{authorization_server, install_keys};

mod clock;
mod crowd;
mod faults;
mod groups;
mod installations;
mod pages;
mod people;
mod records;
mod sign_in;
mod tokens;

pub(crate) fn router() -> Router<Arc<Site>> {
    let control = Router::new()
        .route("/", get(summary))
        .route("/people", get(people::list).post(people::add))
        .route(
            "/people/{who}",
            get(people::show)
                .patch(people::change)
                .delete(people::remove),
        )
        .route("/people/{who}/space", post(people::add_space))
        .route("/people/{who}/updated", post(people::mark_updated))
        .route("/groups", get(groups::list).post(groups::add))
        .route("/groups/{group}", delete(groups::remove))
        .route(
            "/groups/{group}/members/{who}",
            put(groups::add_member).delete(groups::remove_member),
        )
        .route("/sign-in", get(sign_in::link).post(sign_in::sign_in))
        .route("/clock", get(clock::show).post(clock::change))
        .route(
            "/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/faults/{id}", get(faults::show).delete(faults::remove))
        .route("/faults/{id}/release", post(faults::release))
        .route("/calls", get(records::calls).delete(records::clear_calls))
        .route(
            "/exchanges",
            get(records::exchanges).delete(records::clear_exchanges),
        )
        .route(
            "/deliveries",
            get(records::deliveries).delete(records::clear_deliveries),
        )
        .route(
            "/reports",
            get(records::reports).delete(records::clear_reports),
        )
        .route("/report-cycle", get(report_cycle).put(set_report_cycle))
        .route(
            "/installations",
            get(installations::list).post(installations::install),
        )
        .route(
            "/installations/{key}",
            get(installations::show).patch(installations::change),
        )
        .route("/installations/{key}", delete(installations::uninstall))
        .route("/tokens", post(tokens::mint))
        .route("/pages", get(pages::list).post(pages::add))
        .route("/pages/{id}", get(pages::show).delete(pages::remove))
        .route("/limits", get(limits).put(set_limits))
        .route(
            "/limits/{client_key}",
            get(tenant_limits)
                .put(set_tenant_limits)
                .delete(clear_tenant_limits),
        )
        .route("/latency", get(latency).put(set_latency))
        .route("/crowd", post(crowd::make))
        .route(
            "/counts",
            get(records::counts).delete(records::clear_counts),
        )
        .route("/reset", post(reset));
    Router::new().nest("/control", control)
}

/// A JSON body, for which a wrong one is refused with what is wrong about it.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let text = String::from_request(request, state).await;
        let text = text.map_err(|error| Refusal::bad_request(error.body_text()))?;
        let parsed = serde_json::from_str(&text);
        parsed
            .map(Self)
            .map_err(|error| Refusal::bad_request(format!("the body: {error}")))
    }
}

/// `GET /control/`: where everything is.
async fn summary(At(site): At) -> Json<Value> {
    let services = &site.urls.services;
    let (client_key, apps) = site.read(|world| {
        (
            world.client_key.clone(),
            world.installations.keys().cloned().collect::<Vec<_>>(),
        )
    });
    Json(json!({
        "baseUrl": site.urls.base,
        "siteOrigin": site.urls.origin,
        "tokenUrl": format!("{services}{}", authorization_server::TOKEN_PATH),
        "installKeysUrl": format!("{services}{}", install_keys::PATH),
        "clientKey": client_key,
        "installations": apps,
        "now": site.clock.now(),
    }))
}

async fn limits(At(site): At) -> Json<Limits> {
    Json(site.meter.limits())
}

async fn set_limits(At(site): At, Body(limits): Body<Limits>) -> Json<Limits> {
    site.meter.set_limits(limits);
    Json(limits)
}

/// `/control/limits/{clientKey}`: of one tenant.
async fn tenant_limits(At(site): At, Path(client_key): Path<String>) -> Json<TenantLimits> {
    Json(site.meter.tenant_limits(&client_key))
}

async fn set_tenant_limits(
    At(site): At,
    Path(client_key): Path<String>,
    Body(limits): Body<TenantLimits>,
) -> Json<TenantLimits> {
    site.meter.set_tenant_limits(&client_key, Some(limits));
    Json(limits)
}

async fn clear_tenant_limits(At(site): At, Path(client_key): Path<String>) -> StatusCode {
    site.meter.set_tenant_limits(&client_key, None);
    StatusCode::NO_CONTENT
}

/// How long every call takes longer, in milliseconds.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Latency {
    ms: u64,
}

async fn latency(At(site): At) -> Json<Latency> {
    let ms = u64::try_from(site.latency().as_millis()).unwrap_or(u64::MAX);
    Json(Latency { ms })
}

async fn set_latency(At(site): At, Body(latency): Body<Latency>) -> Json<Latency> {
    site.set_latency(Duration::from_millis(latency.ms));
    Json(latency)
}

/// What `Cycle-Period` tells the apps that report accounts.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ReportCycle {
    days: u32,
}

async fn report_cycle(At(site): At) -> Json<ReportCycle> {
    let days = site.report_cycle();
    Json(ReportCycle { days })
}

async fn set_report_cycle(At(site): At, Body(cycle): Body<ReportCycle>) -> Json<ReportCycle> {
    site.set_report_cycle(cycle.days);
    Json(cycle)
}

/// `POST /control/reset`: a new site, with its keys and installations.
async fn reset(At(site): At) -> StatusCode {
    site.reset();
    site.clock.reset();
    StatusCode::NO_CONTENT
}
