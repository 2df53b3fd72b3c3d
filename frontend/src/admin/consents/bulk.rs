//! What can be done with the selected consents, and the question before it.

use leptos::prelude::*;

use super::{
    list::{List, Revoking},
    revoke::revoke,
};
use crate::{
    admin::selection::Selection,
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::{dynamic, text},
        element::{all, element, nothing},
    },
    intl,
    words::admin as say,
};

/// The ids of what takes the focus.
const REVOKE: &str = "admin-revoke-selected";
const SELECTED: &str = "admin-selected";

pub(super) fn bulk(list: List) -> AnyView {
    all([
        dynamic(move || {
            if list.selection.with(|it| it.count(list.total())) == 0 {
                nothing()
            } else {
                bar(list)
            }
        }),
        dynamic(move || match list.revoking.get() {
            Some(revoking) => revoke(list, revoking),
            None => nothing(),
        }),
    ])
}

/// How many are selected, with what can be done with them.
fn bar(list: List) -> AnyView {
    let total = list.total();
    let count = list.selection.with(|selection| selection.count(total));
    let page = u32::try_from(list.accounts().len()).unwrap_or(u32::MAX);
    // While another list is on its way, so many match no more.
    let offers_all = total > page
        && !list.asked.busy.get()
        && list.selection.with(|it| *it != Selection::AllThatMatch);
    let select_all = offers_all.then(|| {
        let select = call(move || {
            list.selection.set(Selection::AllThatMatch);
            browser::focus_soon(SELECTED);
        });
        Button::new("default", say::select_all(&intl::count(total))).on_press(select)
    });
    let take_back = call(move || {
        let filter = list.desk.filter.get_untracked();
        list.revoke(Revoking {
            which: list.selection.with_untracked(|it| it.which(&filter)),
            count,
            name: None,
            from: REVOKE.to_owned(),
        });
    });
    let clear = call(move || {
        list.selection.set(Selection::none());
        browser::focus_soon("admin-select-page");
    });
    let count = text(move || say::select_count(&intl::count(count)));
    element("div")
        .class("actions bulk")
        .add(
            element("p")
                .id(SELECTED)
                .focusable()
                .set("role", "status")
                .put(count),
        )
        .put_all(select_all)
        .put(
            Button::new("danger", say::revoke_selected())
                .id(REVOKE)
                .on_press(take_back),
        )
        .put(Button::new("subtle", say::select_clear()).on_press(clear))
        .view()
}
