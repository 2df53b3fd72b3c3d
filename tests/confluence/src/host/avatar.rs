//! Round pictures with initials.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header;

use super::html::esc;
use crate::people::Person;
use crate::qsh::encode;
use crate::site::Site;

/// Dark enough for white letters.
const COLOURS: [&str; 6] = [
    "#0055cc", "#216e4e", "#5e4db2", "#a54800", "#206a83", "#943d73",
];

/// `GET /wiki/aa-avatar/{accountId}`.
pub(super) async fn image(
    State(site): State<Arc<Site>>,
    Path(account_id): Path<String>,
) -> Response {
    let (initials, colour) = match site.account(&account_id) {
        Some(person) => (person.initials(), colour(&account_id)),
        None => ("?".to_owned(), "#626f86"),
    };
    let svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" fill="{colour}"/><text x="24" y="25" fill="#fff" font-family="sans-serif" font-size="18" font-weight="600" text-anchor="middle" dominant-baseline="middle">{}</text></svg>"##,
        esc(&initials)
    );
    ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response()
}

/// A picture of a person, or of nobody. It is decoration: the name stands beside it.
pub(super) fn picture(person: Option<&Person>, size: u32) -> String {
    let account_id = person.map_or("unknown", |person| person.account_id.as_str());
    format!(
        r#"<img class="avatar" src="/wiki/aa-avatar/{}" width="{size}" height="{size}" alt="">"#,
        esc(&encode(account_id))
    )
}

/// Always the same colour for the same text.
pub(super) fn colour(text: &str) -> &'static str {
    let sum = text
        .bytes()
        .fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 65_521);
    COLOURS[sum % COLOURS.len()]
}
