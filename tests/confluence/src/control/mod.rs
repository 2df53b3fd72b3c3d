//! The control API, by which browser tests steer the simulator: `/control/…`, JSON, open to everyone.
use crate::site::Site;
use axum::Router;
use std::sync::Arc;
pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
}
