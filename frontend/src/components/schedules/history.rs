//! What a schedule has done, newest first, as far as it has been asked for.

use leptos::prelude::*;
use onbehalf_contract::{Run, RunsPage};

use super::{
    item::Item,
    run::{past_run, past_run_id},
};
use crate::{
    api,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{Again, failure},
        paged::{Page, Paged},
        text::hint,
    },
    words,
};

/// The runs, once the person wants to see them.
#[derive(Clone, Copy)]
pub(super) struct History {
    pub(super) open: Live<bool>,
    pub(super) runs: Paged<Run>,
}

impl History {
    pub(super) fn new() -> Self {
        Self {
            open: Live::new(false),
            runs: Paged::new(None),
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
        self.runs.shown.update(|runs| {
            let mut runs = runs.iter_mut().flatten();
            if let Some(this) = runs.find(|this| this.id == run.id) {
                this.clone_from(run);
            }
        });
    }

    fn load(self, item: Item, cursor: Option<String>) {
        let id = item.now.with_untracked(|now| now.id.clone());
        let answer = api::runs(&id, cursor.as_deref());
        self.runs.load(
            cursor,
            answer,
            |_, run| past_run_id(&run.id),
            move || self.open.set(true),
        );
    }
}

impl From<RunsPage> for Page<Run> {
    fn from(RunsPage { items, next }: RunsPage) -> Self {
        Self { items, next }
    }
}

/// The history of a schedule while it is open, or why it can't be.
pub(super) fn history(item: Item) -> AnyView {
    let this = item.history;
    let again = call(move || this.load(item, this.runs.asked_from()));
    let runs = dynamic(move || {
        if this.open.get() {
            let runs = this.runs.shown;
            runs.with(|runs| list(item, runs.as_deref().unwrap_or_default()))
        } else {
            nothing()
        }
    });
    let again = Again::new(again, &item.id("history"));
    all([failure(this.runs.trouble, again), runs])
}

fn list(item: Item, runs: &[Run]) -> AnyView {
    if runs.is_empty() {
        return hint(words::run_none());
    }
    let history = item.history;
    let more = call(move || history.load(item, history.runs.next.get_untracked()));
    let more = dynamic(move || {
        if history.runs.next.with(Option::is_some) {
            Button::new("default", words::activity_more()).busy(history.runs.busy, more)
        } else {
            nothing()
        }
    });
    let list = element("ol")
        .class("runs")
        .set("aria-label", &words::schedules_history())
        .put_all(runs.iter().map(|run| past_run(item, run)))
        .view();
    all([list, more])
}
