//! `/control/clock`.

use axum::Json;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Body;
use crate::clock::SimClock;
use crate::crowd::At;

/// What to do with the clock; done in this order.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    /// Back to the system's time.
    #[serde(default)]
    reset: bool,
    #[serde(default)]
    set: Option<Timestamp>,
    #[serde(default)]
    advance_seconds: i64,
    #[serde(default)]
    freeze: bool,
}

pub(super) async fn show(At(site): At) -> Json<Value> {
    Json(face(&site.clock))
}

pub(super) async fn change(At(site): At, Body(change): Body<Change>) -> Json<Value> {
    let clock = &site.clock;
    if change.reset {
        clock.reset();
    }
    if let Some(to) = change.set {
        clock.set(to);
    }
    clock.advance(SignedDuration::from_secs(change.advance_seconds));
    if change.freeze {
        clock.freeze();
    }
    Json(face(clock))
}

fn face(clock: &SimClock) -> Value {
    json!({"now": clock.now(), "frozen": clock.is_frozen()})
}
