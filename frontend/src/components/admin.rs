//! The tabs of somebody who administers Confluence: what is their own, and what only admins see.

use js_sys::{Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    element::{Element, element},
    live::Live,
};
use crate::{browser, words};

/// The ids of the tabs and of what they show. The module for admins looks for the last one.
const MINE_TAB: &str = "mine-tab";
const ADMIN_TAB: &str = "admin-tab";
const MINE: &str = "mine";
const ADMIN: &str = "admin";

/// Puts what is the person's own into one tab, and leaves room in another for what admins see. That is fetched when it is
/// looked at first.
pub(crate) fn beside_admin(mine: Element) -> AnyView {
    let chosen = Live::new(MINE);
    let tabs = element("div")
        .class("tabs")
        .set("role", "tablist")
        .put(tab(MINE_TAB, MINE, words::tabs_mine(), chosen))
        .put(tab(ADMIN_TAB, ADMIN, words::tabs_admin(), chosen));
    let room = element("div").set("aria-busy", "true");
    element("div")
        .class("page")
        .add(tabs)
        .add(panel(mine, MINE_TAB, MINE, chosen))
        .add(panel(room, ADMIN_TAB, ADMIN, chosen))
        .view()
}

fn panel(of: Element, tab: &str, id: &'static str, chosen: Live<&'static str>) -> Element {
    of.id(id)
        .set("role", "tabpanel")
        .set("aria-labelledby", tab)
        .follow("hidden", move || (chosen.get() != id).then_some(""))
}

fn tab(id: &'static str, of: &'static str, words: String, chosen: Live<&'static str>) -> AnyView {
    let is_chosen = move || chosen.get() == of;
    element("button")
        .set("type", "button")
        .set("role", "tab")
        .class("tab")
        .id(id)
        .set("aria-controls", of)
        .follow("aria-selected", move || {
            Some(if is_chosen() { "true" } else { "false" })
        })
        .follow("tabindex", move || {
            Some(if is_chosen() { "0" } else { "-1" })
        })
        .on("click", move |_| choose(of, chosen))
        .on("keydown", move |key| {
            // There are two, so both arrows lead to the other one.
            if ["ArrowLeft", "ArrowRight"]
                .iter()
                .any(|it| browser::is_key(&key, it))
            {
                let (other, tab) = if of == MINE {
                    (ADMIN, ADMIN_TAB)
                } else {
                    (MINE, MINE_TAB)
                };
                choose(other, chosen);
                browser::focus_soon(tab);
            }
        })
        .text(words)
        .view()
}

fn choose(what: &'static str, chosen: Live<&'static str>) {
    chosen.set(what);
    if what == ADMIN {
        show_admin();
    }
}

/// Fetches what only admins see. The script that started this module knows where it is, and does so once.
fn show_admin() {
    let show = Reflect::get(&js_sys::global(), &"showAdmin".into());
    if let Some(show) = show.ok().and_then(|show| show.dyn_into::<Function>().ok()) {
        // What comes of it is shown in the room that is left for it.
        drop(show.call0(&JsValue::NULL));
    }
}
