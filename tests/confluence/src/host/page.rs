//! A page of a space, with its comments; and writing a new one.

use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::response::Response;

use super::avatar;
use super::html::esc;
use super::layout::{MORE_ICON, View, entries, group, links, menu, page_href, space_href, spaces};
use super::menu_items;
use super::module::Context;
use super::storage_format;
use super::time;
use super::visitor::Visitor;
use crate::qsh::encode;
use crate::spaces::{Content, ContentKind, Space};

/// `GET /wiki/spaces/{key}/pages/{id}`.
pub(super) async fn show_in_space(
    visitor: Visitor,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    show(visitor, Path(id)).await
}

/// `GET /wiki/spaces/{key}/pages/{id}/{title}`.
pub(super) async fn show_titled(
    visitor: Visitor,
    Path((_, id, _)): Path<(String, String, String)>,
) -> Response {
    show(visitor, Path(id)).await
}

/// `GET /wiki/pages/{id}`.
pub(super) async fn show(visitor: Visitor, Path(id): Path<String>) -> Response {
    let found = visitor.site.read(|world| {
        world
            .contents
            .iter()
            .find(|content| content.id == id)
            .cloned()
    });
    let page = found.filter(|content| content.kind == ContentKind::Page);
    let space = page.as_ref().and_then(|page| {
        spaces(&visitor)
            .into_iter()
            .find(|space| space.id == page.space_id)
    });
    let (Some(page), Some(space)) = (page, space) else {
        return visitor.not_found("There is no such page.");
    };
    let context = context(&page, &space);
    let body = format!(
        r#"<div class="page-tools">{}<span class="row">{}{}</span></div>
<article class="reading"><h1>{}</h1>{}<div class="content">{}</div>{}</article>"#,
        crumbs(&visitor, &page, &space),
        links(&menu_items::at(&visitor, "system.content.button", &context)),
        actions(&visitor, &context),
        esc(&page.title),
        byline(&visitor, &page),
        storage_format::to_html(&page.body),
        comments(&visitor, &page),
    );
    let view = View {
        space: Some(space),
        context,
        target: "contentview",
        ..View::new(&page.title, body)
    };
    visitor.show(&view)
}

/// `GET /wiki/create?space=TEAM`.
pub(super) async fn create(
    visitor: Visitor,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let caller = visitor.caller();
    let spaces = visitor.site.read(|world| {
        let editable = world
            .spaces
            .iter()
            .filter(|space| world.may_edit(&caller, space));
        editable.cloned().collect::<Vec<_>>()
    });
    if spaces.is_empty() {
        return visitor.forbidden("There is no space that you may write in.");
    }
    let chosen = query.get("space").map(String::as_str).unwrap_or_default();
    let option = |space: &Space| {
        let selected = if space.key == chosen { " selected" } else { "" };
        format!(
            r#"<option value="{}"{selected}>{}</option>"#,
            esc(&space.id),
            esc(&space.name)
        )
    };
    let body = format!(
        r#"<div class="reading"><h1>Create a page</h1><form data-api="/wiki/api/v2/pages" data-form="page">
<label class="field"><span>Space</span><select name="spaceId">{}</select></label>
<label class="field"><span>Title</span><input name="title" required maxlength="255"></label>
<label class="field"><span>Text</span><textarea name="text"></textarea></label>
<button class="button button-primary">Publish</button></form></div>"#,
        spaces.iter().map(option).collect::<String>()
    );
    visitor.show(&View::new("Create a page", body))
}

