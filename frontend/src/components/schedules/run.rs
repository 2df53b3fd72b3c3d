//! How a run went.

use leptos::prelude::*;
use onbehalf_contract::{NotRun, Run, RunResult, Schedule};

use super::item::Item;
use crate::{
    api, browser,
    components::{
        button::Button,
        call::call,
        element::{Element, element, nothing},
        live::Live,
        message::{Again, failure},
        outcome::outcome,
        text::{hint, link, time},
    },
    intl,
    trouble::Trouble,
    words,
};

/// The newest run of a schedule, if it has run.
pub(super) fn last_run(item: Item, now: &Schedule) -> AnyView {
    match &now.last_run {
        Some(run) => view(element("div"), item, "last", &words::run_last(), run),
        None => nothing(),
    }
}

/// A run in the history.
pub(super) fn past_run(item: Item, run: &Run) -> AnyView {
    view(element("li"), item, "past", "", run)
}

/// The id of a run in the history.
pub(super) fn past_run_id(run: &str) -> String {
    ["past-", run].concat()
}

/// Why nothing was done, and what to do about it.
pub(super) fn reason(reason: &NotRun, app: &str) -> String {
    let detail = words::reason_detail(reason, app);
    let remedy = words::reason_remedy(reason, app);
    [&detail, " ", &remedy].concat()
}

/// A run; `place` sets its id apart, since the newest one is shown in two of them.
fn view(within: Element, item: Item, place: &str, lead: &str, run: &Run) -> AnyView {
    let shared = item.shared;
    let app = shared.app();
    let id = [place, "-", &run.id].concat();
    let waits = run.result == RunResult::Waiting;
    let mut line = element("p")
        .text(lead)
        .text(" ")
        .put(time(&run.due, intl::day_and_time(&run.due)))
        .text(" ")
        .put(outcome(words::run_result(run.result)));
    if let Some(address) = words::link(run.link.as_deref()) {
        line = line.text(" ").put(link(shared, address, words::run_open()));
    }
    let why = run.reason.as_ref().map(|why| {
        // What waits is tried again by itself, so there is nothing for the person to do.
        if waits {
            words::reason_detail(why, &app)
        } else {
            reason(why, &app)
        }
    });
    let again = run.again_at.as_deref().filter(|_| waits);
    let notes = [
        why,
        again.map(|moment| words::run_again(&intl::day_and_time(moment))),
        run.as_app.then(|| words::activity_as_app(&app)),
        run.settled.then(words::activity_settled),
    ];
    let settle = (run.result == RunResult::Unknown).then(|| settle(item, &run.id, &id));
    within
        .class("run")
        .id(&id)
        .focusable()
        .add(line)
        .put_all(notes.into_iter().flatten().map(hint))
        .put_all(settle)
        .view()
}

/// The choice for somebody who has looked how a run ended of which no answer came back.
fn settle(item: Item, run: &str, id: &str) -> AnyView {
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let schedule = item
        .now
        .with_untracked(|now| (now.id.clone(), now.title.clone()));
    let about = Live::new((schedule, run.to_owned(), id.to_owned()));
    // What the person said the last time.
    let said = Live::new(false);
    let tell = move || {
        busy.set(true);
        trouble.set(None);
        let ((schedule, title), run, row) = about.get_untracked();
        let done = said.get_untracked();
        browser::spawn(async move {
            match api::settle(&schedule, &run, done).await {
                Ok(run) => {
                    let (result, _) = words::run_result(run.result);
                    let said = words::run_said(&title, &result);
                    item.shared.announcer.say(said);
                    item.settled(&run);
                    browser::focus_soon(&row);
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    };
    let say = move |done: bool| {
        call(move || {
            if !busy.get_untracked() {
                said.set(done);
                tell();
            }
        })
    };
    let done_id = [id, "-done"].concat();
    element("div")
        .class("actions")
        .put(failure(trouble, Again::new(call(tell), &done_id)))
        .put(
            Button::new("default", words::run_was_done())
                .id(&done_id)
                .busy(busy, say(true)),
        )
        .put(Button::new("default", words::run_was_not_done()).on_press(say(false)))
        .view()
}
