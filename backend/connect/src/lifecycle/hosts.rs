use std::str::FromStr;

use crate::BaseUrl;

/// The hosts that a tenant's base URL may have, such as `*.atlassian.net,*.jira.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// Atlassian Cloud in production: `*.atlassian.net` and `*.jira.com`.
    pub fn atlassian_cloud() -> Self {
        todo!()
    }

    /// Whether a base URL's host is one of these.
    pub fn allows(&self, url: &BaseUrl) -> bool {
        todo!()
    }
}

/// Reads patterns that commas separate.
impl FromStr for AllowedHosts {
    type Err = HostPatternError;

    fn from_str(patterns: &str) -> Result<Self, HostPatternError> {
        todo!()
    }
}

/// Text is no list of host patterns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host pattern, such as *.atlassian.net, app.example.com or localhost:8080")]
pub struct HostPatternError(String);
