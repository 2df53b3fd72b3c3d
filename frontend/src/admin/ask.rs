//! Asking people for their consent. Nobody but they themselves can give it.

use leptos::prelude::*;
use onbehalf_contract::{Ask, AskOf, AskWish, Asked, Somebody};

use super::{
    api::{self, Answer},
    consents::summary::summary,
    desk::Desk,
    fields::{area, labelled},
    pages::Pages,
    pause::LONGEST_REASON,
    picker::{Words, picked, picker},
    somebody::{name, opener},
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{Element, all, element, nothing, said},
        live::Live,
        message::{Again, alert, failure},
        text::hint,
    },
    intl,
    trouble::Trouble,
    words::admin as say,
};

/// The ids of what takes the focus.
const SEARCH: &str = "admin-people";
const SEND: &str = "admin-ask";
const LIST: &str = "admin-asked";
const FORM: &str = "admin-ask-heading";

#[derive(Clone, Copy)]
struct Asking {
    desk: Desk,
    people: Live<Vec<Somebody>>,
    note: Live<String>,
    /// Whether nobody was chosen when somebody was to be asked.
    nobody: Live<bool>,
    busy: Live<bool>,
    trouble: Live<Option<Trouble>>,
    /// What came of it the last time.
    done: Live<Option<Asked>>,
    list: Pages<AskOf>,
    /// How often was asked. Each time the form begins anew.
    round: Live<u32>,
}

pub(super) fn ask(desk: Desk) -> AnyView {
    let asking = Asking {
        desk,
        people: Live::new(Vec::new()),
        note: Live::new(String::new()),
        nobody: Live::new(false),
        busy: Live::new(false),
        trouble: Live::new(None),
        done: Live::new(None),
        list: Pages::new(|_| api::asks()),
        round: Live::new(0),
    };
    all([form(asking), list(asking)])
}

fn form(asking: Asking) -> AnyView {
    let send = call(move || asking.send());
    let missing = dynamic(move || {
        if asking.nobody.get() {
            alert(
                element("p")
                    .class("flaw")
                    .text(say::ask_none_chosen())
                    .view(),
            )
        } else {
            nothing()
        }
    });
    let actions = element("div")
        .class("actions")
        .put(missing)
        .put(failure(asking.trouble, Again::new(send, SEND)))
        .put(
            Button::new("primary", say::ask_send())
                .id(SEND)
                .busy(asking.busy, send),
        );
    element("form")
        .class("panel")
        .set("aria-labelledby", FORM)
        .on("submit", |submit| submit.prevent_default())
        .add(element("h3").id(FORM).text(say::ask_heading()))
        .put(hint(say::ask_hint(&asking.desk.app())))
        .put(dynamic(move || asking.round.with(|_| fields(asking))))
        .put(dynamic(move || {
            asking.done.with(|done| match done {
                Some(done) => outcome(done),
                None => nothing(),
            })
        }))
        .add(actions)
        .view()
}

/// Whom to ask, and what to say to them.
fn fields(asking: Asking) -> AnyView {
    let words = Words {
        label: say::ask_search(),
        found: say::ask_found,
        none: say::ask_nobody_found,
        search: people,
    };
    let pick = move |person: Somebody| {
        asking.nobody.set(false);
        asking.people.update(|people| {
            if people.iter().all(|one| one.account_id != person.account_id) {
                people.push(person);
            }
        });
    };
    let note = area("", LONGEST_REASON, move |note| asking.note.set(note));
    all([
        picker(asking.desk, SEARCH, words, pick),
        picked(asking.people, say::ask_chosen, SEARCH),
        labelled("admin-note", say::ask_note(), note),
    ])
}

pub(super) fn people(search: &str) -> Answer<Vec<Somebody>> {
    let people = api::people(search);
    Box::pin(async { Ok(people.await?.items) })
}

/// How many were asked, and who was not and why.
fn outcome(done: &Asked) -> AnyView {
    element("div")
        .class("message information")
        .set("role", "status")
        .add(element("p").text(say::ask_sent(&intl::count(done.asked))))
        .put(summary(say::ask_not_asked(), &done.not))
        .view()
}

impl Asking {
    fn send(self) {
        let people = self.people.get_untracked();
        self.nobody.set(people.is_empty());
        if people.is_empty() {
            browser::focus_soon(SEARCH);
            return;
        }
        let note = self.note.with_untracked(|note| note.trim().to_owned());
        let wish = AskWish {
            accounts: people.into_iter().map(|one| one.account_id).collect(),
            note: (!note.is_empty()).then_some(note),
        };
        self.busy.set(true);
        self.trouble.set(None);
        self.done.set(None);
        browser::spawn(async move {
            match api::ask(&wish).await {
                Ok(done) => {
                    self.people.set(Vec::new());
                    self.note.set(String::new());
                    self.round.update(|round| *round += 1);
                    self.done.set(Some(done));
                    self.list.reload();
                }
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }
}

fn list(asking: Asking) -> AnyView {
    let rows = asking
        .list
        .list(|| hint(say::ask_none()), move |it| row(asking, it));
    element("section")
        .set("aria-labelledby", LIST)
        .add(element("h3").id(LIST).focusable().text(say::ask_list()))
        .put(rows)
        .view()
}

fn row(asking: Asking, of: &AskOf) -> Element {
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let account = of.person.account_id.clone();
    let id = ["admin-take-back-ask-", &account].concat();
    let take_back = call(move || {
        busy.set(true);
        trouble.set(None);
        let answer = api::take_back_ask(&account);
        browser::spawn(async move {
            match answer.await {
                Ok(()) => {
                    asking.desk.say(say::ask_taken_back());
                    asking.list.reload();
                    browser::focus_soon(LIST);
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let note = of.ask.note.as_deref();
    let button = Button::new("default", say::ask_take_back()).id(&id);
    let button = button.described_by(&["admin-asked-", &of.person.account_id].concat());
    element("li")
        .class("item")
        .add(
            element("p")
                .id(&["admin-asked-", &of.person.account_id].concat())
                .put(opener(asking.desk, &of.person)),
        )
        .put(button.busy(busy, take_back))
        .put(state_of_ask(&of.ask))
        .put_all(note.map(|note| hint(say::event_reason(note))))
        .put(failure(trouble, Again::new(take_back, &id)))
}

/// Who asked, when, and what the person said.
pub(super) fn state_of_ask(ask: &Ask) -> AnyView {
    let by = say::ask_by(&name(&ask.by), &intl::day_and_time(&ask.at));
    let answer = match &ask.declined_at {
        Some(moment) => say::ask_declined(&intl::day_and_time(moment)),
        None => say::ask_waiting(),
    };
    element("p")
        .class("hint")
        .text(by)
        .text(" · ")
        .put(said(answer))
        .view()
}
