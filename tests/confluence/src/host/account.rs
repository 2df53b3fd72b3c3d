//! A person's profile.

use axum::extract::Path;
use axum::response::Response;

use super::avatar;
use super::home::{feed, recent};
use super::html::esc;
use super::layout::{View, spaces};
use super::visitor::Visitor;

/// `GET /wiki/people/{accountId}`.
pub(super) async fn show(visitor: Visitor, Path(account_id): Path<String>) -> Response {
    let Some(person) = visitor.site.account(&account_id) else {
        return visitor.not_found("There is no such person.");
    };
    let mut work = recent(&visitor, &spaces(&visitor));
    work.retain(|(_, page)| page.version.author_id == account_id);
    let name = person.shown_name();
    let body = format!(
        r#"<div class="reading"><div class="byline">{}<h1>{}</h1></div><h2 class="section-title">Worked on</h2>{}</div>"#,
        avatar::picture(Some(&person), 64),
        esc(&name),
        feed(&visitor, &work),
    );
    visitor.show(&View {
        target: "userProfile",
        ..View::new(&name, body)
    })
}
