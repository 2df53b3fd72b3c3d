//! The whole page for admins: what is always in sight, and one of the tabs.

use leptos::prelude::*;

use super::{
    activity::activity,
    ask::ask,
    audit::audit,
    consents::consents,
    desk::{Desk, HEADING},
    overview::overview,
    pause::paused,
    policy::policy,
    schedules::schedules,
    tabs::{PANEL, Tab, tabs},
};
use crate::{
    components::{dynamic::dynamic, element::element},
    words::admin as say,
};

/// `alone` says whether this is a page of its own, and not a part of another.
pub(super) fn page(desk: Desk, alone: bool) -> AnyView {
    if desk.overview.now.with_untracked(Option::is_none) {
        desk.look_again();
    }
    let header = element("header")
        .add(element("h1").id("admin-title").text(say::title()))
        .add(element("p").text(say::lead(&desk.app(), &desk.site())));
    element("div")
        .class(if alone { "page admin" } else { "admin" })
        .add(header)
        .put(dynamic(move || paused(desk)))
        .put(tabs(desk))
        .add(
            element("section")
                .class("tab-panel")
                .id(PANEL)
                .set("role", "tabpanel")
                .follow("aria-labelledby", move || Some(desk.tab.get().id()))
                .put(dynamic(move || shown(desk, desk.tab.get()))),
        )
        .put(desk.announcer.place())
        .view()
}

/// What a tab shows, below a heading with its name.
fn shown(desk: Desk, tab: Tab) -> AnyView {
    let heading = element("h2").id(HEADING).class("unseen").focusable();
    let of = match tab {
        Tab::Overview => overview(desk),
        Tab::Consents => consents(desk),
        Tab::Ask => ask(desk),
        Tab::Schedules => schedules(desk),
        Tab::Activity => activity(desk),
        Tab::Policy => policy(desk),
        Tab::Audit => audit(desk),
    };
    element("div")
        .class("stack")
        .add(heading.text(tab.title()))
        .put(of)
        .view()
}
