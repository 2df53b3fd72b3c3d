//! What an admin should look at, each with the way there.

use leptos::prelude::*;
use onbehalf_contract::{ConsentState, Overview, ScheduleOf};

use crate::{
    admin::{
        acts::Acts,
        desk::Desk,
        filter::Filter,
        somebody::{name, opener},
        told,
    },
    components::{button::Button, call::call, element::element, text::hint},
    intl,
    words::admin as say,
};

/// The id of the heading.
const ATTENTION: &str = "admin-attention";

pub(super) fn attention(desk: Desk, overview: &Overview) -> AnyView {
    let with_state = |state| Filter {
        state: Some(state),
        ..Filter::default()
    };
    let mut rows = Vec::new();
    if overview.ending_soon > 0 {
        let words = say::overview_ending_soon(&intl::count(overview.ending_soon));
        let filter = with_state(ConsentState::Active);
        rows.push(row("admin-ending-soon", words, move || {
            desk.show_consents(filter.clone(), "until")
        }));
    }
    if overview.accounts_gone > 0 {
        let words = say::overview_accounts_gone(&intl::count(overview.accounts_gone));
        let filter = with_state(ConsentState::Invalidated);
        rows.push(row("admin-accounts-gone", words, move || {
            desk.show_consents(filter.clone(), "-since")
        }));
    }
    let failing = overview.failing.iter();
    rows.extend(failing.map(|failing| failed(desk, failing)));
    let section = element("section")
        .set("aria-labelledby", ATTENTION)
        .add(element("h3").id(ATTENTION).text(say::overview_attention()));
    if rows.is_empty() {
        return section.put(hint(say::overview_fine())).view();
    }
    section
        .add(element("ul").class("items").put_all(rows))
        .view()
}

/// Something to look at, with this id, and a button that leads there.
fn row(id: &str, words: String, show: impl Fn() + Send + Sync + 'static) -> AnyView {
    let button = Button::new("default", say::overview_show()).described_by(id);
    element("li")
        .class("item")
        .add(element("p").id(id).text(words))
        .put(button.on_press(call(show)))
        .view()
}

/// A schedule that failed, why, and what it did.
fn failed(desk: Desk, failing: &ScheduleOf) -> AnyView {
    let ScheduleOf { person, schedule } = failing;
    let title = say::pair(&say::overview_failing(), &schedule.title);
    let reason = schedule.paused_because.as_ref();
    let reason = reason.or_else(|| schedule.last_run.as_ref()?.reason.as_ref());
    let paused = schedule.paused_because.is_some();
    let paused = paused.then(|| hint(say::schedules_paused_itself(&desk.app())));
    let acts = Acts::of_schedule(person.clone(), &schedule.id, &schedule.title);
    let show = call(move || desk.show_acts(acts.clone()));
    // Which of them, for whoever hears the button alone.
    let id = ["admin-failing-", &schedule.id].concat();
    let button = Button::new("default", say::overview_show_activity()).described_by(&id);
    element("li")
        .class("item")
        .add(element("p").id(&id).text(title))
        .put(button.on_press(show))
        .put(opener(desk, person))
        .put_all(reason.map(|reason| hint(told::why(reason))))
        .put_all(paused)
        .set("aria-label", &say::pair(&name(person), &schedule.title))
        .view()
}
