//! Names of things. Each is parsed once, where it enters, and is valid from then on.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a name was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} must be {rule}")]
pub struct BadId {
    what: &'static str,
    rule: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = BadId;

            fn try_from(text: String) -> Result<Self, BadId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl $name {
            pub fn parse(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                let valid: fn(&str) -> bool = $valid;
                if valid(&text) {
                    Ok(Self(text))
                } else {
                    Err(BadId { what: $what, rule: $rule })
                }
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(
    /// One installation of the app. Opaque, but for `#`, which separates the parts of our keys.
    TenantKey,
    "a tenant key",
    "1 to 255 visible ASCII characters other than #",
    |text| (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() && b != b'#')
);

id!(
    /// A person, as Atlassian names them in all its products. Opaque and case-sensitive: its shape means nothing.
    /// `unknown` is what Atlassian answers in place of an account that it will not name.
    AccountId,
    "an accountId",
    "1 to 128 letters, digits, hyphens and colons, and not `unknown`",
    |text| (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b':')
        && text != "unknown"
);

id!(
    /// A schedule, unique in its account.
    ScheduleId,
    "a schedule id",
    "1 to 64 letters, digits and hyphens",
    |text| (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
);

id!(
    /// One agreement of one person, for good: what its receipt is known by.
    ConsentId,
    "a consent's id",
    "urn:uuid: and a UUID in lower case",
    |text| text.strip_prefix("urn:uuid:").is_some_and(|uuid| {
        uuid.len() == 36
            && uuid.bytes().enumerate().all(|(at, b)| match at {
                8 | 13 | 18 | 23 => b == b'-',
                _ => matches!(b, b'0'..=b'9' | b'a'..=b'f'),
            })
    })
);

impl ScheduleId {
    /// The schedule that every person has from the start.
    pub fn of_starter() -> Self {
        Self("daily-note".into())
    }
}

/// One account in one tenant. Nothing about a person is ever looked up without naming the tenant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    pub tenant: TenantKey,
    pub account: AccountId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_of_every_known_form_are_accepted() {
        for id in [
            "5be24ad8b1653240376955d2",
            "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077",
            "qm:6b1d7b5e-0b5c-4a8f-8a2b-0d3a4c1f2e3d:7d0e",
        ] {
            assert_eq!(AccountId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn names_that_could_reach_into_another_key_are_refused() {
        for id in ["", "unknown", "a#b", "a/b", "ä", "a b", &"x".repeat(129)] {
            AccountId::parse(id).unwrap_err();
        }
        for key in ["", "a#b", "a\nb", &"x".repeat(256)] {
            TenantKey::parse(key).unwrap_err();
        }
    }
}
