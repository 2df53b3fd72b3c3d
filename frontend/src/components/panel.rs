//! A question before something that can't be taken back lightly.

use leptos::prelude::*;

use super::live::Live;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

use super::element::element;

/// A question, whose heading has this id, with its answers. Escape is a no, unless a yes is already on its way.
pub(crate) fn question(
    id: &str,
    heading: AnyView,
    text: String,
    answers: impl IntoIterator<Item = AnyView>,
    busy: Live<bool>,
    cancel: Callback<()>,
) -> AnyView {
    element("div")
        .class("panel")
        .set("role", "group")
        .set("aria-labelledby", id)
        .on("keydown", move |key| {
            if !busy.get_untracked() && is_escape(&key) {
                cancel.run(());
            }
        })
        .put(heading)
        .add(element("p").text(text))
        .add(element("div").class("actions").put_all(answers))
        .view()
}

/// Whether this is the Escape key, which then means nothing else: in a dialog it would close it all.
pub(crate) fn is_escape(key: &Event) -> bool {
    let escape = key
        .dyn_ref::<KeyboardEvent>()
        .is_some_and(|key| key.key() == "Escape");
    if escape {
        key.stop_propagation();
    }
    escape
}
