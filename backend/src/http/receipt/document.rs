//! The form of a receipt: that of ISO/IEC TS 27560:2023, "Consent record information structure". A header, the processing,
//! the parties and the events, with the field names of its tables. Values that the standard leaves to a vocabulary are
//! those of the Data Privacy Vocabulary, <https://w3id.org/dpv>.

use onbehalf_contract::Access;
use serde::Serialize;

use crate::domain::consent::{Consent, Standing, Why};
use crate::domain::consent_event::{Actor, ConsentEvent, What};
use crate::domain::tenant::Tenant;
use crate::http::api::Api;
use crate::use_cases::issue_receipt::{Now, Receipt};

const SCHEMA: &str = "ISO/IEC TS 27560:2023";

#[derive(Serialize)]
pub(super) struct Document {
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
    retention_period: String,
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
    /// Absent: some time before the receipt was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_time: Option<String>,
    event_type: &'static str,
    event_state: &'static str,
    /// Who did it: the person, an admin by account id, or the app.
    entity_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    validity_duration: Option<Validity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Its place in the log of this consent. Absent while nobody has written the event down.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<InLog>,
}

#[derive(Serialize)]
struct InLog {
    number: u64,
    /// Of the event and its person. Every later event builds on it.
    sha256: String,
}

#[derive(Serialize)]
struct Validity {
    from: String,
    until: String,
}

const APP: &str = "app";
const SITE: &str = "site";

impl Document {
    pub(super) fn of(receipt: &Receipt, tenant: &Tenant, api: &Api) -> Self {
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
            events.push(Event {
                event_time: end.at.map(|at| at.to_string()),
                event_type: "implied",
                event_state: ended(&end.why),
                entity_id: APP.into(),
                validity_duration: None,
                reason: None,
                log: None,
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
                    retention_period: format!(
                        "until the account is closed, or {} days after the app was removed from the site",
                        api.retention.as_hours() / 24
                    ),
                    withdrawal_method: "“Stop allowing” on the page “Allow impersonation”, at any time, at once",
                    privacy_rights: &["withdraw", "access", "erasure"],
                }],
            },
            party_identification: [
                Party {
                    party_id: APP,
                    party_name: api.app.vendor.clone(),
                    party_role: "pii_controller",
                    party_type: "app",
                    party_url: api.app.url.clone(),
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
    fn of(event: &ConsentEvent, consent: &Consent) -> Self {
        // The agreement that this receipt is about, and not one that took its place.
        let own = event.agreement().is_some() && event.consent_id(&consent.of) == consent.id;
        let (event_state, reason) = match &event.what {
            What::Granted { .. } => ("ConsentGiven", None),
            What::Renewed { .. } if own => ("RenewedConsentGiven", None),
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
            event_time: Some(event.at.to_string()),
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
            validity_duration: own.then(|| Validity {
                from: consent.granted_at.to_string(),
                until: consent.agreement.expires_at.to_string(),
            }),
            reason,
            log: Some(InLog {
                number: event.number,
                sha256: event.hash(&consent.of).as_str().to_owned(),
            }),
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
