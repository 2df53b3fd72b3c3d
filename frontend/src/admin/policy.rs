//! What people may allow on this site: the form, what a change would do, and what another admin saved meanwhile.

mod form;

use std::sync::Arc;

use leptos::prelude::*;
use onbehalf_contract::{AdminPolicy, Group, PolicyEffects};

use super::{
    api,
    asked::Asked,
    consents::PAUSE_MS,
    desk::{Desk, HEADING},
    draft,
    parts::changes,
    told::effects,
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{alert, message},
        text::{hint, paragraph},
    },
    json::ToJson,
    trouble::Trouble,
    words::admin as say,
};

/// The ids of what takes the focus.
const FORM: &str = "admin-policy";
const EFFECTS: &str = "admin-policy-effects";
const SAVE: &str = "admin-policy-save";
const OTHER: &str = "admin-policy-other";

/// What a change would do, as far as is known.
#[derive(Clone)]
enum Preview {
    /// Something has to be filled in first.
    Incomplete,
    Shown(PolicyEffects),
    /// What is wrong with what was filled in.
    Refused(String),
}

/// A policy that is being changed.
#[derive(Clone, Copy)]
struct Editing {
    desk: Desk,
    /// As it is stored.
    stored: Asked<AdminPolicy>,
    /// What the form began with. Another one makes another form.
    begun: Live<Option<Arc<AdminPolicy>>>,
    groups: Live<Vec<Group>>,
    preview: Live<Preview>,
    /// The policy that the preview is of, so that nothing is saved whose effects nobody has seen.
    seen: Live<String>,
    /// How often something was changed.
    changes: Live<u32>,
    /// Whether the admin should look at the preview before they save.
    look: Live<bool>,
    /// What another admin has saved meanwhile.
    other: Live<Option<Arc<AdminPolicy>>>,
    busy: Live<bool>,
    trouble: Live<Option<Trouble>>,
}

pub(super) fn policy(desk: Desk) -> AnyView {
    let editing = Editing {
        desk,
        stored: Asked::new(None),
        begun: Live::new(None),
        groups: Live::new(Vec::new()),
        preview: Live::new(Preview::Incomplete),
        seen: Live::new(String::new()),
        changes: Live::new(0),
        look: Live::new(false),
        other: Live::new(None),
        busy: Live::new(false),
        trouble: Live::new(None),
    };
    editing.load();
    all([
        paragraph(say::policy_lead(&desk.site())),
        editing
            .stored
            .place(move || editing.load(), HEADING, |_| nothing()),
        dynamic(move || match editing.begun.get() {
            Some(begun) => form::form(editing, &begun),
            None => nothing(),
        }),
    ])
}

impl Editing {
    fn load(self) {
        self.stored.ask_then(api::policy(), move |policy| {
            self.begin(policy);
        });
    }

    /// Fills the form with this policy.
    fn begin(self, policy: &AdminPolicy) {
        self.groups.set(policy.groups.clone());
        self.other.set(None);
        self.trouble.set(None);
        self.begun.set(Some(Arc::new(policy.clone())));
        self.changed();
    }

    /// What the form says now, if that is a policy.
    fn written(self) -> Option<AdminPolicy> {
        let form = browser::form(FORM)?;
        let version = self
            .stored
            .now
            .with_untracked(|it| it.as_ref().map(|it| it.version))?;
        draft::policy(version, self.groups.get_untracked(), |field| {
            browser::checked_value(&form, field)
        })
    }

    /// Shows what the form comes to once nothing more is changed.
    fn changed(self) {
        self.look.set(false);
        // The admin may have turned to another tab before an answer came.
        let Some(changes) = self.changes.try_get_untracked() else {
            return;
        };
        let change = changes + 1;
        self.changes.set(change);
        browser::spawn(async move {
            browser::sleep(PAUSE_MS).await;
            if self.is_still(change) {
                self.ask(false).await;
            }
        });
    }

