//! That an admin asks for this consent, and the way to say no.

use leptos::prelude::*;
use onbehalf_contract::Ask;

use super::{
    button::Button,
    call::call,
    dynamic::dynamic,
    element::nothing,
    live::Live,
    message::{Again, failure, message_of},
    shared::{HEADING, Shared},
};
use crate::{api, bridge, browser, trouble::Trouble, words};

/// The id of the button that says no.
const DECLINE: &str = "decline";

/// Nothing where nobody asks, or the person has said no. `declined` is told when they do.
pub(crate) fn asked(shared: Shared, declined: Live<bool>) -> AnyView {
    let ask = shared.state.with_untracked(|state| state.ask.clone());
    let Some(ask) = ask.filter(|ask| ask.declined_at.is_none()) else {
        return nothing();
    };
    let asking = Live::new(true);
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let decline = call(move || {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::decline().await {
                Ok(_) => {
                    shared.answered();
                    asking.set(false);
                    declined.set(true);
                    if shared.in_dialog() {
                        bridge::close_dialog();
                    }
                    browser::focus_soon(HEADING);
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    dynamic(move || {
        if !asking.get() {
            return nothing();
        }
        let button = Button::new("default", words::ask_decline()).id(DECLINE);
        message_of("information", who(&ask))
            .put(failure(trouble, Again::new(decline, DECLINE)))
            .put(button.busy(busy, decline))
            .view()
    })
}

/// Who asks, and what they say about it.
fn who(ask: &Ask) -> String {
    let name = ask.by.name.clone().unwrap_or_else(words::ask_an_admin);
    match &ask.note {
        Some(note) => words::ask_by_admin_note(&name, note),
        None => words::ask_by_admin(&name),
    }
}
