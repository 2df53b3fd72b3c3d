//! The page of consents that is shown, as a table; where there is little room each row is a card.

use leptos::prelude::*;
use onbehalf_contract::AdminConsents;

use super::{
    list::List,
    row::{Columns, row},
};
use crate::{
    admin::filter::{direction, sort_by},
    components::element::{Element, element},
    words::admin as say,
};

pub(super) fn table(list: List, page: &AdminConsents) -> AnyView {
    let columns = Columns::new();
    let every = element("input")
        .set("type", "checkbox")
        .id("admin-select-page")
        .keep("checked", move || {
            let page = list.accounts();
            list.selection
                .with(|selection| page.iter().all(|account| selection.has(account)))
        })
        .on("change", move |_| {
            let page = list.accounts();
            list.selection
                .update(|selection| selection.turn_page(&page));
        });
    let headings = element("tr")
        .add(
            element("td").add(
                // On cards these words are seen, too.
                element("label").class("tick").add(every).add(
                    element("span")
                        .class("unseen on-cards")
                        .text(say::select_page()),
                ),
            ),
        )
        .add(heading(&columns.person))
        .add(sortable(list, "state", &columns.state))
        .add(sortable(list, "access", &columns.access))
        .add(sortable(list, "since", &columns.since))
        .add(sortable(list, "until", &columns.until))
        .add(heading(&columns.last_used))
        .add(heading(&columns.acts).class("number"))
        .add(element("td"));
    let rows = page.items.iter().map(|it| row(list, &columns, it));
    element("table")
        .class("consents")
        .add(element("caption").class("unseen").text(say::title()))
        .add(element("thead").add(headings))
        .add(element("tbody").put_all(rows))
        .view()
}

fn heading(words: &str) -> Element {
    element("th").set("scope", "col").text(words)
}

/// A heading that sorts by its column.
fn sortable(list: List, column: &'static str, words: &str) -> Element {
    let desk = list.desk;
    let sort = desk.sort.get_untracked();
    let id = ["admin-sort-", column].concat();
    let focus = id.clone();
    let press = move |_| {
        desk.sort.set(sort_by(column, sort));
        list.begin_again();
        crate::browser::focus_soon(&focus);
    };
    let button = element("button")
        .set("type", "button")
        .class("sort")
        .id(&id)
        .on("click", press)
        .text(words);
    let heading = element("th").set("scope", "col").add(button);
    match direction(column, sort) {
        Some(direction) => heading.set("aria-sort", direction),
        None => heading,
    }
}
