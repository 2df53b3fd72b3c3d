//! What admins did. It is kept for a year, and nobody can change or erase it.

use jiff::Timestamp;
use onbehalf_contract::AdminDeed;

use super::consent_event::{Actor, ConsentEvent, What};
use super::ids::{AccountId, Subject};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub at: Timestamp,
    pub by: AccountId,
    pub did: AdminDeed,
    /// Whom it was about, if it was about somebody.
    pub person: Option<AccountId>,
}

impl AuditEntry {
    /// What an event says of an admin; `None`: no admin did it.
    pub fn of_event(of: &Subject, event: &ConsentEvent) -> Option<Self> {
        match (&event.by, &event.what) {
            (Actor::Admin(admin), What::Revoked { reason }) => Some(Self {
                at: event.at,
                by: admin.clone(),
                did: AdminDeed::RevokedConsent {
                    reason: reason.clone().unwrap_or_default(),
                },
                person: Some(of.account.clone()),
            }),
            _ => None,
        }
    }
}
