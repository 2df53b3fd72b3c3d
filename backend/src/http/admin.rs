//! `/api/admin/…`: what those who administer Confluence may do.

use axum::Json;
use axum::extract::{Path, State};
use onbehalf_contract::{AdminRevoke, Consent as ConsentJson};

use super::api::Api;
use super::caller::AdminCaller;
use super::consent::as_json;
use super::json::JsonBody;
use super::problem::Failure;
use crate::domain::consent::Revoker;
use crate::domain::ids::AccountId;
use crate::use_cases::revoke::revoke;

/// In characters: what a person can be expected to read.
const LONGEST_REASON: usize = 500;

/// An admin takes somebody's consent back, and says why.
pub(super) async fn revoke_consent(
    State(api): State<Api>,
    admin: AdminCaller,
    Path(account): Path<String>,
    JsonBody(AdminRevoke { reason }): JsonBody<AdminRevoke>,
) -> Result<Json<ConsentJson>, Failure> {
    let reason = reason.trim().to_owned();
    if !(1..=LONGEST_REASON).contains(&reason.chars().count()) {
        return Err(Failure::Unacceptable(format!(
            "a reason has 1 to {LONGEST_REASON} characters"
        )));
    }
    let account = AccountId::parse(account).map_err(|_| Failure::NoSuchConsent)?;
    let by = Revoker::Admin {
        account: admin.account,
        reason,
    };
    let consent = revoke(
        &api.store,
        &*api.clock,
        &api.notices,
        &admin.tenant,
        &account,
        &by,
    )
    .await?
    .ok_or(Failure::NoSuchConsent)?;
    Ok(Json(as_json(
        Some(&consent),
        &api.circumstances(&admin.tenant),
    )))
}
