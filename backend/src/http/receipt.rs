//! `GET /api/consent/receipt`: what I agreed to, in hand.
//!
//! The form is that of ISO/IEC TS 27560:2023, "Consent record information structure": a header, the processing, the
//! parties and the events, with the field names of its tables. Values that the standard leaves to a vocabulary are those
//! of the Data Privacy Vocabulary, <https://w3id.org/dpv>.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};

use super::api::{Api, App};
use super::caller::ApiCaller;
use super::problem::Failure;
use crate::domain::consent::{Standing, Why};
use crate::domain::consent_event::{Actor, ConsentEvent, What};
use crate::domain::ids::ConsentId;
use crate::domain::tenant::Tenant;
use crate::use_cases::issue_receipt::{Now, Receipt, ReceiptError, issue_receipt};

const SCHEMA: &str = "ISO/IEC TS 27560:2023";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    /// The id of one of my consents; without it, of the newest.
    id: Option<String>,
}

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
    let receipt = issue_receipt(&api.store, &caller.of, id.as_ref(), &when)
        .await
        .map_err(|error| {
            if let ReceiptError::Altered(cause) = &error {
                tracing::error!(%cause, tenant.key = %caller.of.tenant, account.id = %caller.of.account,
                    "the log of a consent has been altered");
            }
            Failure::from(error)
        })?;
    let mut response = Json(Document::of(&receipt, &caller.tenant, &api.app)).into_response();
    response.headers_mut().insert(
        CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"onbehalf-receipt.json\""),
    );
    Ok(response)
}

#[derive(Serialize)]
struct Document {
    header: Header,
    pii_processing: Processing,
    party_identification: [Party; 2],
    events: Vec<Event>,
}

#[derive(Serialize)]
struct Header {
    schema_version: &'static str,
    record_id: String,
    pii_principal_id: String,
}

#[derive(Serialize)]
struct Processing {
    privacy_notice: PrivacyNotice,
    /// In which the notice was read.
    language: &'static str,
    purposes: [Purpose; 1],
}

#[derive(Serialize)]
struct PrivacyNotice {
    version: String,
    /// Of the text as it was shown.
    sha256: String,
}

#[derive(Serialize)]
struct Purpose {
    purpose: String,
    lawful_basis: &'static str,
    pii_information: &'static [&'static str],
    pii_controllers: [&'static str; 1],
    collection_method: &'static str,
    processing_method: &'static str,
    /// What the token may do that the app acts with.
    access: Access,
    services: [String; 1],
    retention_period: &'static str,
    withdrawal_method: &'static str,
    privacy_rights: &'static [&'static str],
}

#[derive(Serialize)]
struct Party {
    party_id: &'static str,
    party_name: String,
    party_role: &'static str,
    party_type: &'static str,
    party_url: String,
}

#[derive(Serialize)]
struct Event {
    event_time: String,
    event_type: &'static str,
    event_state: &'static str,
    /// Who did it: the person, an admin by account id, or the app.
    entity_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    validity_duration: Option<Validity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Its number in the log of this consent, and its hash, which every later event builds on.
    log_number: u64,
    log_hash: String,
}

#[derive(Serialize)]
struct Validity {
    from: String,
    until: String,
}

const APP: &str = "app";
const SITE: &str = "site";

impl Document {
    fn of(receipt: &Receipt, tenant: &Tenant, app: &App) -> Self {
        let Receipt {
            consent,
            purpose,
            events,
            now,
        } = receipt;
        let mut events: Vec<_> = events
            .iter()
            .map(|event| Event::of(event, consent))
            .collect();
        // An end that nobody has written down yet is an end all the same.
        if consent.ended.is_none()
            && let Now::Standing(Standing::Ended(end)) = now
        {
            let state = ended(&end.why);
            events.push(Event {
                event_time: end.at.map(|at| at.to_string()).unwrap_or_default(),
                event_type: "implied",
                event_state: state,
                entity_id: APP.into(),
                validity_duration: None,
                reason: None,
                log_number: consent.version,
                log_hash: consent.newest_event.as_str().into(),
            });
        }
        let agreement = &consent.agreement;
        Self {
            header: Header {
                schema_version: SCHEMA,
                record_id: consent.id.to_string(),
                pii_principal_id: consent.of.account.to_string(),
            },
            pii_processing: Processing {
                privacy_notice: PrivacyNotice {
                    version: agreement.notice.clone(),
                    sha256: agreement.notice_sha256.clone(),
                },
                language: agreement.language.code(),
                purposes: [Purpose {
                    purpose: purpose.clone(),
                    lawful_basis: "consent",
                    pii_information: &["accountId", "what was done as the person"],
                    pii_controllers: [APP],
                    collection_method: "the person pressed “Allow impersonation”",
                    processing_method: "REST calls to Confluence as the person, at scheduled times",
                    access: agreement.access,
                    services: [tenant.shown_host().to_owned()],
                    retention_period: "docs/privacy.md",
                    withdrawal_method: "“Stop allowing” on the page “Allow impersonation”, at any time, at once",
                    privacy_rights: &["withdraw", "access", "erasure"],
                }],
            },
            party_identification: [
                Party {
                    party_id: APP,
                    party_name: app.vendor.clone(),
                    party_role: "pii_controller",
                    party_type: "app",
                    party_url: app.url.clone(),
                },
                Party {
                    party_id: SITE,
                    party_name: tenant.shown_host().to_owned(),
                    party_role: "service",
                    party_type: "Confluence site",
                    party_url: tenant
                        .display_site
                        .as_ref()
                        .unwrap_or(&tenant.site)
                        .to_string(),
                },
            ],
            events,
        }
    }
}

impl Event {
    fn of(event: &ConsentEvent, consent: &crate::domain::consent::Consent) -> Self {
        let (event_state, reason) = match &event.what {
            What::Granted { .. } => ("ConsentGiven", None),
            // The one that this receipt is about, or the one that took its place.
            What::Renewed { .. } if event.consent_id(&consent.of) == consent.id => {
                ("RenewedConsentGiven", None)
            }
            What::Renewed { .. } => ("ConsentSuperseded", None),
            What::Revoked { reason: None } => ("ConsentWithdrawn", None),
            What::Revoked { reason } => ("ConsentRevoked", reason.clone()),
            What::Expired => ("ConsentExpired", None),
            What::Invalidated { because } => (
                "ConsentInvalidated",
                serde_json::to_value(because)
                    .ok()
                    .and_then(|because| because.as_str().map(str::to_owned)),
            ),
        };
        Self {
            event_time: event.at.to_string(),
            event_type: match event.by {
                Actor::Person => "explicit",
                Actor::Admin(_) | Actor::Onbehalf => "implied",
            },
            event_state,
            entity_id: match &event.by {
                Actor::Person => consent.of.account.to_string(),
                Actor::Admin(account) => account.to_string(),
                Actor::Onbehalf => APP.into(),
            },
            validity_duration: event.agreement().map(|(agreement, _)| Validity {
                from: event.at.to_string(),
                until: agreement.expires_at.to_string(),
            }),
            reason,
            log_number: event.number,
            log_hash: event.hash(&consent.of).as_str().to_owned(),
        }
    }
}

fn ended(why: &Why) -> &'static str {
    match why {
        Why::Expired => "ConsentExpired",
        Why::Revoked { .. } => "ConsentWithdrawn",
        Why::Invalid(_) => "ConsentInvalidated",
    }
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
