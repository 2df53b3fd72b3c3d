//! What admins see and do. Every route of these asks Confluence whether the caller is an admin.

use serde::{Deserialize, Serialize};

use crate::{Access, Activity, ActivityPage, Consent, ConsentState, EndedBecause, Schedule};

/// Somebody of the site, as Confluence knows them now. Nothing of this is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Somebody {
    pub account_id: String,
    /// Absent if Confluence does not name them any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The URL of a picture.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub avatar: Option<String>,
}

/// `GET /api/admin/consents?search=…&state=…&access=…&sort=…&cursor=…&limit=25`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminConsents {
    pub items: Vec<AdminConsentRow>,
    /// How many match, on all pages.
    pub total: u32,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminConsentRow {
    pub person: Somebody,
    pub state: ConsentState,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ended_because: Option<EndedBecause>,
    pub ends_soon: bool,
    pub access: Access,
    pub granted_at: String,
    pub expires_at: String,
    /// When something was last done as them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_used_at: Option<String>,
    /// How often something was done as them in the last 30 days.
    pub acts: u32,
}

/// By what a list of consents is sorted; `-` in front of it turns it round: `-until`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ConsentSort {
    /// When it was given.
    #[default]
    Since,
    /// When it ends.
    Until,
    State,
    Access,
}

/// `GET /api/admin/consents/{accountId}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminConsent {
    pub person: Somebody,
    pub consent: Consent,
    /// Oldest first.
    pub events: Vec<AdminConsentEvent>,
    pub schedules: Vec<Schedule>,
    /// The first page; more at `GET /api/admin/activity?person=…`.
    pub activity: ActivityPage,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ask: Option<Ask>,
}

/// What happened to a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminConsentEvent {
    pub at: String,
    /// `granted`, `renewed`, `revoked`, `expired` or `invalidated`.
    pub what: String,
    /// `person`, `admin` or `onbehalf`.
    pub by: String,
    /// The admin, if it was one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub admin: Option<Somebody>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<String>,
    /// What the admin told the person, or why it became invalid.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// Takes back many consents: those of these accounts, or all that match. `POST /api/admin/consents/revoke` does some of
/// them and answers how far it came; with its `next` as `cursor` it goes on. Safe to repeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RevokeMany {
    /// What the people will read. 1 to 500 characters.
    pub reason: String,
    pub which: Which,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cursor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Which {
    /// These, at most 10,000.
    Accounts { accounts: Vec<String> },
    /// All that this filter matches, as in the list.
    Matching {
        #[serde(skip_serializing_if = "Option::is_none", default)]
        search: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        state: Option<ConsentState>,
        #[serde(skip_serializing_if = "Option::is_none", default)]
        access: Option<Access>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevokedMany {
    /// How many were taken back by this request.
    pub revoked: u32,
    /// Those that were not, and why: `no-consent`, `ended-before`, `changed`, `failed`.
    pub not: Vec<NotRevoked>,
    /// How many are left.
    pub left: u32,
    /// Absent when all is done.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotRevoked {
    pub account_id: String,
    pub code: String,
}

/// An admin asks somebody for their consent. Nobody but they themselves can give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    pub by: Somebody,
    pub at: String,
    /// What the admin says about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// When the person said no.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub declined_at: Option<String>,
}

/// `POST /api/admin/asks`. Whoever has an active consent is not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskWish {
    /// At most 50.
    pub accounts: Vec<String>,
    /// At most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    pub asked: u32,
    /// Those who were not, and why: `has-consented`, or why their account cannot consent.
    pub not: Vec<NotRevoked>,
}

/// `GET /api/admin/asks`: who was asked and has not agreed, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Asks {
    pub items: Vec<AskOf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AskOf {
    pub person: Somebody,
    #[serde(flatten)]
    pub ask: Ask,
}

/// `GET /api/admin/people?search=…`: people of the site by their name, at most 25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct People {
    pub items: Vec<Somebody>,
}

/// `GET /api/admin/groups?search=…`: groups of the site, at most 25.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Groups {
    pub items: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    pub id: String,
    pub name: String,
}

