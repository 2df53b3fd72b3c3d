//! The page where nothing is allowed: how it came to be so, and the form.

use leptos::prelude::*;
use onbehalf_contract::ConsentState;

use super::{
    asked::asked,
    button::Button,
    call::call,
    consent_form::consent_form,
    dynamic::{dynamic, text},
    element::{all, element},
    ended::ended,
    live::Live,
    shared::{HEADING, Shared},
    text::paragraph,
};
use crate::{bridge, browser, words};

pub(crate) fn ask(shared: Shared) -> AnyView {
    let declined = Live::new(false);
    let app = shared.app();
    let heading = text(move || {
        let ended = shared.consent.with(|it| it.state != ConsentState::None);
        if ended || declined.get() {
            words::ask_heading_after(&app)
        } else {
            words::ask_heading(&app)
        }
    });
    let turn_to = move |decline: bool| {
        call(move || {
            if decline && shared.in_dialog() {
                bridge::close_dialog();
            }
            declined.set(decline);
            browser::focus_soon(HEADING);
        })
    };
    let header = element("header")
        .add(element("h1").id(HEADING).focusable().put(heading))
        .put(dynamic(move || ended(shared)))
        .put(asked(shared, declined));
    let below = dynamic(move || {
        if !declined.get() {
            return consent_form(shared, words::ask_not_now(), turn_to(true));
        }
        let reconsider = Button::new("default", words::ask_reconsider()).on_press(turn_to(false));
        all([
            paragraph(words::ask_declined()),
            element("div").class("actions").put(reconsider).view(),
        ])
    });
    element("div").class("stack").add(header).put(below).view()
}
