//! What was done as anybody.

use leptos::prelude::*;
use onbehalf_contract::{ActivityOf, Somebody};

use super::{
    acts::{Acts, RESULTS},
    api,
    ask::people,
    desk::{Desk, HEADING},
    exports::{What, exports},
    fields::{choice, labelled},
    lines::act,
    pages::Pages,
    picker::{Words, picker},
    somebody::who,
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{Element, all, element, nothing},
        text::hint,
    },
    day::Day,
    json::{name, named},
    words::{self, admin as say},
};

/// The id of the field for a person.
const PERSON: &str = "admin-acts-person";

pub(super) fn activity(desk: Desk) -> AnyView {
    all([
        filters(desk),
        // Another filter makes another list.
        dynamic(move || {
            let acts = desk.acts.get();
            let open = acts.is_open();
            let pages = Pages::new(move |cursor| api::activity(&acts, cursor));
            pages.list(
                move || {
                    hint(if open {
                        say::activity_none()
                    } else {
                        say::activity_no_match()
                    })
                },
                move |it: &ActivityOf| act(desk, Some(&it.person), &it.act),
            )
        }),
        exports(desk, What::Activity),
    ])
}

fn filters(desk: Desk) -> AnyView {
    let words = Words {
        label: say::activity_person(),
        found: say::ask_found,
        none: say::ask_nobody_found,
        search: people,
    };
    let pick = move |person: Somebody| {
        desk.acts.update(|acts| {
            acts.person = Some(person);
            acts.schedule = None;
        });
    };
    let now = desk.acts.get_untracked();
    let results = RESULTS.map(|(name, result)| (name, words::outcome(result).0));
    let result = now.result.map_or("", |it| name(&it, &RESULTS));
    let any = [("", say::filter_any())];
    let result = choice(any.into_iter().chain(results), result, move |chosen| {
        desk.acts
            .update(|acts| acts.result = named(&chosen, &RESULTS));
    });
    let from = day(now.from, move |day| {
        desk.acts.update(|acts| acts.from = day)
    });
    let to = day(now.to, move |day| desk.acts.update(|acts| acts.to = day));
    element("form")
        .class("filters")
        .set("role", "search")
        .on("submit", |submit| submit.prevent_default())
        .add(
            element("div")
                .class("line")
                .put(picker(desk, PERSON, words, pick)),
        )
        .put(labelled(
            "admin-acts-result",
            say::activity_result(),
            result,
        ))
        .put(labelled("admin-acts-from", say::activity_from(), from))
        .put(labelled("admin-acts-to", say::activity_to(), to))
        .put(dynamic(move || chosen(desk)))
        .view()
}

/// A day, or none.
fn day(now: Option<Day>, on_choose: impl Fn(Option<Day>) + 'static) -> Element {
    let now = now.map(|day| day.to_string());
    element("input")
        .set("type", "date")
        .set("value", &now.unwrap_or_default())
        .on("change", move |event| {
            on_choose(Day::parse(&browser::target_value(&event)));
        })
}

/// Whose acts are listed, and of which schedule, with the way back to all.
fn chosen(desk: Desk) -> AnyView {
    let Acts {
        person, schedule, ..
    } = desk.acts.get();
    let Some(person) = person else {
        return nothing();
    };
    let schedule = schedule.map(|(_, title)| hint(say::activity_schedule(&title)));
    let clear = call(move || {
        desk.acts.update(|acts| {
            acts.person = None;
            acts.schedule = None;
        });
        browser::focus_soon(HEADING);
    });
    element("div")
        .class("actions wide")
        .put(who(&person))
        .put_all(schedule)
        .put(Button::new("subtle", say::filter_clear()).on_press(clear))
        .view()
}
