//! Which consents are listed, and in which order.

use leptos::prelude::*;

use super::list::List;
use crate::{
    admin::{
        fields::{choice, labelled},
        filter::SORTS,
        json::STATES,
        told,
    },
    browser,
    components::element::element,
    json::{ACCESSES, name, named},
    words::{self, admin as say},
};

pub(super) fn filters(list: List) -> AnyView {
    let desk = list.desk;
    let filter = desk.filter.get_untracked();
    let search = element("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .set("value", &filter.search)
        .on("input", move |event| {
            let typed = browser::target_value(&event);
            desk.filter.update(|filter| filter.search = typed);
            list.begin_soon();
        });
    let states = STATES.map(|(name, state)| (name, told::state(state).0));
    let state = filter.state.map_or("", |it| name(&it, &STATES));
    let state = choice(any().into_iter().chain(states), state, move |chosen| {
        desk.filter
            .update(|filter| filter.state = named(&chosen, &STATES));
        list.begin_again();
    });
    let accesses = ACCESSES.map(|(name, access)| (name, words::access(access)));
    let access = filter.access.map_or("", |it| name(&it, &ACCESSES));
    let access = choice(any().into_iter().chain(accesses), access, move |chosen| {
        desk.filter
            .update(|filter| filter.access = named(&chosen, &ACCESSES));
        list.begin_again();
    });
    let sorts = SORTS.map(|sort| (sort, sort_words(sort)));
    let sort = choice(sorts, desk.sort.get_untracked(), move |chosen| {
        if let Some(sort) = SORTS.into_iter().find(|sort| *sort == chosen) {
            desk.sort.set(sort);
            list.begin_again();
        }
    });
    element("form")
        .class("filters")
        .set("role", "search")
        // What is chosen counts at once.
        .on("submit", |submit| submit.prevent_default())
        .put(labelled("admin-search", say::filter_search(), search))
        .put(labelled("admin-state", say::filter_state(), state))
        .put(labelled("admin-access", say::filter_access(), access))
        .put(labelled("admin-sort", say::filter_sort(), sort))
        .view()
}

fn any() -> [(&'static str, String); 1] {
    [("", say::filter_any())]
}

fn sort_words(sort: &str) -> String {
    match sort {
        "since" => say::sort_oldest(),
        "until" => say::sort_ends_first(),
        "-until" => say::sort_ends_last(),
        "state" => say::sort_state(),
        "access" => say::sort_access(),
        _ => say::sort_newest(),
    }
}
