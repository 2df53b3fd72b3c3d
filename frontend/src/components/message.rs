//! Messages within the page.

use leptos::prelude::*;

use super::{
    button::Button,
    call::call,
    dynamic::dynamic,
    element::{Element, element, nothing},
    live::Live,
    text::paragraph,
};
use crate::{
    bridge, browser,
    trouble::{Cure, Trouble},
    words,
};

/// A message with a title, to which more can be added: `information`, `warning` or `error`.
pub(crate) fn message(look: &str, title: String, text: String) -> Element {
    message_of(look, title).put(paragraph(text))
}

/// The same without a text.
pub(crate) fn message_of(look: &str, title: String) -> Element {
    element("div")
        .class(&["message ", look].concat())
        .add(element("p").class("message-title").text(title))
}

/// What is said at once to somebody who doesn't see the page.
pub(crate) fn alert(of: AnyView) -> AnyView {
    element("div").set("role", "alert").put(of).view()
}

/// Doing again what failed.
#[derive(Clone)]
pub(crate) struct Again {
    pub(crate) run: Callback<()>,
    /// The id of what takes the focus, since the button that was pressed goes with the message.
    pub(crate) focus: String,
}

impl Again {
    pub(crate) fn new(run: Callback<()>, focus: &str) -> Self {
        Self {
            run,
            focus: focus.to_owned(),
        }
    }
}

/// What failed and what to do about it, with the button that does it.
pub(crate) fn failed(trouble: &Trouble, again: Option<Again>) -> AnyView {
    let message =
        message("error", trouble.title(), trouble.detail()).put(paragraph(trouble.remedy()));
    let button = match (trouble.cure(), again) {
        (Cure::TryAgain, Some(again)) => {
            let on_press = call(move || {
                again.run.run(());
                browser::focus_soon(&again.focus);
            });
            (words::trouble_again(), on_press)
        }
        (Cure::TryAgain | Cure::Reload, _) => {
            let on_press = call(bridge::reload);
            (words::trouble_reload(), on_press)
        }
        (Cure::Nothing, _) => return alert(message.view()),
    };
    let (words, on_press) = button;
    alert(
        message
            .put(Button::new("default", words).on_press(on_press))
            .view(),
    )
}

/// The place where a failure is shown while there is one.
pub(crate) fn failure(trouble: Live<Option<Trouble>>, again: Again) -> AnyView {
    dynamic(move || {
        trouble.with(|trouble| match trouble {
            Some(trouble) => failed(trouble, Some(again.clone())),
            None => nothing(),
        })
    })
}
