use serde::{Deserialize, Serialize};

/// What a consent lets the app do as the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Look at what the person can see.
    Read,
    /// Look, create and change.
    ReadWrite,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConsentState {
    /// Never given.
    None,
    /// The app may act as the person.
    Active,
    /// Its time is over.
    Expired,
    /// Taken back by the person, or by an admin.
    Revoked,
    /// Ended by something else: the account, the app, the notice.
    Invalidated,
}

/// A consent as the person sees it. `GET`, `PUT` and `DELETE /api/consent` answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    pub state: ConsentState,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub granted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<String>,
    /// When the consent stopped being active, once it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<String>,
    /// The version of the notice that was agreed to; with state `none`, the version to show.
    pub notice: String,
}

/// `PUT /api/consent`: what the person agrees to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentWish {
    pub access: Access,
    /// How long, in days of 24 hours. At least 1, at most what the page state's limits say.
    pub days: i64,
    /// The version of the notice that the person read.
    pub notice: String,
}
