//! Spaces and what is in them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::people::{ADA, ALICE};

/// A space.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Space {
    pub id: String,
    pub key: String,
    pub name: String,
    /// Whose personal space it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    pub homepage_id: String,
    pub viewers: Audience,
    pub editors: Audience,
}

/// Who may do something in a space.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Audience {
    /// Everyone who may use Confluence, and apps.
    Everyone,
    /// Administrators.
    Admins,
    /// These accounts, and administrators.
    Accounts(Vec<String>),
}

/// A page or a comment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    pub id: String,
    pub kind: ContentKind,
    pub space_id: String,
    /// The page above a page, or the page that a comment is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    pub title: String,
    /// In Confluence's storage format.
    pub body: String,
    pub author_id: String,
    pub created_at: Timestamp,
    pub version: Version,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContentKind {
    Page,
    Comment,
}

/// The latest version of a content.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    pub number: u32,
    pub author_id: String,
    pub created_at: Timestamp,
    #[serde(default)]
    pub message: String,
}

impl Space {
    /// A person's own space, which everyone may read.
    pub(crate) fn personal(id: &str, owner: &str, name: &str, homepage_id: &str) -> Self {
        Self {
            id: id.to_owned(),
            key: format!("~{}", owner.replace([':', '-'], "")),
            name: name.to_owned(),
            owner: Some(owner.to_owned()),
            homepage_id: homepage_id.to_owned(),
            viewers: Audience::Everyone,
            editors: Audience::Accounts(vec![owner.to_owned()]),
        }
    }
}

impl Content {
    /// The first version of a page.
    pub(crate) fn page(
        id: &str,
        space_id: &str,
        parent_id: Option<&str>,
        title: &str,
        author: &str,
        written: Timestamp,
        body: &str,
    ) -> Self {
        Self {
            id: id.to_owned(),
            kind: ContentKind::Page,
            space_id: space_id.to_owned(),
            parent_id: parent_id.map(str::to_owned),
            title: title.to_owned(),
            body: body.to_owned(),
            author_id: author.to_owned(),
            created_at: written,
            version: Version {
                number: 1,
                author_id: author.to_owned(),
                created_at: written,
                message: String::new(),
            },
        }
    }
}

/// The spaces of a new site.
pub(crate) fn spaces() -> Vec<Space> {
    let shared = |id: &str, key: &str, name: &str, homepage_id: &str, editors| Space {
        id: id.to_owned(),
        key: key.to_owned(),
        name: name.to_owned(),
        owner: None,
        homepage_id: homepage_id.to_owned(),
        viewers: Audience::Everyone,
        editors,
    };
    let board = Space {
        viewers: Audience::Admins,
        ..shared("98310", "BOARD", "Board", "65542", Audience::Admins)
    };
    vec![
        shared("98305", "TEAM", "Team", "65537", Audience::Everyone),
        shared(
            "98306",
            "DOCS",
            "Documentation",
            "65538",
            Audience::Everyone,
        ),
        shared("98307", "POLICY", "Policies", "65539", Audience::Admins),
        Space::personal("98308", ALICE, "Alice Example", "65540"),
        Space::personal("98309", ADA, "Ada Admin", "65541"),
        board,
    ]
}

/// The pages of a new site.
pub(crate) fn contents(now: Timestamp) -> Vec<Content> {
    let page = |id: &str,
                space_id: &str,
                parent_id: Option<&str>,
                title: &str,
                author: &str,
                hours: i64,
                body: &str| {
        let written = now - SignedDuration::from_hours(hours);
        Content::page(id, space_id, parent_id, title, author, written, body)
    };
    vec![
        page(
            "65537",
            "98305",
            None,
            "Team",
            ADA,
            900,
            "<p>Everything that the team writes down.</p>",
        ),
        page(
            "65543",
            "98305",
            Some("65537"),
            "Weekly notes",
            ALICE,
            170,
            WEEKLY_NOTES,
        ),
        page("65544", "98305", Some("65543"), "Week 46", ALICE, 3, WEEK),
        page(
            "65545",
            "98305",
            Some("65537"),
            "How we work",
            ADA,
            400,
            HOW_WE_WORK,
        ),
        page(
            "65538",
            "98306",
            None,
            "Documentation",
            ADA,
            890,
            "<p>How our products are used.</p>",
        ),
        page(
            "65546",
            "98306",
            Some("65538"),
            "Getting started",
            ALICE,
            26,
            GETTING_STARTED,
        ),
        page(
            "65539",
            "98307",
            None,
            "Policies",
            ADA,
            880,
            "<p>Everyone may read these. Administrators write them.</p>",
        ),
        page(
            "65547",
            "98307",
            Some("65539"),
            "Who may act for whom",
            ADA,
            50,
            WHO_MAY_ACT,
        ),
        page(
            "65540",
            "98308",
            None,
            "Overview",
            ALICE,
            700,
            "<p>Notes that Alice keeps for herself.</p>",
        ),
        page(
            "65541",
            "98309",
            None,
            "Overview",
            ADA,
            700,
            "<p>Ada's own space.</p>",
        ),
        page(
            "65542",
            "98310",
            None,
            "Board",
            ADA,
            870,
            "<p>Only for administrators.</p>",
        ),
    ]
}

const WEEKLY_NOTES: &str = "<p>One page a week: what was done, what is next, what is in the way.</p>\
<h2>Where to start</h2><ul><li>Copy last week's page.</li><li>Keep each point to one line.</li>\
<li>Name who does it.</li></ul>";
const WEEK: &str = "<h2>Done</h2><ul><li>Moved the import to the new service.</li><li>Answered the audit's questions.\
</li></ul><h2>Next</h2><table><tbody><tr><th><p>What</p></th><th><p>Who</p></th></tr><tr><td><p>Release notes</p></td>\
<td><p>Alice</p></td></tr><tr><td><p>Access review</p></td><td><p>Ada</p></td></tr></tbody></table>";
const HOW_WE_WORK: &str = "<p>We write things down, and we say <strong>who decided</strong> and why.</p>\
<h2>Decisions</h2><p>A decision has one owner. Everyone may ask for it to be reopened.</p>";
const GETTING_STARTED: &str = "<p>Three steps, about ten minutes.</p><ol><li>Ask for an account.</li>\
<li>Sign in.</li><li>Read <em>How we work</em>.</li></ol>";
const WHO_MAY_ACT: &str = "<p>An app acts as a person only if that person has agreed to it. Administrators can see who \
has, and can end it for anyone.</p>";
