//! Acts and schedules as lines of a list.

use onbehalf_contract::{Activity, Schedule, ScheduleState, Somebody};

use super::{desk::Desk, somebody::opener, told};
use crate::{
    components::{
        element::{Element, element, said},
        outcome::outcome,
        text::{hint, time},
    },
    intl,
    words::{self, Tone, admin as say},
};

/// What was done, when, and how it ended; and as whom, where that isn't said already.
pub(super) fn act(desk: Desk, person: Option<&Somebody>, act: &Activity) -> Element {
    let what = words::deed(&act.did);
    let what = match words::link(act.link.as_deref()) {
        Some(address) => element("a")
            .set("href", address)
            .set("target", "_top")
            .set("rel", "noopener")
            .text(what)
            .view(),
        None => said(what),
    };
    let when = element("p")
        .class("hint")
        .put(time(&act.started_at, intl::day_and_time(&act.started_at)))
        .text(" · ")
        .text(words::access(act.access));
    let notes = told::act_notes(act, &desk.app());
    element("li")
        .class("item")
        .add(element("p").put(what))
        .put(outcome(words::outcome(act.outcome)))
        .add(when)
        .put_all(person.map(|person| opener(desk, person)))
        .put_all(notes.into_iter().map(hint))
}

/// What is scheduled, when, what it does, and how it went the last time; and for whom, where that isn't said already.
pub(super) fn schedule(desk: Desk, person: Option<&Somebody>, schedule: &Schedule) -> Element {
    let app = desk.app();
    let paused = schedule.state == ScheduleState::Paused;
    let state = (
        words::schedule_state(schedule.state),
        if paused { Tone::Neutral } else { Tone::Good },
    );
    let itself = schedule.paused_because.as_ref();
    let next = schedule.next_runs.first().map(|moment| {
        words::schedules_next(&intl::day_and_time_in(moment, &schedule.when.time_zone))
    });
    let notes = [
        Some(words::when(
            &schedule.when.expression,
            &schedule.when.time_zone,
        )),
        Some(told::action(&schedule.action)),
        next,
        itself.map(|_| say::schedules_paused_itself(&app)),
        itself.map(told::why),
    ];
    let last = schedule.last_run.as_ref().map(|run| {
        let when = say::schedules_last_run(&intl::day_and_time(&run.due));
        element("p")
            .class("hint")
            .text(when)
            .text(" ")
            .put(outcome(words::run_result(run.result)))
            .view()
    });
    let run_notes = schedule.last_run.as_ref();
    let run_notes = run_notes.map(|run| told::run_notes(run, &app));
    element("li")
        .class("item")
        .add(element("p").class("title").text(&schedule.title))
        .put(outcome(state))
        .put_all(person.map(|person| opener(desk, person)))
        .put_all(notes.into_iter().flatten().map(hint))
        .put_all(last)
        .put_all(run_notes.into_iter().flatten().map(hint))
}
