//! One consent with all that belongs to it: what was agreed, what happened, what is scheduled, what was done.

use leptos::prelude::*;
use onbehalf_contract::{ActivityOf, AdminConsent, Ask, Consent, ConsentState, Schedule, Somebody};

use super::events::events;
use crate::{
    admin::{
        acts::Acts,
        api,
        ask::state_of_ask,
        asked::Asked,
        desk::{Desk, HEADING},
        lines::{act, schedule},
        pages::Pages,
        pause::reason_field,
        somebody::{name, who},
        told,
    },
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing, said},
        live::Live,
        message::{Again, alert, failure},
        outcome::outcome,
        paged::Page,
        panel::question,
        text::{hint, paragraph, time},
    },
    intl,
    trouble::Trouble,
    words::{self, admin as say},
};

/// The ids of what takes the focus.
const TAKE_BACK: &str = "admin-take-back";
const QUESTION: &str = "admin-take-back-question";
const REASON: &str = "admin-take-back-reason";
const NOW: &str = "admin-take-back-now";
const PERSON: &str = "admin-person";

/// The consent as it now is, and what is being done with it.
#[derive(Clone, Copy)]
struct Shown {
    desk: Desk,
    account: Live<String>,
    asked: Asked<AdminConsent>,
    revoking: Live<bool>,
    /// Whether it was changed by somebody else just when it was to be taken back.
    overtaken: Live<bool>,
}

pub(super) fn detail(desk: Desk, person: Somebody) -> AnyView {
    let shown = Shown {
        desk,
        account: Live::new(person.account_id.clone()),
        asked: Asked::new(None),
        revoking: Live::new(false),
        overtaken: Live::new(false),
    };
    shown.load();
    browser::focus_soon(PERSON);
    let back = call(move || {
        desk.opened.set(None);
        browser::focus_soon(HEADING);
    });
    let consent = shown.asked.place(
        move || shown.load(),
        PERSON,
        move |consent| whole(shown, consent),
    );
    all([
        element("div")
            .class("actions")
            .put(Button::new("subtle", say::detail_back()).on_press(back))
            .view(),
        element("h3")
            .id(PERSON)
            .class("person")
            .focusable()
            .put(who(&person))
            .view(),
        dynamic(move || {
            if shown.overtaken.get() {
                let message = element("div").class("message warning");
                alert(message.put(paragraph(say::detail_changed())).view())
            } else {
                nothing()
            }
        }),
        consent,
    ])
}

impl Shown {
    fn load(self) {
        // The admin may have gone back to the list meanwhile.
        let answer = self
            .account
            .try_with_untracked(|account| api::consent(account));
        if let Some(answer) = answer {
            self.asked.ask(answer);
        }
    }
}

fn whole(shown: Shown, about: &AdminConsent) -> AnyView {
    let consent = &about.consent;
    let active = consent.state == ConsentState::Active;
    let person = name(&about.person);
    let parts = [
        about.ask.as_ref().map(asked),
        Some(terms(consent)),
        active.then(|| dynamic(move || take_back(shown, &person))),
        Some(part(
            "admin-events",
            say::detail_events(),
            events(&about.events),
        )),
        Some(part(
            "admin-their-schedules",
            say::detail_schedules(),
            schedules(shown.desk, &about.schedules),
        )),
        Some(part(
            "admin-their-acts",
            say::detail_activity(),
            activity(shown.desk, about),
        )),
    ];
    all(parts.into_iter().flatten().collect::<Vec<_>>())
}

fn part(id: &str, heading: String, of: AnyView) -> AnyView {
    element("section")
        .set("aria-labelledby", id)
        .add(element("h4").id(id).text(heading))
        .put(of)
        .view()
}

/// That they were asked for it, and what they said.
fn asked(ask: &Ask) -> AnyView {
    element("div")
        .class("panel")
        .put(state_of_ask(ask))
        .put_all(
            ask.note
                .as_deref()
                .map(|note| paragraph(say::event_reason(note))),
        )
        .view()
}

