//! Spaces: the list of them, and a space's first page.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

use super::home::card;
use super::layout::{View, page_href, spaces};
use super::visitor::Visitor;

/// `GET /wiki/spaces`.
pub(super) async fn list(visitor: Visitor) -> Response {
    let cards: String = spaces(&visitor).iter().map(card).collect();
    let body =
        format!(r#"<div class="reading wide"><h1>Spaces</h1><ul class="cards">{cards}</ul></div>"#);
    visitor.show(&View::new("Spaces", body))
}

/// `GET /wiki/spaces/{key}`: the space's home page.
pub(super) async fn show(visitor: Visitor, Path(key): Path<String>) -> Response {
    let Some(space) = spaces(&visitor).into_iter().find(|space| space.key == key) else {
        return visitor.not_found("There is no such space.");
    };
    let home = visitor.site.read(|world| {
        world
            .contents
            .iter()
            .find(|page| page.id == space.homepage_id)
            .cloned()
    });
    match home {
        Some(home) => Redirect::to(&page_href(&space, &home)).into_response(),
        None => visitor.not_found("The space has no home page."),
    }
}
