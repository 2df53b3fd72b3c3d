//! An admin asks somebody for their consent. Nobody but they themselves can give it.

use jiff::Timestamp;

use super::ids::AccountId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub by: AccountId,
    pub at: Timestamp,
    /// What the admin says about it.
    pub note: Option<String>,
    /// When the person said no.
    pub declined_at: Option<Timestamp>,
}