/// What a tenant's admins allow. `GET /api/admin/policy` answers it, `PUT` writes it if `version` is still the one that is
/// there (409), and `POST /api/admin/policy/preview` says what it would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "schema",
    derive(utoipa::ToSchema),
    schema(example = json!({
        "version": 0,
        "longestDays": 30,
        "access": ["read", "readWrite"],
        "groups": [],
        "ownSchedules": true,
        "restRequests": true,
        "activityDays": 365,
    }))
)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminPolicy {
    pub version: u64,
    /// 1 to 90.
    pub longest_days: i64,
    /// What may be given: `read`, or both.
    pub access: Vec<Access>,
    /// Who may consent: the members of these groups, at most 20; of none: everybody.
    pub groups: Vec<Group>,
    /// Whether people make schedules of their own. Those that are there go on.
    pub own_schedules: bool,
    /// Whether schedules may hold REST requests. Those that are there stop if not.
    pub rest_requests: bool,
    /// For how many days activity is kept: 30 to 365. What is recorded from now on.
    pub activity_days: i64,
}

/// What a change of the policy would do to what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PolicyEffects {
    /// Active consents that would end now.
    pub end_now: u32,
    /// Active consents that would end earlier than they say.
    pub end_earlier: u32,
    /// Active consents that would cover reading only.
    pub lose_writing: u32,
    /// Active schedules that would be refused.
    pub schedules_refused: u32,
}

/// One switch that stops every act of the tenant. `PUT /api/admin/pause` with `reason`; `DELETE` lifts it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PauseWish {
    /// 1 to 500 characters, for everybody to read.
    pub reason: String,
}

/// Nothing is done as anybody in this tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    pub by: Somebody,
    pub at: String,
    pub reason: String,
}

/// `GET /api/admin/overview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pause: Option<Pause>,
    pub consents: ConsentCounts,
    /// The last 14 days, oldest first, in UTC.
    pub days: Vec<ActsOfDay>,
    /// Whether there were more acts than were counted.
    pub more_acts: bool,
    /// Schedules that failed last, or paused themselves: the first ten.
    pub failing: Vec<ScheduleOf>,
    /// Active consents that end within three days.
    pub ending_soon: u32,
    /// Consents that ended because their account is gone.
    pub accounts_gone: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConsentCounts {
    pub active: u32,
    pub expired: u32,
    pub revoked: u32,
    pub invalidated: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ActsOfDay {
    /// `2026-11-22`
    pub day: String,
    pub done: u32,
    pub failed: u32,
    pub unknown: u32,
}

/// `GET /api/admin/schedules?cursor=…&limit=25`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminSchedules {
    pub items: Vec<ScheduleOf>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ScheduleOf {
    pub person: Somebody,
    pub schedule: Schedule,
}

/// `GET /api/admin/activity?person=…&schedule=…&result=…&from=…&to=…&cursor=…&limit=25`, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminActivity {
    pub items: Vec<ActivityOf>,
    /// A page may be short, or empty, and yet not be the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ActivityOf {
    pub person: Somebody,
    pub act: Activity,
}

/// What admins did, newest first. `GET /api/admin/audit?cursor=…&limit=25`. Nobody can change or erase it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditPage {
    pub items: Vec<AuditEntry>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    pub at: String,
    pub by: Somebody,
    pub did: AdminDeed,
    /// Whom it was about, if it was about somebody.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub person: Option<Somebody>,
}

/// What an admin did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(
    tag = "kind",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum AdminDeed {
    RevokedConsent {
        reason: String,
    },
    AskedForConsent,
    TookBackAsk,
    ChangedPolicy {
        from: Box<AdminPolicy>,
        to: Box<AdminPolicy>,
    },
    Paused {
        reason: String,
    },
    LiftedPause,
    Exported {
        what: String,
    },
}

/// The state that `GET /admin` carries inside its HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AdminPage {
    pub app: String,
    pub site: String,
    pub admin: Somebody,
    pub texts: crate::Texts,
    pub overview: Overview,
}
