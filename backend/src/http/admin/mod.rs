//! `/api/admin/…`: what those who administer Confluence see and do. Each handler takes an [`AdminCaller`], so each asks.

pub(super) mod activity;
pub(super) mod asks;
pub(super) mod audit;
pub(super) mod consents;
pub(super) mod directory;
pub(super) mod export;
pub(super) mod overview;
pub(super) mod pause;
mod people;
pub(super) mod policy;
pub(super) mod schedules;

use axum::Router;
use axum::routing::{delete, get, post, put};

use super::api::Api;
use super::problem::Failure;

pub(super) use overview::overview_as_json;
pub(super) use pause::as_json as pause_as_json;
pub(super) use people::{ask_as_json, somebody};

/// In characters: what a person can be expected to read.
const LONGEST_WORDS: usize = 500;

pub(super) fn routes() -> Router<Api> {
    Router::new()
        .route("/overview", get(overview::show))
        .route("/consents", get(consents::list))
        .route("/consents/revoke", post(consents::revoke_some))
        .route("/consents/{account}", get(consents::see))
        .route("/consents/{account}/revoke", post(consents::revoke_one))
        .route("/people", get(directory::people))
        .route("/groups", get(directory::groups))
        .route("/asks", get(asks::list).post(asks::ask))
        .route("/asks/{account}", delete(asks::take_back))
        .route("/policy", get(policy::show).put(policy::change))
        .route("/policy/preview", post(policy::preview))
        .route("/pause", put(pause::pause).delete(pause::lift))
        .route("/schedules", get(schedules::list))
        .route("/activity", get(activity::list))
        .route("/audit", get(audit::list))
        .route("/export/consents", get(export::consents))
        .route("/export/activity", get(export::activity))
}

/// What an admin says to people.
fn words(text: &str, what: &str) -> Result<String, Failure> {
    let text = text.trim();
    let fits = (1..=LONGEST_WORDS).contains(&text.chars().count());
    fits.then(|| text.to_owned())
        .ok_or_else(|| Failure::Unacceptable(format!("{what} has 1 to {LONGEST_WORDS} characters")))
}
