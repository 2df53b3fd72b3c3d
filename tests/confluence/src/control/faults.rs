//! `/control/faults`.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;

use super::Body;
use crate::crowd::At;
use crate::faults::{Fault, FaultHandle, FaultStatus};
use crate::refusal::Refusal;

pub(super) async fn list(At(site): At) -> Json<Vec<FaultStatus>> {
    Json(site.faults.all())
}

pub(super) async fn add(At(site): At, Body(fault): Body<Fault>) -> (StatusCode, Json<FaultStatus>) {
    let FaultHandle { id, .. } = site.faults.add(fault.clone());
    (
        StatusCode::CREATED,
        Json(FaultStatus { id, fault, hits: 0 }),
    )
}

pub(super) async fn clear(At(site): At) -> StatusCode {
    site.faults.clear();
    StatusCode::NO_CONTENT
}

pub(super) async fn show(At(site): At, Path(id): Path<u64>) -> Result<Json<FaultStatus>, Refusal> {
    let status = site.faults.all().into_iter().find(|status| status.id == id);
    status.map(Json).ok_or_else(|| unknown(id))
}

pub(super) async fn remove(At(site): At, Path(id): Path<u64>) -> Result<StatusCode, Refusal> {
    if site.faults.remove(id) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown(id))
    }
}

/// `POST …/{id}/release`: lets go of the calls that a fault holds.
pub(super) async fn release(At(site): At, Path(id): Path<u64>) -> Result<StatusCode, Refusal> {
    site.faults.get(id).ok_or_else(|| unknown(id))?.release();
    Ok(StatusCode::NO_CONTENT)
}

fn unknown(id: u64) -> Refusal {
    Refusal::not_found(format!("there is no fault {id}"))
}
