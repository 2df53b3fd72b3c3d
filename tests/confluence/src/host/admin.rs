//! The administration: where apps have their settings.

use axum::response::Response;

use super::html::esc;
use super::layout::View;
use super::visitor::Visitor;
use crate::installation::Installation;

/// `GET /wiki/admin`.
pub(super) async fn show(visitor: Visitor) -> Response {
    if !visitor.administers() {
        return visitor.forbidden("The administration is for administrators.");
    }
    let installations = visitor
        .site
        .read(|world| world.installations.values().cloned().collect::<Vec<_>>());
    let body = format!(
        r#"<div class="reading"><h1>Confluence administration</h1><h2 class="section-title">Connected apps</h2>
<ul class="feed">{}</ul></div>"#,
        installations.iter().map(app).collect::<String>()
    );
    visitor.show(&View {
        administration: true,
        ..View::new("Administration", body)
    })
}

fn app(installation: &Installation) -> String {
    let scopes = installation.scopes();
    let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
    format!(
        r#"<li><span><strong>{}</strong><small>{}</small><small>Scopes: {}</small></span></li>"#,
        esc(installation.descriptor.title()),
        esc(installation
            .descriptor
            .description
            .as_deref()
            .unwrap_or_default()),
        esc(&scopes.join(", ")),
    )
}
