//! `/api/consent`: my consent.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use onbehalf_contract::{Consent as ConsentJson, ConsentState, ConsentWish, EndedBecause};

use super::api::Api;
use super::caller::ApiCaller;
use super::json::JsonBody;
use super::openapi::Problems;
use super::problem::Failure;
use crate::domain::consent::{Circumstances, Consent, End, Revoker, Standing, Why};
use crate::domain::consent_event::Invalid;
use crate::use_cases;
use crate::use_cases::grant::Granted;

#[utoipa::path(
    get,
    path = "/api/consent",
    tag = "consent",
    responses((status = 200, body = ConsentJson, description = "My consent"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn see(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<ConsentJson>, Failure> {
    let consent = use_cases::see_consent::see_consent(&api.store, &caller.of).await?;
    Ok(Json(as_json(
        consent.as_ref(),
        &api.circumstances(&caller.tenant),
    )))
}

#[utoipa::path(
    put,
    path = "/api/consent",
    tag = "consent",
    request_body(content = ConsentWish, example = json!({"access": "readWrite", "days": 30, "notice": "2026-11", "language": "en"})),
    responses((status = 200, body = ConsentJson, description = "Renewed"), (status = 201, body = ConsentJson, description = "Given"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn grant(
    State(api): State<Api>,
    caller: ApiCaller,
    JsonBody(wish): JsonBody<ConsentWish>,
) -> Result<(StatusCode, Json<ConsentJson>), Failure> {
    let granted = use_cases::grant::grant(
        &api.store,
        &api.platform,
        &api.notices,
        &caller.tenant,
        &caller.of.account,
        &wish,
        &*api.clock,
    )
    .await?;
    let (status, consent) = match granted {
        Granted::New(consent) => (StatusCode::CREATED, consent),
        Granted::Renewed(consent) => (StatusCode::OK, consent),
    };
    Ok((
        status,
        Json(as_json(Some(&consent), &api.circumstances(&caller.tenant))),
    ))
}

#[utoipa::path(
    delete,
    path = "/api/consent",
    tag = "consent",
    responses((status = 200, body = ConsentJson, description = "The consent as it now is"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn revoke(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<Json<ConsentJson>, Failure> {
    let consent = use_cases::revoke::revoke(
        &api.store,
        &*api.clock,
        &api.notices,
        &caller.tenant,
        &caller.of.account,
        &Revoker::Person,
    )
    .await?;
    Ok(Json(as_json(
        consent.as_ref(),
        &api.circumstances(&caller.tenant),
    )))
}

/// I was asked for my consent, and say no.
#[utoipa::path(
    post,
    path = "/api/consent/decline",
    tag = "consent",
    responses((status = 204, description = "I was asked, and have said no"), Problems),
    security(("contextToken" = [])),
)]
pub(super) async fn decline(
    State(api): State<Api>,
    caller: ApiCaller,
) -> Result<StatusCode, Failure> {
    use_cases::ask_for_consent::decline(&api.store, &caller.of, api.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A consent as the page sees it.
pub(super) fn as_json(consent: Option<&Consent>, when: &Circumstances<'_>) -> ConsentJson {
    let Some(consent) = consent else {
        return never_given(when.notices.version());
    };
    let end = match consent.standing(when) {
        Standing::Active => None,
        Standing::Ended(end) => Some(end),
    };
    let agreement = &consent.agreement;
    let text = |time: Timestamp| Some(time.to_string());
    ConsentJson {
        state: state(end.as_ref()),
        id: Some(consent.id.to_string()),
        access: Some(consent.access(when)),
        granted_at: text(consent.granted_at),
        expires_at: text(consent.ends_at(when)),
        ends_soon: consent.ends_soon(when),
        ended_at: end.as_ref().and_then(|end| end.at).and_then(text),
        ended_because: end.as_ref().map(because),
        ended_note: end.and_then(note),
        notice: agreement.notice.clone(),
        language: Some(agreement.language.code().into()),
    }
}

fn never_given(notice: &str) -> ConsentJson {
    ConsentJson {
        state: ConsentState::None,
        id: None,
        access: None,
        granted_at: None,
        expires_at: None,
        ends_soon: false,
        ended_at: None,
        ended_because: None,
        ended_note: None,
        notice: notice.into(),
        language: None,
    }
}

pub(super) fn state(end: Option<&End>) -> ConsentState {
    match end.map(|end| &end.why) {
        None => ConsentState::Active,
        Some(Why::Expired) => ConsentState::Expired,
        Some(Why::Revoked { .. }) => ConsentState::Revoked,
        Some(Why::Invalid(_)) => ConsentState::Invalidated,
    }
}

pub(super) fn because(end: &End) -> EndedBecause {
    match &end.why {
        Why::Expired => EndedBecause::Expired,
        Why::Revoked {
            by: Revoker::Person,
        } => EndedBecause::RevokedByPerson,
        Why::Revoked {
            by: Revoker::Admin { .. },
        } => EndedBecause::RevokedByAdmin,
        Why::Invalid(because) => match because {
            Invalid::AccountDeactivated => EndedBecause::AccountDeactivated,
            Invalid::AccountClosed => EndedBecause::AccountClosed,
            Invalid::AccountUnfit => EndedBecause::AccountUnfit,
            Invalid::AccessLost => EndedBecause::AccessLost,
            Invalid::AppRemoved => EndedBecause::AppRemoved,
            Invalid::NoticeChanged => EndedBecause::NoticeChanged,
            Invalid::PolicyChanged => EndedBecause::PolicyChanged,
        },
    }
}

fn note(end: End) -> Option<String> {
    match end.why {
        Why::Revoked {
            by: Revoker::Admin { reason, .. },
        } => Some(reason),
        _ => None,
    }
}
