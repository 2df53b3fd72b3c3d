//! `GET /api/consent/receipt`: what I agreed to, in hand.

mod document;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use self::document::Document;
use super::api::Api;
use super::caller::ApiCaller;
use super::openapi::Problems;
use super::problem::Failure;
use crate::domain::ids::ConsentId;
use crate::use_cases::issue_receipt::{ReceiptError, issue_receipt};

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The id of one of my consents; without it, of the newest.
    id: Option<String>,
}

#[utoipa::path(
    get,
    path = "/api/consent/receipt",
    tag = "consent",
    params(Which),
    responses((status = 200, body = serde_json::Value, description = "A record after ISO/IEC TS 27560"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn download(
    State(api): State<Api>,
    caller: ApiCaller,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(which) = which.map_err(|error| Failure::Malformed(error.body_text()))?;
    // What is no id at all is nobody's either.
    let id = which
        .id
        .map(|id| ConsentId::parse(id).map_err(|_| Failure::NoReceipt))
        .transpose()?;
    let when = api.circumstances(&caller.tenant);
    let receipt = issue_receipt(&api.store, &caller.of, id.as_ref(), &when).await;
    if let Err(ReceiptError::Altered(cause)) = &receipt {
        tracing::error!(%cause, tenant.key = %caller.of.tenant, account.id = %caller.of.account,
            "the log of a consent has been altered");
    }
    let document = Document::of(&receipt?, &caller.tenant, &api);
    let mut response = Json(document).into_response();
    response.headers_mut().insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"onbehalf-receipt.json\""),
    );
    Ok(response)
}

impl From<ReceiptError> for Failure {
    fn from(error: ReceiptError) -> Self {
        match error {
            ReceiptError::NoReceipt => Self::NoReceipt,
            ReceiptError::Altered(_) => Self::LogAltered,
            ReceiptError::Store(error) => error.into(),
        }
    }
}
