use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Access, ActivityPage, Consent, Problem, Schedule};

/// The state that `GET /consent` carries inside its HTML, so that the first paint is right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConsentPage {
    /// The app's name, as in its descriptor.
    pub app: String,
    /// The Confluence site's host, for the person to read.
    pub site: String,
    pub person: Person,
    pub consent: Consent,
    pub limits: Limits,
    /// Nothing is done as anybody here, until an admin lifts this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pause: Option<crate::Pause>,
    /// An admin asks the person for their consent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ask: Option<crate::Ask>,
    /// Whether the person administers Confluence, so that the page can show what only admins can choose. Each route asks
    /// again.
    pub admin: bool,
    /// What the page says, in the language that the browser asked for first.
    pub texts: Texts,
    /// What is scheduled for the person.
    pub schedules: Vec<Schedule>,
    /// What was done as the person: the first page of it.
    pub activity: ActivityPage,
    /// Why this person cannot consent, if so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub refusal: Option<Problem>,
}

/// Who is looking at the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub account_id: String,
    pub name: String,
}

/// Everything that the page says in one language. `GET /api/texts/{language}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Texts {
    /// `en`, `de`, `fr`, `es`, `pt`, `ja`, `ko` or `ru`.
    pub language: String,
    pub notice: Notice,
    /// The page's own words, by their keys.
    pub words: BTreeMap<String, String>,
}

/// The text that a person reads before agreeing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Sent back with the consent, so that nobody agrees to a text they did not see.
    pub version: String,
    /// One sentence: who wants to do what.
    pub lead: String,
    /// What the app may do, with read access and with write access, and what it never does.
    pub read: String,
    pub read_write: String,
    pub never: String,
    /// Why the app asks.
    pub purpose: String,
    /// How it ends and how to take it back.
    pub end: String,
}

/// What a consent may be, in this tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    pub longest_days: i64,
    /// The durations to offer, in days; each at most `longest_days`.
    pub days: Vec<i64>,
    /// The duration to offer first.
    pub usual_days: i64,
    pub access: Vec<Access>,
    /// The access to offer first: what the person's schedules need, and no more.
    pub needed_access: Access,
}
