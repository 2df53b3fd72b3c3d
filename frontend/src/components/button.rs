//! A button that can be busy.

use leptos::prelude::*;

use super::live::Live;

use super::element::{Element, element};

/// A button that is being made.
pub(crate) struct Button(Element);

impl Button {
    /// It looks `primary`, `danger`, `danger-bold`, `default` or `subtle`.
    pub(crate) fn new(look: &str, words: String) -> Self {
        let button = element("button")
            .set("type", "button")
            .class(&["button ", look].concat());
        Self(button.text(words))
    }

    pub(crate) fn id(self, id: &str) -> Self {
        Self(self.0.id(id))
    }

    /// The id of what tells this button apart from its like.
    pub(crate) fn described_by(self, id: &str) -> Self {
        Self(self.0.set("aria-describedby", id))
    }

    /// What it is called where its words alone don't say what it does.
    pub(crate) fn named(self, name: &str) -> Self {
        Self(self.0.set("aria-label", name))
    }

    /// Says whether what it shows and hides is shown.
    pub(crate) fn expanded(self, expanded: Live<bool>) -> Self {
        let state = move || Some(if expanded.get() { "true" } else { "false" });
        Self(self.0.follow("aria-expanded", state))
    }

    pub(crate) fn on_press(self, on_press: Callback<()>) -> AnyView {
        self.0.on("click", move |_| on_press.run(())).view()
    }

    /// Keeps the focus while it is busy, when pressing it again does nothing.
    pub(crate) fn busy(self, busy: Live<bool>, on_press: Callback<()>) -> AnyView {
        let marked = move || busy.get().then_some("true");
        let on_click = move |_| {
            if !busy.get_untracked() {
                on_press.run(());
            }
        };
        self.0
            .follow("aria-busy", marked)
            .follow("aria-disabled", marked)
            .on("click", on_click)
            .view()
    }
}
