//! The tabs of the page, as <https://www.w3.org/WAI/ARIA/apg/patterns/tabs/> describes them.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent};

use super::desk::Desk;
use crate::{browser, components::element::element, words::admin as say};

/// One of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Overview,
    Consents,
    Ask,
    Schedules,
    Activity,
    Policy,
    Audit,
}

/// The id of what a tab shows.
pub(super) const PANEL: &str = "admin-panel";

impl Tab {
    const ALL: [Self; 7] = [
        Self::Overview,
        Self::Consents,
        Self::Ask,
        Self::Schedules,
        Self::Activity,
        Self::Policy,
        Self::Audit,
    ];

    pub(super) fn id(self) -> &'static str {
        match self {
            Self::Overview => "admin-tab-overview",
            Self::Consents => "admin-tab-consents",
            Self::Ask => "admin-tab-ask",
            Self::Schedules => "admin-tab-schedules",
            Self::Activity => "admin-tab-activity",
            Self::Policy => "admin-tab-policy",
            Self::Audit => "admin-tab-audit",
        }
    }

    pub(super) fn title(self) -> String {
        match self {
            Self::Overview => say::tab_overview(),
            Self::Consents => say::tab_consents(),
            Self::Ask => say::tab_ask(),
            Self::Schedules => say::tab_schedules(),
            Self::Activity => say::tab_activity(),
            Self::Policy => say::tab_policy(),
            Self::Audit => say::tab_audit(),
        }
    }

    /// Where a key leads from here, if it leads anywhere.
    fn after(self, key: &str) -> Option<Self> {
        let last = Self::ALL.len() - 1;
        let here = Self::ALL.iter().position(|tab| *tab == self)?;
        let there = match key {
            "ArrowRight" => (here + 1) % (last + 1),
            "ArrowLeft" => here.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(Self::ALL[there])
    }
}

pub(super) fn tabs(desk: Desk) -> AnyView {
    let tabs = Tab::ALL.map(|tab| {
        let chosen = move || desk.tab.get() == tab;
        element("button")
            .set("type", "button")
            .set("role", "tab")
            .class("tab")
            .id(tab.id())
            .set("aria-controls", PANEL)
            .follow("aria-selected", move || {
                Some(if chosen() { "true" } else { "false" })
            })
            // The Tab key leads to the chosen one only; the arrows lead to the others.
            .follow("tabindex", move || Some(if chosen() { "0" } else { "-1" }))
            .on("click", move |_| choose(desk, tab))
            .on("keydown", move |event| on_key(desk, tab, &event))
            .text(tab.title())
            .view()
    });
    element("div")
        .class("tabs")
        .set("role", "tablist")
        .set("aria-label", &say::title())
        .put_all(tabs)
        .view()
}

fn choose(desk: Desk, tab: Tab) {
    if tab == Tab::Consents {
        // The tab leads to the list, also from what was opened there.
        desk.opened.set(None);
    }
    if desk.tab.get_untracked() != tab {
        desk.tab.set(tab);
    }
}

fn on_key(desk: Desk, tab: Tab, event: &Event) {
    let key = event.dyn_ref::<KeyboardEvent>().map(KeyboardEvent::key);
    if let Some(next) = key.and_then(|key| tab.after(&key)) {
        event.prevent_default();
        choose(desk, next);
        browser::focus_soon(next.id());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrows_lead_round() {
        assert_eq!(Tab::Overview.after("ArrowRight"), Some(Tab::Consents));
        assert_eq!(Tab::Audit.after("ArrowRight"), Some(Tab::Overview));
        assert_eq!(Tab::Overview.after("ArrowLeft"), Some(Tab::Audit));
        assert_eq!(Tab::Policy.after("Home"), Some(Tab::Overview));
        assert_eq!(Tab::Policy.after("End"), Some(Tab::Audit));
        assert_eq!(Tab::Policy.after("Enter"), None);
    }
}
