//! Turns HTTP into use cases and back, and nothing else.

mod activity;
mod admin;
mod admin_page;
mod api;
mod caller;
mod consent;
mod consent_page;
mod descriptor;
mod html;
mod in_path;
mod json;
mod lifecycle;
mod openapi;
mod page;
mod paging;
mod problem;
mod receipt;
mod runs;
mod schedules;
mod security;
mod texts;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::{get, patch, post};
use tower_http::compression::CompressionLayer;
use tower_http::trace::TraceLayer;

pub use api::{Api, ApiSettings};
pub use page::{Page, PageError};

/// Every route of the app. Each handler names, in its arguments, the proof that it takes.
pub fn router(api: Api) -> Router {
    Router::new()
        .route("/atlassian-connect.json", get(descriptor::show))
        .route("/lifecycle/installed", post(lifecycle::installed))
        .route("/lifecycle/uninstalled", post(lifecycle::uninstalled))
        .route("/lifecycle/enabled", post(lifecycle::enabled))
        .route("/lifecycle/disabled", post(lifecycle::disabled))
        .route("/webhooks/{event}", post(webhooks::receive))
        .route("/consent", get(consent_page::show).layer(compression()))
        .route("/admin", get(admin_page::show).layer(compression()))
        .route("/assets/{name}", get(page::asset))
        .route(
            "/api/consent",
            get(consent::see)
                .put(consent::grant)
                .delete(consent::revoke),
        )
        .route("/api/consent/activity", get(activity::list))
        .route("/api/consent/receipt", get(receipt::download))
        .route("/api/texts/{language}", get(texts::show))
        .route("/i18n/{language}", get(texts::menus))
        .route("/api/consent/decline", post(consent::decline))
        .nest("/api/admin", admin::routes())
        .route("/api/schedules", get(schedules::list).post(schedules::add))
        .route("/api/schedules/preview", post(schedules::preview))
        .route(
            "/api/schedules/{id}",
            patch(schedules::change).delete(schedules::delete),
        )
        .route("/api/schedules/{id}/run", post(schedules::run))
        .route("/api/schedules/{id}/runs", get(runs::list))
        .route("/api/schedules/{id}/runs/{run}/settle", post(runs::settle))
        .route("/openapi.json", get(openapi::show))
        .route("/healthz", get(async || StatusCode::NO_CONTENT))
        .fallback(async || problem::not_found())
        .method_not_allowed_fallback(async || problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(json::LONGEST_BODY))
        .layer(from_fn(security::headers))
        .layer(TraceLayer::new_for_http().make_span_with(security::span))
        .with_state(api)
}

/// For pages, whose HTML holds all their words: gzip, since Brotli would add a megabyte to the function. CloudFront compresses
/// only what it may cache. Nothing in the pages is a secret that their size could give away.
fn compression() -> CompressionLayer {
    CompressionLayer::new()
}
