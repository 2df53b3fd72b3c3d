//! What a screen reader says when something has happened that is only seen otherwise.

use leptos::prelude::*;

use super::{dynamic::text, element::element, live::Live};

/// What was said last, which stands where nobody sees it.
#[derive(Clone, Copy)]
pub(crate) struct Announcer(Live<String>);

/// Nobody hears it. The same words once more are others with it, and so are said once more.
const UNHEARD: char = '\u{a0}';

impl Announcer {
    pub(crate) fn new() -> Self {
        Self(Live::new(String::new()))
    }

    pub(crate) fn say(self, mut what: String) {
        self.0.update(|said| {
            if *said == what {
                what.push(UNHEARD);
            }
            *said = what;
        });
    }

    /// The place where a screen reader finds it.
    pub(crate) fn place(self) -> AnyView {
        element("p")
            .class("unseen")
            .set("role", "status")
            .put(text(move || self.0.get()))
            .view()
    }
}
