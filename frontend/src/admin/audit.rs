//! What admins did.

use leptos::prelude::*;
use onbehalf_contract::{AdminDeed, AuditEntry};

use super::{api, desk::Desk, pages::Pages, parts::changes, somebody::name};
use crate::{
    components::{
        element::{Element, all, element},
        text::{hint, time},
    },
    intl,
    words::admin as say,
};

pub(super) fn audit(_: Desk) -> AnyView {
    let pages = Pages::new(api::audit);
    all([
        hint(say::audit_lead()),
        pages.list(|| hint(say::audit_none()), row),
    ])
}

fn row(entry: &AuditEntry) -> Element {
    let changed = match &entry.did {
        AdminDeed::ChangedPolicy { from, to } => changes(from, to),
        _ => Vec::new(),
    };
    element("li")
        .class("item")
        .add(element("p").text(deed(entry)))
        .put(time(&entry.at, intl::day_and_time(&entry.at)))
        .put_all(changed.into_iter().map(hint))
}

fn deed(entry: &AuditEntry) -> String {
    let admin = name(&entry.by);
    let person = entry.person.as_ref().map_or_else(say::nobody, name);
    match &entry.did {
        AdminDeed::RevokedConsent { reason } => say::audit_revoked(&admin, &person, reason),
        AdminDeed::AskedForConsent => say::audit_asked(&admin, &person),
        AdminDeed::TookBackAsk => say::audit_took_back(&admin, &person),
        AdminDeed::ChangedPolicy { .. } => say::audit_policy(&admin),
        AdminDeed::Paused { reason } => say::audit_paused(&admin, reason),
        AdminDeed::LiftedPause => say::audit_lifted(&admin),
        AdminDeed::Exported { what } if what == "activity" => say::audit_exported_activity(&admin),
        AdminDeed::Exported { .. } => say::audit_exported_consents(&admin),
    }
}
