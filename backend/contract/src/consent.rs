use serde::{Deserialize, Serialize};

/// What a consent lets the app do as the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Access {
    /// Look at what the person can see.
    Read,
    /// Look, create and change.
    ReadWrite,
}

/// Where a consent stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
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

/// Why a consent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum EndedBecause {
    Expired,
    RevokedByPerson,
    RevokedByAdmin,
    /// An admin of the organisation deactivated the account.
    AccountDeactivated,
    /// The account was closed or removed.
    AccountClosed,
    /// The account turned out to be no person's.
    AccountUnfit,
    /// The account may not use Confluence any more.
    AccessLost,
    /// The app was removed from the site.
    AppRemoved,
    /// What the app asks for has changed, so it asks again.
    NoticeChanged,
    /// The admins of the site allow a shorter time now.
    PolicyChanged,
}

/// A consent as the person sees it. `GET`, `PUT` and `DELETE /api/consent` answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    pub state: ConsentState,
    /// Names this agreement for good, as its receipt does: a `urn:uuid:`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub granted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<String>,
    /// Whether it is active and ends within three days.
    #[serde(skip_serializing_if = "is_false", default)]
    pub ends_soon: bool,
    /// When the consent stopped being active, once it has.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_because: Option<EndedBecause>,
    /// What the admin who took it back said about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_note: Option<String>,
    /// The version of the notice that was agreed to; with state `none`, the version to show.
    pub notice: String,
    /// The language that the notice was read in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
}

/// `PUT /api/consent`: what the person agrees to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConsentWish {
    pub access: Access,
    /// How long, in days of 24 hours. At least 1, at most what the page state's limits say. Either this or `until`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub days: Option<i64>,
    /// Until when, in RFC 3339: at least an hour ahead, at most as far as `days` could reach.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<String>,
    /// The version of the notice that the person read.
    pub notice: String,
    /// The language that they read it in; English if this is absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub language: Option<String>,
    /// The `id` of the consent that this is to renew. If that is no longer the active one, nothing is done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub renews: Option<String>,
}

/// `POST /api/admin/consents/{accountId}/revoke`: an admin takes somebody's consent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminRevoke {
    /// Why: 1 to 500 characters, which the person will read.
    pub reason: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands every field over by reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}
