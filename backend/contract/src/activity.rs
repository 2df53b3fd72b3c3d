use serde::{Deserialize, Serialize};

/// One page of what was done as a person, newest first. `GET /api/consent/activity`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ActivityPage {
    pub items: Vec<Activity>,
    /// Give this as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub next: Option<String>,
}

/// One act: a call made as the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    pub id: String,
    /// The schedule that asked for it.
    pub schedule: String,
    /// What it was, in words: `Create the page “Daily note, 22 November 2026”`.
    pub what: String,
    /// The same for the page, which says it in the person's language.
    pub did: Deed,
    pub access: crate::Access,
    pub started_at: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finished_at: Option<String>,
    pub outcome: Outcome,
    /// The HTTP status that Confluence answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub status: Option<u16>,
    /// Where to see the result in Confluence.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub link: Option<String>,
    /// Whether the app acted as itself, because the person could not be impersonated.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub as_app: bool,
    /// Whether its outcome was unknown and the person said how it ended.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub settled: bool,
}

/// What an act did, or set out to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Deed {
    CreatePage {
        title: String,
    },
    #[serde(rename_all = "camelCase")]
    AppendToPage {
        page_id: String,
    },
    #[serde(rename_all = "camelCase")]
    CommentOnPage {
        page_id: String,
    },
    Request {
        method: crate::Method,
        /// Without its query.
        path: String,
    },
}

/// How an act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// On its way, for at most ten seconds.
    Started,
    Done,
    /// Confluence refused, or could not be reached, and nothing was done.
    Failed,
    /// No answer came back. It may or may not have happened.
    Unknown,
}
