use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a Connect app may do in the product.
///
/// Source: [scopes for Confluence Connect apps](https://developer.atlassian.com/cloud/confluence/scopes-for-connect-apps/).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Scope {
    /// Nothing. Only a descriptor can say so.
    None,
    /// View, browse, read.
    Read,
    /// Create and edit, but not delete.
    Write,
    /// Delete.
    Delete,
    /// Administer a project (Jira).
    ProjectAdmin,
    /// Administer a space.
    SpaceAdmin,
    /// Administer the site.
    Admin,
    /// Make requests as a user.
    ActAsUser,
    /// Read e-mail addresses.
    AccessEmailAddresses,
}

impl Scope {
    /// The name in upper case, as a descriptor and the token endpoint know it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Delete => "DELETE",
            Self::ProjectAdmin => "PROJECT_ADMIN",
            Self::SpaceAdmin => "SPACE_ADMIN",
            Self::Admin => "ADMIN",
            Self::ActAsUser => "ACT_AS_USER",
            Self::AccessEmailAddresses => "ACCESS_EMAIL_ADDRESSES",
        }
    }

    const ALL: [Self; 9] = [
        Self::None,
        Self::Read,
        Self::Write,
        Self::Delete,
        Self::ProjectAdmin,
        Self::SpaceAdmin,
        Self::Admin,
        Self::ActAsUser,
        Self::AccessEmailAddresses,
    ];
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Upper and lower case are the same scope.
impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str().eq_ignore_ascii_case(text))
            .ok_or(UnknownScope)
    }
}

impl TryFrom<String> for Scope {
    type Error = UnknownScope;

    fn try_from(text: String) -> Result<Self, UnknownScope> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.as_str().to_owned()
    }
}

/// Text names no Connect scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a Connect scope, such as READ or ACT_AS_USER")]
pub struct UnknownScope;

/// The scopes that a user token is asked for: at least one.
///
/// It can't be empty, because a request without scopes is answered with a token for all that the app has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Asks for one scope.
    pub fn only(scope: Scope) -> Self {
        Self(BTreeSet::from([scope]))
    }

    /// Asks for this scope as well.
    #[must_use]
    pub fn and(mut self, scope: Scope) -> Self {
        self.0.insert(scope);
        self
    }

    /// The scopes, each once.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

/// Upper case, joined by one space: the form of the token endpoint's `scope` field.
impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_reads_what_it_writes_in_either_case() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(scope.as_str().to_ascii_lowercase().parse(), Ok(scope));
        }
        assert_eq!("READ WRITE".parse::<Scope>(), Err(UnknownScope));
        assert_eq!("".parse::<Scope>(), Err(UnknownScope));
    }

    #[test]
    fn a_set_is_written_in_one_order_and_each_scope_once() {
        let set = ScopeSet::only(Scope::Write)
            .and(Scope::Read)
            .and(Scope::Write);
        assert_eq!(set.to_string(), "READ WRITE");
        assert_eq!(ScopeSet::only(Scope::Read).to_string(), "READ");
    }
}
