//! What a schedule has done, newest first, as far as it has been asked for.

use leptos::prelude::*;
use onbehalf_contract::{Run, RunsPage};

use super::{
    item::Item,
    run::{past_run, past_run_id},
};
use crate::{
    api, browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{Again, failure},
        text::hint,
    },
    trouble::Trouble,
    words,
};

/// All pages so far as one, once the person wants to see them.
#[derive(Clone, Copy)]
pub(super) struct History {
    pub(super) open: Live<bool>,
    pub(super) busy: Live<bool>,
    shown: Live<RunsPage>,
    trouble: Live<Option<Trouble>>,
    /// How often was asked, and from where the last time.
    asked: Live<(u32, Option<String>)>,
}

impl History {
    pub(super) fn new() -> Self {
        let none = RunsPage {
            items: Vec::new(),
            next: None,
        };
        Self {
            open: Live::new(false),
            busy: Live::new(false),
            shown: Live::new(none),
            trouble: Live::new(None),
            asked: Live::new((0, None)),
        }
    }

    /// Opens it, once there is something to see, or closes it.
    pub(super) fn turn(self, item: Item) {
        if self.open.get_untracked() {
            self.open.set(false);
        } else {
            self.load(item, None);
        }
    }

    /// Looks at what is new, if anybody is looking.
    pub(super) fn refresh(self, item: Item) {
        if self.open.try_get_untracked() == Some(true) {
            self.load(item, None);
        }
    }

    /// Shows a run as it has become.
    pub(super) fn replace(self, run: &Run) {
        self.shown.update(|shown| {
            if let Some(this) = shown.items.iter_mut().find(|this| this.id == run.id) {
                this.clone_from(run);
            }
        });
    }

    fn load(self, item: Item, cursor: Option<String>) {
        let (times, _) = self.asked.get_untracked();
        let times = times + 1;
        self.asked.set((times, cursor.clone()));
        self.busy.set(true);
        self.trouble.set(None);
        let id = item.now.with_untracked(|now| now.id.clone());
        browser::spawn(async move {
            let answer = api::runs(&id, cursor.as_deref()).await;
            // A page that follows what is shown no longer would leave out what is in between.
            if self.asked.try_with_untracked(|(latest, _)| *latest) != Some(times) {
                return;
            }
            match answer {
                Ok(page) => self.show(page, cursor.is_some()),
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }

    fn show(self, mut page: RunsPage, follows: bool) {
        self.shown.update(|shown| {
            if follows {
                // The button goes with the last page, and reading goes on with what is new.
                if let Some(first) = page.items.first() {
                    browser::focus_soon(&past_run_id(&first.id));
                }
                shown.items.append(&mut page.items);
                shown.next = page.next;
            } else {
                *shown = page;
            }
        });
        self.open.set(true);
    }
}

/// The history of a schedule while it is open, or why it can't be.
pub(super) fn history(item: Item) -> AnyView {
    let this = item.history;
    let again = call(move || {
        let (_, cursor) = this.asked.get_untracked();
        this.load(item, cursor);
    });
    let runs = dynamic(move || {
        if this.open.get() {
            this.shown.with(|shown| list(item, shown))
        } else {
            nothing()
        }
    });
    let again = Again::new(again, &item.id("history"));
    all([failure(this.trouble, again), runs])
}

fn list(item: Item, shown: &RunsPage) -> AnyView {
    if shown.items.is_empty() {
        return hint(words::run_none());
    }
    let runs = shown.items.iter().map(|run| past_run(item, run));
    let list = element("ol")
        .class("runs")
        .set("aria-label", &words::schedules_history())
        .put_all(runs)
        .view();
    let Some(next) = shown.next.clone() else {
        return list;
    };
    let more = call(move || item.history.load(item, Some(next.clone())));
    let more = Button::new("default", words::activity_more()).busy(item.history.busy, more);
    all([list, more])
}
