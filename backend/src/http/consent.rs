//! `/api/consent`: my consent.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use onbehalf_contract::{Consent as ConsentJson, ConsentState, ConsentWish};

use super::api::Api;
use super::caller::ApiCaller;
use super::json::JsonBody;
use super::problem::Failure;
use crate::domain::consent::{Consent, State as ConsentDomainState};
use crate::domain::notice;
use crate::use_cases;
use crate::use_cases::grant::Granted;

pub(super) async fn see(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<ConsentJson>, Failure> {
    let consent = use_cases::see_consent::see_consent(&api.store, &caller.of).await?;
    Ok(Json(as_json(consent.as_ref(), api.clock.now())))
}

pub(super) async fn grant(
    State(api): State<Api>,
    caller: ApiCaller,
    JsonBody(wish): JsonBody<ConsentWish>,
) -> Result<(StatusCode, Json<ConsentJson>), Failure> {
    let now = api.clock.now();
    let granted = use_cases::grant::grant(
        &api.store,
        &api.platform,
        &caller.tenant,
        &caller.of,
        &wish,
        now,
    )
    .await?;
    let (status, consent) = match granted {
        Granted::New(consent) => (StatusCode::CREATED, consent),
        Granted::Renewed(consent) => (StatusCode::OK, consent),
    };
    Ok((status, Json(as_json(Some(&consent), now))))
}

pub(super) async fn revoke(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<ConsentJson>, Failure> {
    let consent = use_cases::revoke::revoke(&api.store, &*api.clock, &caller.of).await?;
    Ok(Json(as_json(consent.as_ref(), api.clock.now())))
}

/// A consent as the page sees it.
pub(super) fn as_json(consent: Option<&Consent>, now: jiff::Timestamp) -> ConsentJson {
    let Some(consent) = consent else {
        return ConsentJson {
            state: ConsentState::None,
            access: None,
            granted_at: None,
            expires_at: None,
            ended_at: None,
            notice: notice::CURRENT.version.into(),
        };
    };
    ConsentJson {
        state: match consent.state_at(now) {
            ConsentDomainState::Active => ConsentState::Active,
            ConsentDomainState::Expired => ConsentState::Expired,
            ConsentDomainState::Revoked => ConsentState::Revoked,
        },
        access: Some(consent.access),
        granted_at: Some(consent.granted_at.to_string()),
        expires_at: Some(consent.expires_at.to_string()),
        ended_at: consent.ended_by(now).map(|at| at.to_string()),
        notice: consent.notice.clone(),
    }
}
