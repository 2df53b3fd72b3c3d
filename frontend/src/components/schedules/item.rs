//! One schedule: when it runs, what it does, how it went the last time, and what can be done with it.

use std::sync::Arc;

use leptos::prelude::*;
use onbehalf_contract::{Fallback, Run, Schedule, ScheduleChange, ScheduleState};

use super::{
    delete::delete,
    form::schedule_form,
    history::{History, history},
    run::{last_run, reason},
};
use crate::{
    api, browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{Again, failure, message},
        outcome::outcome,
        shared::Shared,
        text::{hint, paragraph},
    },
    intl, run,
    trouble::Trouble,
    words::{self, Tone},
};

/// A schedule as it now is, and what is being done with it.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) shared: Shared,
    pub(super) now: Live<Schedule>,
    pub(super) history: History,
    /// Whether it was deleted.
    pub(super) gone: Live<bool>,
    doing: Live<Doing>,
    /// Whether it pauses. Apart, so that the other buttons stay when this alone changes.
    paused: Live<bool>,
    running: Live<bool>,
    /// Whether the run that the person asked for took longer than anyone likes to watch.
    late: Live<bool>,
    turning: Live<bool>,
    trouble: Live<Option<Trouble>>,
    /// What was tried the last time.
    tried: Live<Job>,
}

/// What stands below the facts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// The buttons.
    Nothing,
    Editing,
    Deleting,
}

/// What a button does that needs no question.
#[derive(Clone, Copy)]
enum Job {
    Run,
    /// Pauses or resumes.
    Turn,
}

/// The id of a schedule's heading.
pub(super) fn heading_id(schedule: &str) -> String {
    ["schedule-", schedule].concat()
}

pub(super) fn schedule_item(shared: Shared, schedule: Schedule) -> AnyView {
    let item = Item {
        shared,
        history: History::new(),
        gone: Live::new(false),
        doing: Live::new(Doing::Nothing),
        paused: Live::new(schedule.state == ScheduleState::Paused),
        now: Live::new(schedule),
        running: Live::new(false),
        late: Live::new(false),
        turning: Live::new(false),
        trouble: Live::new(None),
        tried: Live::new(Job::Run),
    };
    dynamic(move || {
        if item.gone.get() {
            nothing()
        } else {
            view(item)
        }
    })
}

fn view(item: Item) -> AnyView {
    let shared = item.shared;
    let again = call(move || item.start(item.tried.get_untracked()));
    element("li")
        .class("schedule")
        .put(dynamic(move || item.now.with(|now| facts(shared, now))))
        .put(dynamic(move || {
            if item.running.get() {
                hint(words::run_running())
            } else if item.late.get() {
                hint(words::run_late())
            } else {
                item.now.with(|now| last_run(item, now))
            }
        }))
        .put(failure(item.trouble, Again::new(again, &item.id("run"))))
        .put(dynamic(move || below(item)))
        .put(history(item))
        .view()
}

/// What it is, when it runs, and why it pauses if nobody asked for that.
fn facts(shared: Shared, now: &Schedule) -> AnyView {
    let app = shared.app();
    let mut heading = element("h3")
        .id(&heading_id(&now.id))
        .focusable()
        .text(&now.title);
    if now.state == ScheduleState::Paused {
        let paused = outcome((words::run_paused(), Tone::Neutral));
        heading = heading.text(" ").put(paused);
    }
    let mut facts = vec![
        heading.view(),
        paragraph(words::when(&now.when.expression, &now.when.time_zone)),
        hint(words::action(&now.action)),
    ];
    // Those after it are in the form.
    if let Some(next) = now.next_runs.first() {
        let next = intl::day_and_time_in(next, &now.when.time_zone);
        facts.push(hint(words::schedules_next(&next)));
    }
    if now.fallback == Fallback::App {
        let as_app = words::form_as_app(&app);
        facts.push(hint(words::schedules_pair(
            &words::form_fallback(),
            &as_app,
        )));
    }
    if let Some(because) = &now.paused_because {
        let title = words::schedules_paused_itself(&app);
        let message = message("warning", title, reason(because, &app));
        let remedy = paragraph(words::schedules_paused_remedy());
        facts.push(message.put(remedy).view());
    }
    all(facts)
}

fn below(item: Item) -> AnyView {
    match item.doing.get() {
        Doing::Nothing => buttons(item),
        Doing::Editing => {
            let close = move |saved: Option<Schedule>| {
                if let Some(schedule) = saved {
                    item.show(schedule);
                }
                item.doing.set(Doing::Nothing);
                browser::focus_soon(&item.id("edit"));
            };
            schedule_form(item.shared, Some(item), Arc::new(close))
        }
        Doing::Deleting => {
            let cancel = call(move || {
                item.doing.set(Doing::Nothing);
                browser::focus_soon(&item.id("delete"));
            });
            delete(item, cancel)
        }
    }
}

