//! The append-only log of a consent. Each event carries the hash of the one before, and the person and tenant are part
//! of every hash: an event that is removed, altered or moved to another person shows.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::agreement::Agreement;
use super::fingerprint::sha256;
use super::ids::{AccountId, ConsentId, Subject};

/// One thing that happened to a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsentEvent {
    /// 1, 2, 3, … without a gap.
    pub number: u64,
    pub at: Timestamp,
    pub by: Actor,
    pub what: What,
    /// The hash of the event before this one; the first has the hash of nothing.
    pub previous: EventHash,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    /// The person whose consent it is.
    Person,
    /// Somebody who administers the product.
    Admin(AccountId),
    /// Onbehalf itself, because of something that it learned.
    Onbehalf,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum What {
    Granted {
        #[serde(flatten)]
        agreement: Agreement,
        /// Why the app asked, as the person read it.
        purpose: String,
    },
    /// A new agreement in the place of one that was active.
    Renewed {
        supersedes: ConsentId,
        #[serde(flatten)]
        agreement: Agreement,
        purpose: String,
    },
    Revoked {
        /// What the admin said who did it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
    Expired,
    Invalidated {
        because: Invalid,
    },
}

/// What can put an end to a consent that nobody took back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Invalid {
    AccountDeactivated,
    AccountClosed,
    /// The account turned out to be no person's.
    AccountUnfit,
    /// The account may not use the product any more.
    AccessLost,
    AppRemoved,
    /// The notice changed, and in such a way that people must be asked again.
    NoticeChanged,
    /// The tenant's policy does not allow it to last so long.
    PolicyChanged,
}

/// SHA-256, in lower-case hex.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventHash(String);

/// An event as it is stored: its text, and the hash that was stored beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    pub text: String,
    pub hash: String,
}

/// A log that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogAltered {
    #[error("event {number} cannot be read: {reason}")]
    Unreadable { number: u64, reason: String },
    #[error("event {number} is missing, or not in its place")]
    Missing { number: u64 },
    #[error("event {number} does not follow the one before it")]
    Broken { number: u64 },
    #[error("event {number} is not what its hash says")]
    Changed { number: u64 },
    #[error("event {number} could not have happened then")]
    Impossible { number: u64 },
    #[error("the consent is not what its events say")]
    Consent,
}

impl EventHash {
    /// What the first event of a log follows.
    pub fn of_nothing() -> Self {
        Self(sha256(b""))
    }

    pub fn from_stored(hex: String) -> Self {
        Self(hex)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EventHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ConsentEvent {
    /// The hash that the next event carries.
    pub fn hash(&self, of: &Subject) -> EventHash {
        hash(of, &self.text())
    }

    /// The event as it is stored and hashed: JSON, with the fields in their declared order.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("an event is plain data, which JSON can always hold")
    }

    /// What was agreed to, and to what purpose, if this is an agreement.
    pub fn agreement(&self) -> Option<(&Agreement, &str)> {
        match &self.what {
            What::Granted { agreement, purpose }
            | What::Renewed {
                agreement, purpose, ..
            } => Some((agreement, purpose)),
            What::Revoked { .. } | What::Expired | What::Invalidated { .. } => None,
        }
    }

    /// The id of the agreement that this event is: a UUID of version 8 (RFC 9562) made of the event's hash, so that it
    /// is the same for ever, and no two are the same.
    pub fn consent_id(&self, of: &Subject) -> ConsentId {
        let hash = self.hash(of);
        let hex = hash.as_str();
        let uuid = format!(
            "urn:uuid:{}-{}-8{}-{}{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            // The variant: two bits of the digit are fixed.
            ["8", "9", "a", "b"][usize::from(hex.as_bytes()[16]) % 4],
            &hex[17..20],
            &hex[20..32]
        );
        ConsentId::parse(uuid).expect("the digits of a hash make a UUID")
    }
}

/// Reads a stored log, if it is whole: nothing left out, nothing altered.
pub fn verified(of: &Subject, entries: &[LogEntry]) -> Result<Vec<ConsentEvent>, LogAltered> {
    let mut newest = EventHash::of_nothing();
    let mut events = Vec::with_capacity(entries.len());
    for (number, entry) in (1..).zip(entries) {
        let event: ConsentEvent =
            serde_json::from_str(&entry.text).map_err(|error| LogAltered::Unreadable {
                number,
                reason: error.to_string(),
            })?;
        if event.number != number {
            return Err(LogAltered::Missing { number });
        }
        if event.previous != newest {
            return Err(LogAltered::Broken { number });
        }
        newest = hash(of, &entry.text);
        if newest.as_str() != entry.hash {
            return Err(LogAltered::Changed { number });
        }
        events.push(event);
    }
    Ok(events)
}

fn hash(of: &Subject, text: &str) -> EventHash {
    EventHash(sha256(
        format!("{}#{}#{text}", of.tenant, of.account).as_bytes(),
    ))
}

#[cfg(test)]
mod tests {
    use onbehalf_contract::Access;

