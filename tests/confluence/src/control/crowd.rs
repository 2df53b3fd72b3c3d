//! `/control/crowd`: many tenants at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;

use super::Body;
use crate::crowd::{self, CrowdAccount, CrowdError, CrowdOrder, CrowdTenant};
use crate::installation::Installation;
use crate::refusal::Refusal;
use crate::site::Site;

/// A tenant with what an app is told by `installed`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    client_key: String,
    shared_secret: String,
    oauth_client_id: String,
    base_url: String,
    accounts: Vec<CrowdAccount>,
}

/// `POST`: answers the tenants that were made. 422 with the reason, if the app isn't installed in one.
pub(super) async fn make(
    State(main): State<Arc<Site>>,
    Body(order): Body<CrowdOrder>,
) -> Result<(StatusCode, Json<Vec<Told>>), Refusal> {
    let made = crowd::make(&main, &order).await.map_err(refuse)?;
    let told = made.into_iter().map(Told::from).collect();
    Ok((StatusCode::CREATED, Json(told)))
}

impl From<CrowdTenant> for Told {
    fn from(tenant: CrowdTenant) -> Self {
        let CrowdTenant {
            installation,
            accounts,
            ..
        } = tenant;
        let Installation {
            client_key,
            shared_secret,
            oauth_client_id,
            base_url,
            ..
        } = installation;
        Self {
            client_key,
            shared_secret,
            oauth_client_id,
            base_url,
            accounts,
        }
    }
}

fn refuse(error: CrowdError) -> Refusal {
    let status = match error {
        CrowdError::Empty | CrowdError::WhichApp => StatusCode::BAD_REQUEST,
        CrowdError::Install(_) => StatusCode::UNPROCESSABLE_ENTITY,
        CrowdError::Randomness => StatusCode::INTERNAL_SERVER_ERROR,
    };
    Refusal::new(status, error.to_string())
}
