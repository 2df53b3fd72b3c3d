//! Choices of one out of several.

use super::element::{Element, element};

/// Choices that belong together, under what they are about.
pub(crate) fn group(about: String) -> Element {
    element("fieldset").add(element("legend").text(about))
}

/// One of the choices that go by this name. What is chosen after the `first` is the browser's to keep.
pub(crate) fn radio(name: &str, first: bool, on_choose: impl Fn() + 'static) -> Element {
    element("input")
        .set("type", "radio")
        .set("name", name)
        .mark("checked", first)
        .on("input", move |_| on_choose())
}
