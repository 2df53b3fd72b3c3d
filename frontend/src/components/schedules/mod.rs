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
    button::Button, call::call, dynamic::dynamic, element::element, live::Live, shared::Shared,
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
    let heading = element("h2").id(SCHEDULES).focusable();
    element("section")
        .set("aria-labelledby", SCHEDULES)
        .add(heading.text(words::schedules_heading()))
        .put(dynamic(move || new_schedule(shared, adding)))
        .put(dynamic(move || {
            shared.schedules.with(|all| list(shared, all))
        }))
        .view()
}

fn list(shared: Shared, all: &[Schedule]) -> AnyView {
    if all.is_empty() {
        return hint(words::schedules_none());
    }
    let items = all.iter().map(|it| schedule_item(shared, it.clone()));
    element("ul").class("items").put_all(items).view()
}

/// The way to a new one. A schedule acts as the person, so they allow that first.
fn new_schedule(shared: Shared, adding: Live<bool>) -> AnyView {
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
            shared.schedules.update(|all| all.push(schedule));
        };
        return schedule_form(shared, None, Arc::new(close));
    }
    let open = call(move || adding.set(true));
    Button::new("default", words::schedules_new())
        .id(NEW)
        .on_press(open)
}
