//! `/control/faults`.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;

use super::Body;
use crate::faults::{Fault, FaultHandle, FaultStatus};
use crate::refusal::Refusal;
use crate::site::Site;

pub(super) async fn list(State(site): State<Arc<Site>>) -> Json<Vec<FaultStatus>> {
    Json(site.faults.all())
}

pub(super) async fn add(
    State(site): State<Arc<Site>>,
    Body(fault): Body<Fault>,
) -> (StatusCode, Json<FaultStatus>) {
    let FaultHandle { id, .. } = site.faults.add(fault.clone());
    (
        StatusCode::CREATED,
        Json(FaultStatus { id, fault, hits: 0 }),
    )
}

pub(super) async fn clear(State(site): State<Arc<Site>>) -> StatusCode {
    site.faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn show(
    State(site): State<Arc<Site>>,
    Path(id): Path<u64>,
) -> Result<Json<FaultStatus>, Refusal> {
    let status = site.faults.all().into_iter().find(|status| status.id == id);
    status.map(Json).ok_or_else(|| unknown(id))
}

pub(super) async fn remove(
    State(site): State<Arc<Site>>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    if site.faults.remove(id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown(id))
    }
}

/// `POST …/{id}/release`: lets go of the calls that a fault holds.
pub(super) async fn release(
    State(site): State<Arc<Site>>,
    Path(id): Path<u64>,
) -> Result<StatusCode, Refusal> {
    site.faults.get(id).ok_or_else(|| unknown(id))?.release();
    Ok(StatusCode::NO_CONTENT)
}

fn unknown(id: u64) -> Refusal {
    Refusal::not_found(format!("there is no fault {id}"))
}
