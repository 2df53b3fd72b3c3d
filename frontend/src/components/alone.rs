//! What stands in place of the page where it can't be shown.

use leptos::prelude::*;

use super::{element::element, message::failed, text::paragraph};
use crate::{trouble::Trouble, words};

/// Where Confluence isn't around the page.
pub(crate) fn alone() -> AnyView {
    instead(words::alone_title(), paragraph(words::alone_text()))
}

/// Where what the HTML carries can't be read.
pub(crate) fn unreadable() -> AnyView {
    instead(words::unreadable_title(), failed(&Trouble::Garbled, None))
}

fn instead(heading: String, why: AnyView) -> AnyView {
    element("div")
        .class("page")
        .add(element("h1").text(heading))
        .put(why)
        .view()
}
