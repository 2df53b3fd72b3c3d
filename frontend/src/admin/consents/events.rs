//! What happened to a consent.

use leptos::prelude::*;
use onbehalf_contract::{AdminConsentEvent, EndedBecause};

use crate::{
    admin::{somebody::name, told},
    components::{
        element::element,
        text::{hint, time},
    },
    intl, json,
    words::{self, admin as say},
};

pub(super) fn events(events: &[AdminConsentEvent]) -> AnyView {
    if events.is_empty() {
        return hint(say::detail_no_events());
    }
    // The newest first, as in all lists.
    let rows = events.iter().rev().map(row);
    element("ol").class("items").put_all(rows).view()
}

fn row(event: &AdminConsentEvent) -> AnyView {
    let what = told::event(&event.what);
    let what = match &event.admin {
        Some(admin) => say::event_by_admin(&what, &name(admin)),
        None => what,
    };
    let until = event.expires_at.as_deref();
    let until = until.map(|moment| say::event_until(&intl::day_and_time(moment)));
    let notes = [
        event.access.map(words::access),
        until,
        event.reason.as_deref().map(|it| reason(event, it)),
    ];
    element("li")
        .class("item")
        .add(element("p").text(what))
        .put(time(&event.at, intl::day_and_time(&event.at)))
        .put_all(notes.into_iter().flatten().map(hint))
        .view()
}

/// What an admin said, as they said it; or what made it invalid, in words.
fn reason(event: &AdminConsentEvent, reason: &str) -> String {
    const CAUSES: [(&str, EndedBecause); 7] = [
        ("accountDeactivated", EndedBecause::AccountDeactivated),
        ("accountClosed", EndedBecause::AccountClosed),
        ("accountUnfit", EndedBecause::AccountUnfit),
        ("accessLost", EndedBecause::AccessLost),
        ("appRemoved", EndedBecause::AppRemoved),
        ("noticeChanged", EndedBecause::NoticeChanged),
        ("policyChanged", EndedBecause::PolicyChanged),
    ];
    match json::named(reason, &CAUSES) {
        Some(because) if event.admin.is_none() => told::because(because),
        _ => say::event_reason(reason),
    }
}
