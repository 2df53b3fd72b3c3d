//! Search, by title.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::response::Response;

use super::home::{feed, recent};
use super::html::esc;
use super::layout::{View, spaces};
use super::visitor::Visitor;

/// `GET /wiki/search?q=`.
pub(super) async fn show(
    visitor: Visitor,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let wanted = query.get("q").map(String::as_str).unwrap_or_default();
    let mut pages = recent(&visitor, &spaces(&visitor));
    pages.retain(|(_, page)| page.title.to_lowercase().contains(&wanted.to_lowercase()));
    let lead = match pages.len() {
        0 => format!("No page has “{wanted}” in its title."),
        1 => format!("1 page with “{wanted}” in its title."),
        count => format!("{count} pages with “{wanted}” in their titles."),
    };
    let body = format!(
        r#"<div class="reading"><h1>Search</h1><p class="lead">{}</p>{}</div>"#,
        esc(&lead),
        feed(&visitor, &pages)
    );
    visitor.show(&View::new("Search", body))
}