fn terms(consent: &Consent) -> AnyView {
    if consent.state == ConsentState::None {
        return part(
            "admin-terms",
            say::detail_terms(),
            paragraph(say::detail_never()),
        );
    }
    let moment = |moment: &Option<String>| {
        let moment = moment.as_deref()?;
        Some(time(moment, intl::day_and_time(moment)))
    };
    let text = |text: Option<String>| text.map(said);
    let because = consent.ended_because.map(|it| hint(told::because(it)));
    let state = element("div")
        .put(outcome(told::state(consent.state)))
        .put_all(because);
    let facts = [
        (say::filter_state(), Some(state.view())),
        (
            say::filter_access(),
            text(consent.access.map(words::access)),
        ),
        (say::list_since(), moment(&consent.granted_at)),
        (say::list_until(), moment(&consent.expires_at)),
        (say::detail_ended(), moment(&consent.ended_at)),
        (say::detail_note(), text(consent.ended_note.clone())),
        (say::detail_notice(), text(Some(consent.notice.clone()))),
    ];
    let facts = facts.into_iter().filter_map(|(name, value)| {
        let fact = element("div").add(element("dt").text(name));
        Some(fact.add(element("dd").put(value?)).view())
    });
    let facts = element("dl").class("facts").put_all(facts).view();
    part("admin-terms", say::detail_terms(), facts)
}

fn take_back(shown: Shown, person: &str) -> AnyView {
    if shown.revoking.get() {
        return ask(shown, person);
    }
    let press = call(move || {
        shown.revoking.set(true);
        browser::focus_soon(REASON);
    });
    let button = Button::new("danger", say::revoke_one()).id(TAKE_BACK);
    element("div")
        .class("actions")
        .put(button.on_press(press))
        .view()
}

fn ask(shown: Shown, person: &str) -> AnyView {
    let reason = Live::new(String::new());
    let missing = Live::new(false);
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let cancel = call(move || {
        shown.revoking.set(false);
        browser::focus_soon(TAKE_BACK);
    });
    let now = call(move || {
        let given = reason.get_untracked().trim().to_owned();
        missing.set(given.is_empty());
        if given.is_empty() {
            browser::focus_soon(REASON);
            return;
        }
        busy.set(true);
        trouble.set(None);
        let answer = shown
            .account
            .with_untracked(|account| api::revoke(account, given));
        browser::spawn(async move {
            match answer.await {
                Ok(()) => {
                    shown.desk.say(say::revoke_finished("1"));
                    shown.overtaken.set(false);
                    shown.revoking.set(false);
                    shown.load();
                    browser::focus_soon(PERSON);
                }
                Err(why) if why.is_conflict() => {
                    // How it now is says more than the message does.
                    shown.overtaken.set(true);
                    shown.revoking.set(false);
                    shown.load();
                    browser::focus_soon(PERSON);
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let heading = element("h4")
        .id(QUESTION)
        .text(say::revoke_question_one(person))
        .view();
    let answers = [
        reason_field(REASON, say::revoke_reason(), reason, missing),
        failure(trouble, Again::new(now, NOW)),
        Button::new("danger-bold", say::revoke_now())
            .id(NOW)
            .busy(busy, now),
        Button::new("subtle", say::revoke_keep()).on_press(cancel),
    ];
    question(QUESTION, heading, say::revoke_text(), answers, busy, cancel)
}

fn schedules(desk: Desk, all: &[Schedule]) -> AnyView {
    if all.is_empty() {
        return hint(say::detail_no_schedules());
    }
    let rows = all.iter().map(|it| schedule(desk, None, it).view());
    element("ul").class("items").put_all(rows).view()
}

fn activity(desk: Desk, about: &AdminConsent) -> AnyView {
    let person = about.person.clone();
    let of = |act| ActivityOf {
        person: about.person.clone(),
        act,
    };
    let first = Page {
        items: about.activity.items.iter().cloned().map(of).collect(),
        next: about.activity.next.clone(),
    };
    let acts = Acts {
        person: Some(person),
        ..Acts::default()
    };
    let pages = Pages::beginning(first, move |cursor| api::activity(&acts, cursor));
    pages.list(
        || hint(say::activity_none()),
        move |it: &ActivityOf| act(desk, None, &it.act),
    )
}