    use super::*;
    use crate::domain::ids::TenantKey;
    use crate::domain::language::Language;

    fn subject(account: &str) -> Subject {
        Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse(account).unwrap(),
        }
    }

    fn event() -> ConsentEvent {
        ConsentEvent {
            number: 1,
            at: Timestamp::UNIX_EPOCH,
            by: Actor::Person,
            what: What::Granted {
                agreement: Agreement {
                    access: Access::Read,
                    expires_at: "1970-01-02T00:00:00Z".parse().unwrap(),
                    notice: "2026-11".into(),
                    language: Language::En,
                    notice_sha256: "abc".into(),
                    installation: 1,
                },
                purpose: "It reports.".into(),
            },
            previous: EventHash::of_nothing(),
        }
    }

    fn entry(event: &ConsentEvent, of: &Subject) -> LogEntry {
        LogEntry {
            text: event.text(),
            hash: event.hash(of).as_str().into(),
        }
    }

    fn next(after: &ConsentEvent, what: What, by: Actor) -> ConsentEvent {
        ConsentEvent {
            number: after.number + 1,
            at: after.at,
            by,
            what,
            previous: after.hash(&subject("alice")),
        }
    }

    fn log() -> Vec<ConsentEvent> {
        let granted = event();
        let revoked = next(
            &granted,
            What::Revoked {
                reason: Some("Left the team.".into()),
            },
            Actor::Admin(AccountId::parse("ada").unwrap()),
        );
        let again = next(&revoked, granted.what.clone(), Actor::Person);
        let invalid = next(
            &again,
            What::Invalidated {
                because: Invalid::AccountDeactivated,
            },
            Actor::Onbehalf,
        );
        vec![granted, revoked, again, invalid]
    }

    /// Stored logs must verify for ever: a change of these values breaks every log that exists.
    #[test]
    fn texts_and_hashes_are_stable() {
        let alice = subject("alice");
        assert_eq!(
            event().text(),
            r#"{"number":1,"at":"1970-01-01T00:00:00Z","by":"person","what":{"kind":"granted","access":"read","expiresAt":"1970-01-02T00:00:00Z","notice":"2026-11","language":"en","noticeSha256":"abc","installation":1,"purpose":"It reports."},"previous":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}"#
        );
        assert_eq!(
            event().hash(&alice).as_str(),
            "96bb504fc97f1864f42fbcb369866ec155573a66b17c47622b15cc711999578b"
        );
        assert_eq!(
            event().consent_id(&alice).as_str(),
            "urn:uuid:96bb504f-c97f-8864-a42f-bcb369866ec1"
        );
    }

    #[test]
    fn every_event_can_be_read_again() {
        let entries: Vec<_> = log()
            .iter()
            .map(|event| entry(event, &subject("alice")))
            .collect();
        assert_eq!(verified(&subject("alice"), &entries), Ok(log()));
    }

    #[test]
    fn whatever_is_altered_changes_the_hash() {
        let hash = event().hash(&subject("alice"));
        let altered = [
            ConsentEvent {
                number: 2,
                ..event()
            },
            ConsentEvent {
                at: "1970-01-01T00:00:01Z".parse().unwrap(),
                ..event()
            },
            ConsentEvent {
                by: Actor::Onbehalf,
                ..event()
            },
            ConsentEvent {
                what: What::Expired,
                ..event()
            },
            ConsentEvent {
                previous: hash.clone(),
                ..event()
            },
        ];
        for event in altered {
            assert_ne!(event.hash(&subject("alice")), hash, "{event:?}");
        }
        assert_ne!(
            event().hash(&subject("bob")),
            hash,
            "moved to another person"
        );
    }

    #[test]
    fn an_event_that_is_removed_altered_swapped_or_moved_shows() {
        let alice = subject("alice");
        let whole: Vec<_> = log().iter().map(|event| entry(event, &alice)).collect();
        let check = |entries: &[LogEntry]| verified(&alice, entries).unwrap_err();

        let mut removed = whole.clone();
        removed.remove(1);
        assert_eq!(check(&removed), LogAltered::Missing { number: 2 });

        let mut swapped = whole.clone();
        swapped.swap(0, 2);
        assert_eq!(check(&swapped), LogAltered::Missing { number: 1 });

        let mut altered = whole.clone();
        altered[1].text = altered[1].text.replace("Left the team.", "As they wished.");
        assert_eq!(check(&altered), LogAltered::Changed { number: 2 });
        altered[1].hash = hash(&alice, &altered[1].text).as_str().into();
        assert_eq!(check(&altered), LogAltered::Broken { number: 3 });

        let mut garbled = whole.clone();
        garbled[3].text.truncate(20);
        assert!(matches!(
            check(&garbled),
            LogAltered::Unreadable { number: 4, .. }
        ));
        assert_eq!(
            verified(&subject("bob"), &whole),
            Err(LogAltered::Changed { number: 1 })
        );
    }
}