/// What apps may know of the page: the variables of their URLs.
fn context(page: &Content, space: &Space) -> Context {
    [
        ("page.id", page.id.clone()),
        ("page.title", page.title.clone()),
        ("page.type", "page".to_owned()),
        ("page.version", page.version.number.to_string()),
        ("content.id", page.id.clone()),
        ("content.type", "page".to_owned()),
        ("content.version", page.version.number.to_string()),
        ("space.id", space.id.clone()),
        ("space.key", space.key.clone()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn crumbs(visitor: &Visitor, page: &Content, space: &Space) -> String {
    let mut above = Vec::new();
    let mut parent_id = page.parent_id.clone();
    while let Some(id) = parent_id {
        let parent = visitor.site.read(|world| {
            world
                .contents
                .iter()
                .find(|content| content.id == id)
                .cloned()
        });
        // The home page is the space itself.
        let parent = parent.filter(|parent| parent.id != space.homepage_id);
        parent_id = parent.as_ref().and_then(|parent| parent.parent_id.clone());
        above.extend(parent.map(|parent| (parent.title.clone(), page_href(space, &parent))));
    }
    above.push((space.name.clone(), space_href(space)));
    let crumb = |(label, href): &(String, String)| {
        format!(r#"<li><a href="{}">{}</a></li>"#, esc(href), esc(label))
    };
    format!(
        r#"<nav class="crumbs" aria-label="Breadcrumbs"><ol>{}</ol></nav>"#,
        above.iter().rev().map(crumb).collect::<String>()
    )
}

/// The menu behind the three dots.
fn actions(visitor: &Visitor, context: &Context) -> String {
    let own = r#"<button role="menuitem" tabindex="-1" data-copy-link>Copy link</button>"#;
    let apps = entries(&menu_items::at(visitor, "system.content.action", context));
    let groups = [group("Page", own), group("Apps", &apps)].concat();
    menu("page", "More actions", "More actions", MORE_ICON, &groups)
}

fn byline(visitor: &Visitor, page: &Content) -> String {
    let now = visitor.site.clock.now();
    let person = |account_id: &str| visitor.site.account(account_id);
    let (author, editor) = (person(&page.author_id), person(&page.version.author_id));
    let changed = if page.version.number > 1 {
        let name = editor.map_or("Unknown".to_owned(), |person| person.shown_name());
        format!(
            "Updated by {} · {}",
            esc(&name),
            time::ago(now, page.version.created_at)
        )
    } else {
        format!("Published {}", time::ago(now, page.created_at))
    };
    let name = author
        .as_ref()
        .map_or("Unknown".to_owned(), |person| person.shown_name());
    format!(
        r#"<div class="byline">{}<span>By <a href="/wiki/people/{}">{}</a><br><span title="{}">{changed}</span></span></div>"#,
        avatar::picture(author.as_ref(), 32),
        esc(&encode(&page.author_id)),
        esc(&name),
        time::to_the_second(page.version.created_at),
    )
}

fn comments(visitor: &Visitor, page: &Content) -> String {
    let comments = visitor.site.read(|world| {
        let on_page = world.contents.iter().filter(|content| {
            content.kind == ContentKind::Comment
                && content.parent_id.as_deref() == Some(page.id.as_str())
        });
        on_page.cloned().collect::<Vec<_>>()
    });
    let now = visitor.site.clock.now();
    let show = |comment: &Content| {
        let author = visitor.site.account(&comment.author_id);
        let name = author
            .as_ref()
            .map_or("Unknown".to_owned(), |person| person.shown_name());
        format!(
            r#"<div class="comment">{}<div><strong>{}</strong> <span class="subtle">{}</span><div class="comment-body">{}</div></div></div>"#,
            avatar::picture(author.as_ref(), 32),
            esc(&name),
            time::ago(now, comment.created_at),
            storage_format::to_html(&comment.body),
        )
    };
    format!(
        r#"<section class="comments" aria-label="Comments"><h2>Comments</h2>{}
<form data-api="/wiki/api/v2/footer-comments" data-form="comment"><input type="hidden" name="pageId" value="{}">
<label class="field"><span>Add a comment</span><textarea name="text" required></textarea></label>
<button class="button">Comment</button></form></section>"#,
        comments.iter().map(show).collect::<String>(),
        esc(&page.id),
    )
}
