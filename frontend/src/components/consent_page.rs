//! The whole page: which parts are shown, from where the consent stands.

use leptos::prelude::*;

use super::{
    activity::activities,
    admin::beside_admin,
    allowed::allowed,
    ask::ask,
    dynamic::dynamic,
    element::{all, element, nothing},
    message::{alert, message},
    refused::{refusal, refused},
    schedules::schedules,
    shared::Shared,
};
use crate::{bridge::Frame, state::State, words};

pub(crate) fn consent_page(state: State, frame: Frame) -> AnyView {
    let shared = Shared::new(state, frame);
    let active = shared.active;
    let any_acts = shared.feed.any;
    let may_not = shared.refused();
    let dialog = shared.in_dialog();
    // In a dialog someone wants an answer to one question, so nothing else is in the way.
    let beside = move || active.get() || !dialog;
    let admin = !dialog && shared.state.with_untracked(|state| state.admin);
    let class = match (dialog, admin) {
        (true, _) => "page dialog",
        (false, true) => "parts",
        (false, false) => "page",
    };
    let page = element("div")
        .class(class)
        .put_all(paused(shared))
        .put(dynamic(move || overtaken(shared)))
        .put(dynamic(move || match (active.get(), may_not) {
            (true, false) => allowed(shared),
            // Someone who may not consent any more can still take back what they once gave.
            (true, true) => all([refusal(shared), allowed(shared)]),
            (false, false) => ask(shared),
            (false, true) => refused(shared),
        }))
        .put(dynamic(move || {
            if beside() && !may_not {
                schedules(shared)
            } else {
                nothing()
            }
        }))
        .put(dynamic(move || {
            if beside() && (active.get() || any_acts.get()) {
                activities(shared)
            } else {
                nothing()
            }
        }))
        .put(shared.announcer.place());
    if admin {
        beside_admin(page)
    } else {
        page.view()
    }
}

/// That nothing is done as anybody, and why.
fn paused(shared: Shared) -> Option<AnyView> {
    let pause = shared.state.with_untracked(|state| state.pause.clone())?;
    let name = pause.by.name.unwrap_or_else(words::ask_an_admin);
    let text = words::pause_text(&name, &pause.reason);
    Some(message("warning", words::pause_title(), text).view())
}

/// That somebody else, or the same person in another window, was quicker.
fn overtaken(shared: Shared) -> AnyView {
    match shared.overtaken.get() {
        Some(trouble) => alert(message("warning", trouble.title(), trouble.detail()).view()),
        None => nothing(),
    }
}
