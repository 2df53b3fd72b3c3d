//! Fields with their labels.

use leptos::prelude::*;

use crate::{
    browser,
    components::element::{Element, element},
};

/// A field below its label. It needs an id.
pub(super) fn labelled(id: &str, label: String, field: Element) -> AnyView {
    element("div")
        .class("line")
        .add(element("label").set("for", id).text(label))
        .add(field.id(id))
        .view()
}

/// One of several values, each with its words.
pub(super) fn choice(
    options: impl IntoIterator<Item = (&'static str, String)>,
    chosen: &str,
    on_choose: impl Fn(String) + 'static,
) -> Element {
    let options = options.into_iter().map(|(value, words)| {
        element("option")
            .set("value", value)
            .mark("selected", value == chosen)
            .text(words)
            .view()
    });
    element("select")
        .put_all(options)
        .on("change", move |event| {
            on_choose(browser::target_value(&event))
        })
}

/// A few lines of text for people to read, of so many characters at most.
pub(super) fn area(value: &str, longest: u32, on_input: impl Fn(String) + 'static) -> Element {
    element("textarea")
        .set("rows", "3")
        .set("maxlength", &longest.to_string())
        .text(value)
        .on("input", move |event| {
            on_input(browser::target_value(&event))
        })
}
