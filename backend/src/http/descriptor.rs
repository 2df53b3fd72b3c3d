use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;

use super::api::Api;

/// `GET /atlassian-connect.json`
pub(super) async fn show(State(api): State<Api>) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache, no-store"),
    ];
    (headers, api.app.descriptor.clone())
}
