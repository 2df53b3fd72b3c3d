//! The host page: Confluence as a browser shows it.
use crate::site::Site;
use axum::Router;
use std::sync::Arc;
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
}
