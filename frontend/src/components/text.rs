//! Pieces of text that stand in several places.

use leptos::prelude::*;

use super::shared::Shared;

/// A paragraph.
pub(crate) fn paragraph(text: String) -> AnyView {
    view! { <p>{text}</p> }.into_any()
}

/// A paragraph that stands back.
pub(crate) fn hint(text: String) -> AnyView {
    view! { <p class="hint">{text}</p> }.into_any()
}

/// A link to a page of Confluence.
pub(crate) fn link(shared: Shared, address: String, text: String) -> AnyView {
    view! {
        <a href=address target=shared.link_target() rel="noopener">
            {text}
        </a>
    }
    .into_any()
}
