use serde::{Deserialize, Serialize};

/// An error as `application/problem+json` (RFC 9457): what failed, for whom, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A stable name, as a relative URI: `/problems/account-not-a-person`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short heading, the same for every problem of this type.
    pub title: String,
    pub status: u16,
    /// What happened, in words for the person who reads it.
    pub detail: String,
    /// What that person can do about it.
    pub remedy: String,
}

impl Problem {
    /// The last part of the type: `account-not-a-person`.
    pub fn name(&self) -> &str {
        self.kind.rsplit('/').next().unwrap_or(&self.kind)
    }
}
