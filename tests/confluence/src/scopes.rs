//! The scopes of Connect apps for Confluence.
//!
//! <https://developer.atlassian.com/cloud/confluence/scopes-for-connect-apps/>

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What an app, or an access token, is good for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    Read,
    Write,
    Delete,
    SpaceAdmin,
    Admin,
    ActAsUser,
    AccessEmailAddresses,
}

impl Scope {
    /// A scope by its name in capitals, as a token request has it.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "READ" => Self::Read,
            "WRITE" => Self::Write,
            "DELETE" => Self::Delete,
            "SPACE_ADMIN" => Self::SpaceAdmin,
            "ADMIN" => Self::Admin,
            "ACT_AS_USER" => Self::ActAsUser,
            "ACCESS_EMAIL_ADDRESSES" => Self::AccessEmailAddresses,
            _ => return None,
        })
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Delete => "DELETE",
            Self::SpaceAdmin => "SPACE_ADMIN",
            Self::Admin => "ADMIN",
            Self::ActAsUser => "ACT_AS_USER",
            Self::AccessEmailAddresses => "ACCESS_EMAIL_ADDRESSES",
        }
    }

    /// The scope and those that it includes: each of ADMIN > SPACE_ADMIN > DELETE > WRITE > READ includes the ones
    /// below it, and the others stand alone.
    pub(crate) fn included(self) -> impl Iterator<Item = Self> {
        let ladder = [
            Self::Read,
            Self::Write,
            Self::Delete,
            Self::SpaceAdmin,
            Self::Admin,
        ];
        let below = ladder
            .into_iter()
            .filter(move |step| self <= Self::Admin && *step < self);
        below.chain([self])
    }
}

/// `scopes` and all that they include.
pub(crate) fn expanded(scopes: impl IntoIterator<Item = Scope>) -> BTreeSet<Scope> {
    scopes.into_iter().flat_map(Scope::included).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ladder() {
        assert_eq!(
            expanded([Scope::Write]),
            BTreeSet::from([Scope::Read, Scope::Write])
        );
        assert_eq!(expanded([Scope::Admin]).len(), 5);
        assert_eq!(
            expanded([Scope::ActAsUser]),
            BTreeSet::from([Scope::ActAsUser])
        );
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for scope in expanded([Scope::Admin, Scope::ActAsUser, Scope::AccessEmailAddresses]) {
            assert_eq!(Scope::parse(scope.as_str()), Some(scope));
        }
        assert_eq!(Scope::parse("read"), None);
    }
}
