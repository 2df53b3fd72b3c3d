//! The append-only log of a consent. Each event carries the hash of the one before, and the person and tenant are part
//! of every hash: an event that is removed, altered or moved to another person shows.

use std::fmt;

use aws_lc_rs::digest;
use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};

use super::ids::Subject;

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Actor {
    /// The person whose consent it is.
    Person,
    /// Onbehalf itself, because of the time.
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
        access: Access,
        expires_at: Timestamp,
        notice: String,
    },
    Renewed {
        access: Access,
        expires_at: Timestamp,
        notice: String,
    },
    Revoked,
    Expired,
}

/// SHA-256, in lower-case hex.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventHash(String);

impl EventHash {
    /// What the first event of a log follows.
    pub fn of_nothing() -> Self {
        Self::of(b"")
    }

    pub fn from_stored(hex: String) -> Self {
        Self(hex)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(bytes: &[u8]) -> Self {
        let digest = digest::digest(&digest::SHA256, bytes);
        Self(
            digest
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
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
        EventHash::of(format!("{}#{}#{}", of.tenant, of.account, self.text()).as_bytes())
    }

    /// The event as it is stored and hashed: JSON, with the fields in their declared order.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("an event is plain data, which JSON can always hold")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, TenantKey};

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
                access: Access::Read,
                expires_at: "1970-01-02T00:00:00Z".parse().unwrap(),
                notice: "2026-11".into(),
            },
            previous: EventHash::of_nothing(),
        }
    }

    /// Stored logs must verify for ever: a change of this value breaks every log that exists.
    #[test]
    fn the_hash_is_stable() {
        assert_eq!(
            event().hash(&subject("alice")).as_str(),
            "470ff81957b4d88f464c91d6bf1b93302feaa6cf13d9edd0d6f924e42b41784b"
        );
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
                what: What::Revoked,
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
}
