//! What a person agreed to: the part of a consent that no later event changes.

use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};

use super::language::Language;
use super::notice::Notice;
use super::policy::Terms;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    pub access: Access,
    pub expires_at: Timestamp,
    /// The version of the notice that was read, and in which language.
    pub notice: String,
    pub language: Language,
    /// The SHA-256 of what was read.
    pub notice_sha256: String,
    /// The installation that it was given to. It does not count for a later one.
    pub installation: u64,
}

impl Agreement {
    pub(super) fn to(terms: &Terms, notice: &Notice<'_>, installation: u64) -> Self {
        Self {
            access: terms.access(),
            expires_at: terms.expires_at(),
            notice: notice.version.to_owned(),
            language: notice.language,
            notice_sha256: notice.sha256(),
            installation,
        }
    }
}
