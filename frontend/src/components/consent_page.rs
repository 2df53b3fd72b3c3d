//! The whole page: which parts are shown, from where the consent stands.

use leptos::prelude::*;

use super::{
    activity::activities,
    allowed::allowed,
    ask::ask,
    dynamic::{dynamic, text},
    element::{all, element, nothing},
    message::{alert, message},
    refused::{refusal, refused},
    schedules::schedules,
    shared::Shared,
};
use crate::{bridge::Frame, state::State};

pub(crate) fn consent_page(state: State, frame: Frame) -> AnyView {
    let shared = Shared::new(state, frame);
    let active = shared.active;
    let any_acts = shared.feed.any;
    let may_not = shared.refused();
    let dialog = shared.in_dialog();
    // In a dialog someone wants an answer to one question, so nothing else is in the way.
    let beside = move || active.get() || !dialog;
    element("div")
        .class(if dialog { "page dialog" } else { "page" })
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
        .add(
            element("p")
                .class("unseen")
                .set("role", "status")
                .put(text(move || shared.announcement.get())),
        )
        .view()
}

/// That somebody else, or the same person in another window, was quicker.
fn overtaken(shared: Shared) -> AnyView {
    match shared.overtaken.get() {
        Some(trouble) => alert(message("warning", trouble.title(), trouble.detail()).view()),
        None => nothing(),
    }
}
