//! The list of consents: filters, the page of them that is shown, and what can be done with those that are selected.

use leptos::prelude::*;
use onbehalf_contract::{AdminConsents, Somebody, Which};

use super::{bulk::bulk, filters::filters, table::table};
use crate::{
    admin::{
        api,
        asked::Asked,
        desk::{Desk, HEADING},
        exports::{What, exports},
        selection::Selection,
        somebody,
    },
    browser,
    components::{
        button::Button,
        call::call,
        element::{all, element},
        live::Live,
        text::{hint, paragraph},
    },
    intl,
    words::admin as say,
};

/// How many are shown at once.
const PAGE: u32 = 25;

/// How long nothing is typed before it is searched for, in milliseconds.
pub(in crate::admin) const PAUSE_MS: i32 = 400;

/// The list as it is shown now.
#[derive(Clone, Copy)]
pub(super) struct List {
    pub(super) desk: Desk,
    /// The page that was asked for last.
    pub(super) asked: Asked<AdminConsents>,
    pub(super) selection: Live<Selection>,
    /// Whose consents are to be taken back, once that is asked.
    pub(super) revoking: Live<Option<Revoking>>,
    /// Whether they are being taken back now.
    pub(super) working: Live<bool>,
    typed: Live<u32>,
}

/// Whose consents are to be taken back. That stays as it was asked, whatever is searched for meanwhile.
#[derive(Clone)]
pub(super) struct Revoking {
    pub(super) which: Which,
    pub(super) count: u32,
    /// Whose, if it is one person's.
    pub(super) name: Option<String>,
    /// The id of what takes the focus when it is over.
    pub(super) from: String,
}

pub(super) fn list(desk: Desk) -> AnyView {
    let list = List {
        desk,
        asked: desk.consents,
        selection: Live::new(Selection::none()),
        revoking: Live::new(None),
        working: Live::new(false),
        typed: Live::new(0),
    };
    list.load();
    let shown = list.asked.place(
        move || list.load(),
        HEADING,
        move |page| {
            if page.total == 0 {
                empty(list)
            } else {
                all([table(list, page), pager(list, page)])
            }
        },
    );
    all([
        filters(list),
        bulk(list),
        shown,
        exports(desk, What::Consents),
    ])
}

fn empty(list: List) -> AnyView {
    if list.desk.filter.with_untracked(|filter| filter.is_open()) {
        return all([paragraph(say::list_none()), hint(say::list_none_hint())]);
    }
    paragraph(say::list_no_match())
}

/// Which part of all it is, and the ways to the parts before and after it.
fn pager(list: List, page: &AdminConsents) -> AnyView {
    let before = list.desk.trail.with_untracked(Vec::len).saturating_sub(1);
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    let shown = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
    let first = before.saturating_mul(PAGE).saturating_add(1);
    let last = first.saturating_add(shown).saturating_sub(1);
    let range = say::list_range(
        &intl::count(first),
        &intl::count(last),
        &intl::count(page.total),
    );
    let next = page.next.clone();
    let back = call(move || {
        list.desk.trail.update(|trail| {
            trail.pop();
        });
        list.load();
        browser::focus_soon(RANGE);
    });
    let previous = (before > 0)
        .then(|| Button::new("default", say::list_previous()).busy(list.asked.busy, back));
    let next = next.map(|next| {
        let on = call(move || {
            list.desk
                .trail
                .update(|trail| trail.push(Some(next.clone())));
            list.load();
            browser::focus_soon(RANGE);
        });
        Button::new("default", say::list_next()).busy(list.asked.busy, on)
    });
    element("div")
        .class("actions pager")
        .add(element("p").id(RANGE).focusable().text(range))
        .put_all(previous)
        .put_all(next)
        .view()
}

/// The id of what says which part of all is shown.
const RANGE: &str = "admin-range";

impl List {
    /// Asks for the page that is to be shown.
    pub(super) fn load(self) {
        let cursor = self
            .desk
            .trail
            .with_untracked(|trail| trail.last().cloned().flatten());
        let sort = self.desk.sort.get_untracked();
        let answer = self
            .desk
            .filter
            .with_untracked(|filter| api::consents(filter, sort, cursor.as_deref(), PAGE));
        self.asked.ask_then(answer, move |page| {
            // Nothing of the last page may match any more.
            if page.items.is_empty() && page.total > 0 {
                self.desk.trail.set(vec![None]);
                self.load();
            }
        });
    }

    /// Begins with the first page, since something else is to be listed. What was selected may not be listed any more;
    /// what is being taken back goes on.
    pub(super) fn begin_again(self) {
        // What was typed a moment ago is searched for with it.
        self.typed.update(|typed| *typed += 1);
        self.selection.set(Selection::none());
        self.desk.trail.set(vec![None]);
        self.load();
    }

    /// The same once nothing more is typed. What was selected is not what is searched for now.
    pub(super) fn begin_soon(self) {
        self.selection.set(Selection::none());
        let typed = self.typed.get_untracked() + 1;
        self.typed.set(typed);
        browser::spawn(async move {
            browser::sleep(PAUSE_MS).await;
            if self.typed.try_get_untracked() == Some(typed) {
                self.begin_again();
            }
        });
    }

    /// How many match, on all pages.
    pub(super) fn total(self) -> u32 {
        let total = |page: &Option<AdminConsents>| page.as_ref().map(|page| page.total);
        self.asked.now.with(total).unwrap_or_default()
    }

    /// The accounts on the page that is shown.
    pub(super) fn accounts(self) -> Vec<String> {
        let accounts = |page: &AdminConsents| {
            let people = page.items.iter().map(|row| row.person.account_id.clone());
            people.collect()
        };
        let shown = self
            .asked
            .now
            .with_untracked(|page| page.as_ref().map(accounts));
        shown.unwrap_or_default()
    }

    /// Asks whether to take back one consent.
    pub(super) fn revoke_one(self, person: &Somebody, from: String) {
        let accounts = vec![person.account_id.clone()];
        self.revoke(Revoking {
            which: Which::Accounts { accounts },
            count: 1,
            name: Some(somebody::name(person)),
            from,
        });
    }

    /// Asks whether to take back these consents; not while others are being taken back, which it would put an end to.
    pub(super) fn revoke(self, revoking: Revoking) {
        if self.working.get_untracked() {
            browser::focus_soon(super::revoke::STOP);
            return;
        }
        self.revoking.set(Some(revoking));
        browser::focus_soon(super::revoke::REASON);
    }

    /// The question is over.
    pub(super) fn end_revoking(self) {
        let from = self
            .revoking
            .with_untracked(|it| it.as_ref().map(|it| it.from.clone()));
        self.revoking.set(None);
        browser::focus_soon(from.as_deref().unwrap_or(HEADING));
    }
}
