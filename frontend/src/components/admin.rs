//! The tabs of somebody who administers Confluence: what is their own, and what only admins see.

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{
    dynamic::dynamic,
    element::{Element, element, nothing},
    live::Live,
    message::failed,
};
use crate::{browser, trouble::Trouble, words};

/// The ids of the tabs and of what they show. The module for admins looks for the last one.
const MINE_TAB: &str = "mine-tab";
const ADMIN_TAB: &str = "admin-tab";
const MINE: &str = "mine";
const ADMIN: &str = "admin";

/// The tabs as they are now.
#[derive(Clone, Copy)]
struct Tabs {
    chosen: Live<&'static str>,
    /// Whether what admins see was asked for.
    asked: Live<bool>,
    /// Whether it did not come.
    missing: Live<bool>,
}

/// Puts what is the person's own into one tab, and leaves room in another for what admins see. That is fetched when it is
/// looked at first.
pub(crate) fn beside_admin(mine: Element) -> AnyView {
    let tabs = Tabs {
        chosen: Live::new(MINE),
        asked: Live::new(false),
        missing: Live::new(false),
    };
    let chosen = tabs.chosen;
    let room = element("div")
        .follow("aria-busy", move || (!tabs.missing.get()).then_some("true"))
        .put(dynamic(move || {
            if tabs.missing.get() {
                failed(&Trouble::Offline, None)
            } else {
                nothing()
            }
        }));
    let tabs = element("div")
        .class("tabs")
        .set("role", "tablist")
        .put(tab(MINE_TAB, MINE, words::tabs_mine(), tabs))
        .put(tab(ADMIN_TAB, ADMIN, words::tabs_admin(), tabs));
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

fn tab(id: &'static str, of: &'static str, words: String, tabs: Tabs) -> AnyView {
    let is_chosen = move || tabs.chosen.get() == of;
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
        .on("click", move |_| tabs.choose(of))
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
                tabs.choose(other);
                browser::focus_soon(tab);
            }
        })
        .text(words)
        .view()
}

impl Tabs {
    fn choose(self, what: &'static str) {
        self.chosen.set(what);
        if what == ADMIN && !self.asked.get_untracked() {
            self.asked.set(true);
            browser::spawn(async move {
                // What comes of it is shown in the room that is left for it.
                if show_admin().await.is_none() {
                    self.missing.set(true);
                }
            });
        }
    }
}

/// Fetches what only admins see. The script that started this module knows where it is.
async fn show_admin() -> Option<()> {
    let show = Reflect::get(&js_sys::global(), &"showAdmin".into()).ok()?;
    let shown = show
        .dyn_into::<Function>()
        .ok()?
        .call0(&JsValue::NULL)
        .ok()?;
    JsFuture::from(shown.dyn_into::<Promise>().ok()?)
        .await
        .ok()?;
    Some(())
}
