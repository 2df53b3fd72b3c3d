//! The home page: spaces, and what was changed lately.

use axum::response::Response;

use super::html::esc;
use super::layout::{View, page_href, space_href, spaces, tile};
use super::time;
use super::visitor::Visitor;
use crate::spaces::{Content, ContentKind, Space};

/// How many pages are listed.
const LISTED: usize = 12;

pub(super) async fn show(visitor: Visitor) -> Response {
    let spaces = spaces(&visitor);
    let body = match &visitor.person {
        None => String::from(
            "<div class=\"notice\"><h1>Log in to Confluence</h1><p>You are nobody at the moment. This site shows \
             nothing to anonymous visitors but the pages of apps that allow it.</p></div>",
        ),
        Some(_) => {
            let cards: String = spaces.iter().map(card).collect();
            format!(
                r#"<div class="reading wide"><h1>For you</h1><h2 class="section-title">Spaces</h2><ul class="cards">{cards}</ul><h2 class="section-title">Recently updated</h2>{}</div>"#,
                feed(&visitor, &recent(&visitor, &spaces))
            )
        }
    };
    visitor.show(&View {
        target: "dashboard",
        ..View::new("Home", body)
    })
}

/// The pages of these spaces, the latest first.
pub(super) fn recent(visitor: &Visitor, spaces: &[Space]) -> Vec<(Space, Content)> {
    let mut pages = visitor.site.read(|world| {
        let pages = world
            .contents
            .iter()
            .filter(|content| content.kind == ContentKind::Page);
        let placed = pages.filter_map(|page| {
            Some((spaces.iter().find(|space| space.id == page.space_id)?, page))
        });
        placed
            .map(|(space, page)| (space.clone(), page.clone()))
            .collect::<Vec<_>>()
    });
    pages.sort_by_key(|(_, page)| std::cmp::Reverse(page.version.created_at));
    pages.truncate(LISTED);
    pages
}

/// A list of pages, with who changed them and when.
pub(super) fn feed(visitor: &Visitor, pages: &[(Space, Content)]) -> String {
    let now = visitor.site.clock.now();
    let entry = |(space, page): &(Space, Content)| {
        let by = visitor.site.account(&page.version.author_id);
        let name = by.map_or("Unknown".to_owned(), |person| person.shown_name());
        format!(
            r#"<li>{}<span><a href="{}">{}</a><small>{} · {}</small></span><time datetime="{}">{}</time></li>"#,
            tile(space),
            esc(&page_href(space, page)),
            esc(&page.title),
            esc(&space.name),
            esc(&name),
            page.version.created_at,
            time::ago(now, page.version.created_at),
        )
    };
    format!(
        r#"<ul class="feed">{}</ul>"#,
        pages.iter().map(entry).collect::<String>()
    )
}

pub(super) fn card(space: &Space) -> String {
    let kind = if space.owner.is_some() {
        "Personal space"
    } else {
        "Space"
    };
    format!(
        r#"<li><a class="card" href="{}">{}<span><strong>{}</strong><br><small class="subtle">{kind}</small></span></a></li>"#,
        esc(&space_href(space)),
        tile(space),
        esc(&space.name),
    )
}
