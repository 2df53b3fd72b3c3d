//! The public keys of lifecycle callbacks: `GET /install-keys/{kid}` answers PEM, as
//! `https://connect-install-keys.atlassian.com/{kid}` does.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::site::Site;

pub(crate) const PATH: &str = "/install-keys";

pub(crate) async fn key(State(site): State<Arc<Site>>, Path(kid): Path<String>) -> Response {
    if kid != site.install_key.kid {
        return StatusCode::NOT_FOUND.into_response();
    }
    match site.install_key.public_pem() {
        Ok(pem) => ([(header::CONTENT_TYPE, "application/x-pem-file")], pem).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