    /// Whether nothing was changed since, and the form is still there.
    fn is_still(self, change: u32) -> bool {
        self.changes.try_get_untracked() == Some(change)
    }

    /// Asks for what it would do. What is wrong is said beside it, or at the buttons to whoever saves.
    async fn ask(self, saving: bool) {
        let Some(policy) = self.written() else {
            self.preview.set(Preview::Incomplete);
            return;
        };
        let change = self.changes.get_untracked();
        let answer = api::preview_policy(&policy).await;
        if !self.is_still(change) {
            return;
        }
        match answer {
            Ok(effects) => {
                self.preview.set(Preview::Shown(effects));
                self.seen.set(policy.to_json());
                if saving {
                    self.look.set(true);
                    browser::focus_soon(EFFECTS);
                }
            }
            Err(why) if saving => self.trouble.set(Some(why)),
            Err(why) => self.preview.set(Preview::Refused(why.detail())),
        }
    }

    /// Saves it, if the admin has seen what it will do; otherwise shows them that.
    fn save(self) {
        self.trouble.set(None);
        self.look.set(false);
        // The browser says which field is wrong, and leads there.
        if !browser::form(FORM).is_some_and(|form| form.report_validity()) {
            return;
        }
        let Some(policy) = self.written() else {
            return;
        };
        self.busy.set(true);
        let seen = self.seen.with_untracked(|seen| *seen == policy.to_json());
        browser::spawn(async move {
            if seen {
                self.keep(&policy).await;
            } else {
                self.ask(true).await;
            }
            self.busy.set(false);
        });
    }

    async fn keep(self, policy: &AdminPolicy) {
        match api::save_policy(policy).await {
            Ok(saved) => {
                self.desk.say(say::policy_saved());
                self.begin(&saved);
                // What is saved next follows on this one.
                self.stored.now.set(Some(saved));
                browser::focus_soon(HEADING);
            }
            Err(why) if why.is_conflict() => self.catch_up(why).await,
            Err(why) => self.trouble.set(Some(why)),
        }
    }

    /// Shows what another admin has saved. What is in the form stays, and would take its place if it is saved again.
    async fn catch_up(self, why: Trouble) {
        match api::policy().await {
            Ok(policy) => {
                self.other.set(Some(Arc::new(policy.clone())));
                self.stored.now.set(Some(policy));
                // What it would do has to be seen anew.
                self.seen.set(String::new());
                self.changed();
                browser::focus_soon(OTHER);
            }
            Err(_) => self.trouble.set(Some(why)),
        }
    }
}

/// The place where it says what a change would do.
fn preview_place(editing: Editing) -> AnyView {
    element("section")
        .class("preview")
        .set("aria-labelledby", EFFECTS)
        .add(
            element("h3")
                .id(EFFECTS)
                .focusable()
                .text(say::policy_effects()),
        )
        .put(dynamic(move || match editing.preview.get() {
            Preview::Incomplete => hint(say::policy_incomplete()),
            Preview::Refused(why) => paragraph(why),
            Preview::Shown(shown) => {
                let lines = effects(&shown).into_iter();
                let lines = lines.map(|line| element("li").text(line).view());
                let list = element("ul").class("plain-list").put_all(lines);
                element("div").set("role", "status").add(list).view()
            }
        }))
        .view()
}

/// What another admin has saved, and the way to take it over.
fn other(editing: Editing) -> AnyView {
    let (Some(other), Some(begun)) = (editing.other.get(), editing.begun.get_untracked()) else {
        return nothing();
    };
    let lines = changes(&begun, &other).into_iter();
    let lines = lines.map(|line| element("li").text(line).view());
    let take = call(move || {
        editing.begin(&other);
        browser::focus_soon(HEADING);
    });
    let message = message(
        "warning",
        say::policy_other_title(),
        say::policy_other_text(),
    )
    .id(OTHER)
    .focusable()
    .add(element("ul").class("plain-list").put_all(lines))
    .put(Button::new("default", say::policy_other_take()).on_press(take));
    alert(message.view())
}
