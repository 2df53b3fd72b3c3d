//! One consent in the list.

use leptos::prelude::*;
use onbehalf_contract::{AdminConsentRow, ConsentState};

use super::list::List;
use crate::{
    admin::{
        somebody::{name, opener},
        told,
    },
    components::{
        button::Button,
        call::call,
        element::{Element, element, said},
        outcome::outcome,
        text::time,
    },
    intl,
    words::{self, Tone, admin as say},
};

/// What the columns are called. On a card these words stand beside each value.
pub(super) struct Columns {
    pub(super) person: String,
    pub(super) state: String,
    pub(super) access: String,
    pub(super) since: String,
    pub(super) until: String,
    pub(super) last_used: String,
    pub(super) acts: String,
}

impl Columns {
    pub(super) fn new() -> Self {
        Self {
            person: say::list_person(),
            state: say::filter_state(),
            access: say::filter_access(),
            since: say::list_since(),
            until: say::list_until(),
            last_used: say::list_last_used(),
            acts: say::list_acts(),
        }
    }
}

pub(super) fn row(list: List, columns: &Columns, consent: &AdminConsentRow) -> AnyView {
    let day = |moment: &str| time(moment, intl::short_day(moment));
    let last_used = match &consent.last_used_at {
        Some(moment) => day(moment),
        None => said(say::list_never_used()),
    };
    element("tr")
        .add(element("td").class("select").put(tick(list, consent)))
        .add(
            element("th")
                .set("scope", "row")
                .id(&person_id(&consent.person.account_id))
                .put(opener(list.desk, &consent.person)),
        )
        .add(cell(&columns.state, state(consent)))
        .add(cell(&columns.access, said(words::access(consent.access))))
        .add(cell(&columns.since, day(&consent.granted_at)))
        .add(cell(&columns.until, day(&consent.expires_at)))
        .add(cell(&columns.last_used, last_used))
        .add(cell(&columns.acts, said(intl::count(consent.acts))).class("number"))
        .add(element("td").class("end").put_all(button(list, consent)))
        .view()
}

fn cell(column: &str, value: AnyView) -> Element {
    let value = element("span").put(value);
    element("td").set("data-label", column).add(value)
}

/// Where it stands, and why it ended, if so.
fn state(consent: &AdminConsentRow) -> AnyView {
    let mut state = element("span").put(outcome(told::state(consent.state)));
    if consent.ends_soon {
        state = state
            .text(" ")
            .put(outcome((say::state_ends_soon(), Tone::Moving)));
    }
    // That its time was over says the state already.
    let because = consent
        .ended_because
        .filter(|_| consent.state != ConsentState::Expired);
    if let Some(because) = because {
        state = state.add(
            element("span")
                .class("hint because")
                .text(told::because(because)),
        );
    }
    state.view()
}

fn tick(list: List, consent: &AdminConsentRow) -> AnyView {
    let account = consent.person.account_id.clone();
    let ticked = {
        let account = account.clone();
        move || list.selection.with(|selection| selection.has(&account))
    };
    let change = move |_| {
        let page = list.accounts();
        list.selection
            .update(|selection| selection.turn(&account, &page));
    };
    element("input")
        .set("type", "checkbox")
        .set("aria-label", &say::select_one(&name(&consent.person)))
        .keep("checked", ticked)
        .on("change", change)
        .view()
}

/// The id of what says whose consent it is.
fn person_id(account: &str) -> String {
    ["admin-person-", account].concat()
}

/// The way to take it back, while there is something to take back.
fn button(list: List, consent: &AdminConsentRow) -> Option<AnyView> {
    if consent.state != ConsentState::Active {
        return None;
    }
    let person = consent.person.clone();
    let id = ["admin-revoke-", &person.account_id].concat();
    let from = id.clone();
    let press = call(move || list.revoke_one(&person, from.clone()));
    let button = Button::new("danger", say::revoke_one()).id(&id);
    let button = button.described_by(&person_id(&consent.person.account_id));
    Some(button.on_press(press))
}
