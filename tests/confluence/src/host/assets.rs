//! The files of the host page: the simulator's own, and Atlassian's bridge as npm installed it.

use std::fs;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::site::Site;

const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// `GET /simulator-assets/…`.
pub(super) async fn asset(State(site): State<Arc<Site>>, Path(name): Path<String>) -> Response {
    let own = match name.as_str() {
        "host.css" => (CSS, include_str!("../../assets/host.css")),
        "logo.svg" => ("image/svg+xml", include_str!("../../assets/logo.svg")),
        "product.js" => (JAVASCRIPT, include_str!("../../assets/product.js")),
        "bridge.js" => (JAVASCRIPT, include_str!("../../assets/bridge.js")),
        "dialogs.js" => (JAVASCRIPT, include_str!("../../assets/dialogs.js")),
        "flags.js" => (JAVASCRIPT, include_str!("../../assets/flags.js")),
        "language.js" => (JAVASCRIPT, include_str!("../../assets/language.js")),
        "menus.js" => (JAVASCRIPT, include_str!("../../assets/menus.js")),
        "pages.js" => (JAVASCRIPT, include_str!("../../assets/pages.js")),
        "simulator.js" => (JAVASCRIPT, include_str!("../../assets/simulator.js")),
        "theme.js" => (JAVASCRIPT, include_str!("../../assets/theme.js")),
        "jquery.js" => return from_npm(&site.assets, "jquery/dist/jquery.min.js", JAVASCRIPT),
        "connect-host.js" => {
            return from_npm(
                &site.assets,
                "atlassian-connect-js/dist/connect-host.js",
                JAVASCRIPT,
            );
        }
        other => return theme(&site.assets, other),
    };
    let (content_type, text) = own;
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
        .into_response()
}

/// `GET /atlassian-connect/all.js`: the half of the bridge that runs in the app's page.
pub(super) async fn bridge(State(site): State<Arc<Site>>) -> Response {
    from_npm(
        &site.assets,
        "atlassian-connect-js/dist/iframe.js",
        JAVASCRIPT,
    )
}

fn theme(assets: &FilePath, name: &str) -> Response {
    let theme = name
        .strip_prefix("themes/")
        .and_then(|name| name.strip_suffix(".css"));
    match theme.filter(|theme| {
        theme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    }) {
        Some(theme) => from_npm(
            assets,
            &format!("atlassian-connect-js/dist/themes/atlaskit-tokens_{theme}.css"),
            CSS,
        ),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn from_npm(assets: &FilePath, path: &str, content_type: &'static str) -> Response {
    let file = assets.join(path);
    match fs::read(&file) {
        Ok(bytes) => (
            [
                (header::CONTENT_TYPE, content_type),
                (header::CACHE_CONTROL, "max-age=3600"),
            ],
            bytes,
        )
            .into_response(),
        Err(error) => {
            tracing::warn!(
                "{} is missing ({error}); `npm ci` in tests/ installs it",
                file.display()
            );
            StatusCode::NOT_FOUND.into_response()
        }
    }
}
