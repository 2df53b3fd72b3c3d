//! Why this person cannot consent.

use leptos::prelude::*;

use super::{
    button::Button,
    call::call,
    element::{element, nothing},
    message::message,
    receipt::receipt,
    shared::{HEADING, Shared},
    text::paragraph,
};
use crate::{bridge, words};

/// In place of the form, where nothing is allowed.
pub(crate) fn refused(shared: Shared) -> AnyView {
    let mut header = element("header");
    if let Some(problem) = shared.state.with_untracked(|state| state.refusal.clone()) {
        let title = words::problem_title(&problem);
        let detail = words::problem_detail(&problem);
        header = header
            .add(element("h1").id(HEADING).focusable().text(title))
            .add(message("warning", detail, words::problem_remedy(&problem)));
    }
    let buttons = element("div").class("actions");
    let buttons = buttons.put(receipt(shared)).put(close(shared));
    header.add(buttons).view()
}

/// As a message, where something is still allowed.
pub(crate) fn refusal(shared: Shared) -> AnyView {
    let Some(problem) = shared.state.with_untracked(|state| state.refusal.clone()) else {
        return nothing();
    };
    let title = words::problem_title(&problem);
    message("warning", title, words::problem_detail(&problem))
        .put(paragraph(words::problem_remedy(&problem)))
        .view()
}

/// The way out of a dialog, which has no frame of its own to close it by. Nothing on a page.
pub(crate) fn close(shared: Shared) -> AnyView {
    if !shared.in_dialog() {
        return nothing();
    }
    let close = call(bridge::close_dialog);
    Button::new("subtle", words::allowed_close()).on_press(close)
}
