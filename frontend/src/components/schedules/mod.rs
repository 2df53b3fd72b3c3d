//! What is scheduled to be done as the person, and the form for more.

mod delete;
mod fields;
mod form;
mod history;
mod item;
mod preview;
mod run;

use std::sync::Arc;

use leptos::prelude::*;
use onbehalf_contract::Schedule;

use super::{
    button::Button,
    call::call,
    dynamic::dynamic,
    element::{all, element, nothing},
    live::Live,
    shared::Shared,
    text::hint,
};
use crate::{browser, words};
use form::schedule_form;
use item::{heading_id, schedule_item};

/// The id of the section's heading.
const SCHEDULES: &str = "schedules";

/// The id of the button that opens the form.
const NEW: &str = "new-schedule";

pub(crate) fn schedules(shared: Shared) -> AnyView {
    let adding = Live::new(false);
    let end = Live::new(None);
    let last = Live::new(end);
    let heading = element("h2").id(SCHEDULES).focusable();
    let items = |all: &Vec<Schedule>| -> Vec<_> {
        let items = all.iter().cloned();
        items.map(|it| schedule_item(shared, it)).collect()
    };
    let list = element("ul")
        .class("items")
        .put_all(shared.schedules.with_untracked(items))
        .put(place(shared, end, last));
    element("section")
        .set("aria-labelledby", SCHEDULES)
        .add(heading.text(words::schedules_heading()))
        .put(dynamic(move || new_schedule(shared, adding, last)))
        .put(dynamic(move || {
            if shared.schedules.with(Vec::is_empty) {
                hint(words::schedules_none())
            } else {
                nothing()
            }
        }))
        .add(list)
        .view()
}

/// A place for one more schedule.
type Place = Live<Option<Schedule>>;

/// The place behind the last schedule. The one that takes it leaves another place behind itself: if the list were made
/// anew, what is typed and waited for in the others would be lost.
fn place(shared: Shared, end: Place, last: Live<Place>) -> AnyView {
    dynamic(move || {
        let Some(schedule) = end.get() else {
            return nothing();
        };
        let next = Live::new(None);
        last.set(next);
        all([schedule_item(shared, schedule), place(shared, next, last)])
    })
}

/// The way to a new one. A schedule acts as the person, so they allow that first.
fn new_schedule(shared: Shared, adding: Live<bool>, last: Live<Place>) -> AnyView {
    if !shared.active.get() {
        return hint(words::schedules_allow_first(&shared.app()));
    }
    if adding.get() {
        let close = move |saved: Option<Schedule>| {
            adding.set(false);
            let Some(schedule) = saved else {
                browser::focus_soon(NEW);
                return;
            };
            browser::focus_soon(&heading_id(&schedule.id));
            last.get_untracked().set(Some(schedule.clone()));
            shared.schedules.update(|all| all.push(schedule));
        };
        return schedule_form(shared, None, Arc::new(close));
    }
    let open = call(move || adding.set(true));
    Button::new("default", words::schedules_new())
        .id(NEW)
        .on_press(open)
}
