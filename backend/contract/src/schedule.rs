use serde::{Deserialize, Serialize};

use crate::Access;

/// `GET /api/schedules`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Schedules {
    pub items: Vec<Schedule>,
}

/// A standing order to act as an account at given times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    pub id: String,
    pub account_id: String,
    pub title: String,
    pub when: When,
    pub action: Action,
    pub fallback: Fallback,
    pub state: ScheduleState,
    /// Why it pauses, if Onbehalf paused it itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub paused_because: Option<NotRun>,
    /// Counts its changes. A change names the version that it changes.
    pub version: u64,
    /// The next times that it runs, soonest first: at most five, and none while it pauses or when its time is over.
    pub next_runs: Vec<String>,
    /// The newest run that has ended or is under way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub last_run: Option<Run>,
}

/// What a person wants to be done. `POST /api/schedules`, and `POST /api/schedules/preview`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleWish {
    /// 1 to 100 characters.
    pub title: String,
    pub when: When,
    pub action: Action,
    #[serde(default)]
    pub fallback: Fallback,
}

/// What is to be different about a schedule. `PATCH /api/schedules/{id}`; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScheduleChange {
    /// The version that was shown. If it was changed since, nothing happens, and the answer is 409.
    pub version: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub when: Option<When>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<Action>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub fallback: Option<Fallback>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub state: Option<ScheduleState>,
}

/// What a schedule would do. `POST /api/schedules/preview` answers it, and nothing is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SchedulePreview {
    /// The next times that it would run, soonest first: at most five.
    pub next_runs: Vec<String>,
    /// What it would ask Confluence for, in their order, with the placeholders filled in for the first of these times.
    pub requests: Vec<PreviewRequest>,
    /// What the consent must cover.
    pub access: Access,
}

/// One request to Confluence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PreviewRequest {
    pub method: String,
    /// Below the site: `/wiki/api/v2/pages`.
    pub path: String,
    /// JSON, indented.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
}

/// When a schedule runs, in the syntax of Amazon EventBridge Scheduler.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    pub expression: String,
    /// An IANA time zone.
    pub time_zone: String,
}

/// What a schedule does. In titles and bodies, `{date}`, `{time}` and `{week}` are those of the run, in the schedule's
/// time zone, and `{displayName}` is the person's name. Bodies are in Confluence's storage format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase", deny_unknown_fields)]
pub enum Action {
    /// Create a page.
    #[serde(rename_all = "camelCase")]
    CreatePage {
        title: String,
        body: String,
        /// The id of the space, in digits; without it the person's own space.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        space_id: Option<String>,
    },
    /// Add to the end of a page. It is read first, and written only if nobody changed it in between.
    #[serde(rename_all = "camelCase")]
    AppendToPage {
        /// In digits, as in the page's address.
        page_id: String,
        body: String,
    },
    #[serde(rename_all = "camelCase")]
    CommentOnPage {
        /// In digits, as in the page's address.
        page_id: String,
        body: String,
    },
    /// Any request of Confluence's REST API that a consent can cover: so none that deletes.
    Request {
        method: Method,
        /// Below the site, with its query: it begins with `/wiki/rest/api/` or `/wiki/api/v2/`.
        path: String,
        /// JSON, as text.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        body: Option<String>,
    },
}

/// What a request may do: to delete takes a scope that no consent covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
}

/// What to do when the person cannot be impersonated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Fallback {
    /// Do nothing, and say why.
    #[default]
    Skip,
    /// Do it as the app. The app may reach more than the person, so only admins can choose this.
    App,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum ScheduleState {
    Active,
    Paused,
}

/// One page of a schedule's runs, newest first. `GET /api/schedules/{id}/runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunsPage {
    pub items: Vec<Run>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// One firing of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Run {
    pub id: String,
    /// The time it was due.
    pub due: String,
    pub result: RunResult,
    /// Where to see what it made in Confluence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Why it did nothing, or failed, or waits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<NotRun>,
    /// When it is tried again, if it waits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub again_at: Option<String>,
    /// Whether the app acted as itself, because the person could not be impersonated.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub as_app: bool,
    /// Whether its outcome was unknown and the person said how it ended.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub settled: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum RunResult {
    Started,
    /// Nothing was done yet: it is tried again by itself.
    Waiting,
    Done,
    /// Nothing was done: the person cannot be impersonated.
    Refused,
    Failed,
    Unknown,
}

/// Why a run did nothing, or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct NotRun {
    /// A stable name: `no-consent`, `consent-expired`, `account-inactive`, …
    pub code: String,
    /// What happened, in words.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
}

/// `POST /api/schedules/{id}/run` answers 202 with this: the run is on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    /// The run's id, as it will stand in the schedule's `lastRun`.
    pub id: String,
    pub due: String,
}

/// How a run of unknown outcome ended, from whoever looked. `POST /api/schedules/{id}/runs/{run}/settle`, which answers
/// with the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settlement {
    /// Whether it was carried out.
    pub done: bool,
}