fn buttons(item: Item) -> AnyView {
    let run = call(move || item.start(Job::Run));
    let turn = call(move || item.start(Job::Turn));
    let edit = call(move || item.doing.set(Doing::Editing));
    let delete = call(move || {
        item.doing.set(Doing::Deleting);
        browser::focus_soon(&item.id("question"));
    });
    let look_back = call(move || item.history.turn(item));
    let button = move |look: &str, part: &str, words: String| {
        let button = Button::new(look, words).id(&item.id(part));
        button.described_by(&item.id("schedule"))
    };
    let turn = dynamic(move || {
        let words = if item.paused.get() {
            words::schedules_resume()
        } else {
            words::schedules_pause()
        };
        button("subtle", "turn", words).busy(item.turning, turn)
    });
    element("div")
        .class("actions")
        .put(button("default", "run", words::run_now()).busy(item.running, run))
        .put(turn)
        .put(button("subtle", "edit", words::schedules_edit()).on_press(edit))
        .put(button("subtle", "delete", words::schedules_delete()).on_press(delete))
        .put(
            button("subtle", "history", words::schedules_history())
                .expanded(item.history.open)
                .busy(item.history.runs.busy, look_back),
        )
        .view()
}

impl Item {
    /// The id of a part of it.
    pub(super) fn id(self, part: &str) -> String {
        self.now.with_untracked(|now| [part, "-", &now.id].concat())
    }

    /// Takes over the schedule as it now is.
    pub(super) fn show(self, schedule: Schedule) {
        let paused = schedule.state == ScheduleState::Paused;
        self.shared.schedules.update_untracked(|all| {
            if let Some(this) = all.iter_mut().find(|this| this.id == schedule.id) {
                this.clone_from(&schedule);
            }
        });
        // Nothing of this is there any more if the list has been made anew meanwhile.
        self.now.set(schedule);
        if self.paused.try_get_untracked() == Some(!paused) {
            self.paused.set(paused);
        }
    }

    /// Asks how it now is, and shows that.
    pub(super) async fn catch_up(self) {
        let Some(id) = self.now.try_with_untracked(|now| now.id.clone()) else {
            return;
        };
        // Where that can't be had, what is shown stays, with the message about it.
        if let Ok(Some(schedule)) = find(&id).await {
            self.show(schedule);
        }
    }

    /// Takes over how a run ended, wherever it is shown.
    pub(super) fn settled(self, run: &Run) {
        let now = self.now.try_get_untracked();
        if let Some(mut now) =
            now.filter(|now| now.last_run.as_ref().is_some_and(|it| it.id == run.id))
        {
            now.last_run = Some(run.clone());
            self.show(now);
        }
        self.history.replace(run);
        self.shared.feed.refresh();
    }

    fn start(self, job: Job) {
        self.tried.set(job);
        self.trouble.set(None);
        let now = self.now.get_untracked();
        browser::spawn(async move {
            let answer = match job {
                Job::Run => {
                    self.running.set(true);
                    let answer = self.run(&now).await;
                    self.running.set(false);
                    answer
                }
                Job::Turn => {
                    self.turning.set(true);
                    let answer = self.turn(&now).await;
                    self.turning.set(false);
                    answer
                }
            };
            if let Err(why) = answer {
                if why.is_conflict() {
                    self.catch_up().await;
                }
                self.trouble.set(Some(why));
            }
        });
    }

    /// Runs it and waits for the run's end.
    async fn run(self, now: &Schedule) -> Result<(), Trouble> {
        self.late.set(false);
        let Some(schedule) = follow(&now.id).await? else {
            self.late.set(true);
            return Ok(());
        };
        if let Some(run) = &schedule.last_run {
            let (result, _) = words::run_result(run.result);
            let said = words::run_said(&now.title, &result);
            self.shared.announcer.say(said);
        }
        self.show(schedule);
        self.history.refresh(self);
        self.shared.feed.refresh();
        Ok(())
    }

    /// Pauses it, or lets it go on.
    async fn turn(self, now: &Schedule) -> Result<(), Trouble> {
        let state = match now.state {
            ScheduleState::Active => ScheduleState::Paused,
            ScheduleState::Paused => ScheduleState::Active,
        };
        let change = ScheduleChange {
            version: now.version,
            state: Some(state),
            ..ScheduleChange::default()
        };
        let schedule = api::change_schedule(&now.id, &change).await?;
        let said = words::schedules_pair(&now.title, &words::schedule_state(state));
        self.shared.announcer.say(said);
        self.show(schedule);
        browser::focus_soon(&["turn-", &now.id].concat());
        Ok(())
    }
}

/// Runs a schedule, and answers it once that run is no longer under way; `None` if that takes too long.
async fn follow(id: &str) -> Result<Option<Schedule>, Trouble> {
    let started = api::run(id).await?;
    for look in 0.. {
        let Some(wait) = run::wait_before(look) else {
            break;
        };
        browser::sleep(wait).await;
        // A look that fails says nothing about the run. To offer to try again would be to run it once more.
        let Ok(Some(schedule)) = find(id).await else {
            continue;
        };
        if run::ended(&schedule, &started.id).is_some() {
            return Ok(Some(schedule));
        }
    }
    Ok(None)
}

async fn find(id: &str) -> Result<Option<Schedule>, Trouble> {
    let mut all = api::schedules().await?.items.into_iter();
    Ok(all.find(|schedule| schedule.id == id))
}
