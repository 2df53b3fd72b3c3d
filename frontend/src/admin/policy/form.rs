//! The fields of the policy.

use leptos::prelude::*;
use onbehalf_contract::{AdminPolicy, Group};

use super::{Editing, FORM, SAVE, other, preview_place};
use crate::{
    admin::{
        api::{self, Answer},
        draft::{ACTIVITY_DAYS, LONGEST_DAYS, allows_writing, field},
        fields::labelled,
        picker::{Words, picked, picker},
    },
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{element, nothing, said},
        message::{Again, alert, failure},
        radio::group,
        text::hint,
    },
    words::{self, admin as say},
};

/// The id of the field for groups.
const GROUPS: &str = "admin-groups";

pub(super) fn form(editing: Editing, begun: &AdminPolicy) -> AnyView {
    element("form")
        .id(FORM)
        .class("policy")
        // The Enter key in a field would send a form; only the button does.
        .on("submit", |submit| submit.prevent_default())
        .on("input", move |_| editing.changed())
        .put(number(
            field::LONGEST,
            say::policy_longest(),
            begun.longest_days,
            LONGEST_DAYS,
        ))
        .put(access(begun))
        .put(who(editing))
        .put(switch(
            field::OWN_SCHEDULES,
            say::policy_own_schedules(),
            begun.own_schedules,
            say::policy_own_schedules_hint(),
        ))
        .put(switch(
            field::REST,
            say::policy_rest(),
            begun.rest_requests,
            say::policy_rest_hint(),
        ))
        .put(number(
            field::ACTIVITY_DAYS,
            say::policy_activity_days(),
            begun.activity_days,
            ACTIVITY_DAYS,
        ))
        .put(preview_place(editing))
        .put(dynamic(move || other(editing)))
        .put(buttons(editing))
        .view()
}

fn number(name: &'static str, label: String, now: i64, (least, most): (i64, i64)) -> AnyView {
    let field = element("input")
        .set("type", "number")
        .set("name", name)
        .set("min", &least.to_string())
        .set("max", &most.to_string())
        .set("value", &now.to_string())
        .mark("required", true);
    labelled(&["admin-", name].concat(), label, field)
}

/// A tick, and what it means. It is `on` at first.
fn switch(name: &str, label: String, on: bool, meaning: String) -> AnyView {
    let field = element("input")
        .set("type", "checkbox")
        .set("name", name)
        .mark("checked", on);
    element("div")
        .class("line")
        .add(element("label").class("tick").add(field).text(label))
        .put(hint(meaning))
        .view()
}

fn access(begun: &AdminPolicy) -> AnyView {
    let writing = allows_writing(begun);
    let choices = [
        ("read", say::policy_read_only(), !writing),
        ("readWrite", words::access_read_write(), writing),
    ];
    let choices = choices.map(|(value, words, chosen)| {
        let input = element("input")
            .set("type", "radio")
            .set("name", field::WRITING)
            .set("value", value)
            .mark("checked", chosen);
        let segment = element("label").class("segment");
        segment.add(input).text(words).view()
    });
    let choices = element("div").class("segments").put_all(choices);
    group(say::policy_access()).add(choices).view()
}

/// The groups whose members may consent.
fn who(editing: Editing) -> AnyView {
    let words = Words {
        label: say::policy_search_groups(),
        found: say::policy_groups_found,
        none: say::policy_no_group,
        search: groups,
    };
    let pick = move |group: Group| {
        editing.groups.update(|groups| {
            if groups.iter().all(|one| one.id != group.id) {
                groups.push(group);
            }
        });
    };
    let which = dynamic(move || {
        let everybody = editing.groups.with(Vec::is_empty);
        // A change of the groups is a change of the policy, although nothing was written.
        editing.changed();
        hint(if everybody {
            say::policy_everybody()
        } else {
            say::policy_members()
        })
    });
    group(say::policy_groups())
        .put(which)
        .put(picked(editing.groups, say::policy_groups, GROUPS))
        .put(picker(editing.desk, GROUPS, words, pick))
        .view()
}

fn groups(search: &str) -> Answer<Vec<Group>> {
    let groups = api::groups(search);
    Box::pin(async { Ok(groups.await?.items) })
}

fn buttons(editing: Editing) -> AnyView {
    let save = call(move || editing.save());
    let look = dynamic(move || {
        if editing.look.get() {
            alert(said(say::policy_look()))
        } else {
            nothing()
        }
    });
    element("div")
        .class("actions")
        .put(look)
        .put(failure(editing.trouble, Again::new(save, SAVE)))
        .put(
            Button::new("primary", say::policy_save())
                .id(SAVE)
                .busy(editing.busy, save),
        )
        .view()
}
