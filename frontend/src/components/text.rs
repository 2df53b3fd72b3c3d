//! Pieces of text that stand in several places.

use leptos::prelude::*;

use super::{element::element, shared::Shared};

/// A paragraph.
pub(crate) fn paragraph(text: String) -> AnyView {
    element("p").text(text).view()
}

/// A paragraph that stands back.
pub(crate) fn hint(text: String) -> AnyView {
    element("p").class("hint").text(text).view()
}

/// A date that does not break in two.
pub(crate) fn unbroken(date: &str) -> String {
    date.replace(' ', "\u{a0}")
}

/// A moment, with how it is written in words.
pub(crate) fn time(moment: &str, words: String) -> AnyView {
    element("time").set("datetime", moment).text(words).view()
}

/// A link to a page of Confluence.
pub(crate) fn link(shared: Shared, address: &str, text: String) -> AnyView {
    element("a")
        .set("href", address)
        .set("target", shared.link_target())
        .set("rel", "noopener")
        .text(text)
        .view()
}
