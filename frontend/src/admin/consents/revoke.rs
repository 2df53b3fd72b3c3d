//! Taking back many consents, or one: the question, how far it has come, and what came of it.

use leptos::prelude::*;
use onbehalf_contract::RevokeMany;

use super::{
    list::{List, Revoking},
    summary::summary,
};
use crate::{
    admin::{api, pause::reason_field, progress::Progress, selection::Selection},
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element},
        live::Live,
        message::{Again, failure},
        panel::question,
    },
    intl,
    trouble::Trouble,
    words::admin as say,
};

/// The ids of what takes the focus.
pub(super) const REASON: &str = "admin-revoke-reason";
const QUESTION: &str = "admin-revoke-question";
const NOW: &str = "admin-revoke-now";
pub(super) const STOP: &str = "admin-revoke-stop";
const RESULT: &str = "admin-revoke-result";

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Asking,
    Working,
    /// Stopped by the admin, or by trouble: it can go on.
    Resting,
    Finished,
}

#[derive(Clone, Copy)]
struct Work {
    list: List,
    revoking: Live<Revoking>,
    reason: Live<String>,
    missing: Live<bool>,
    stage: Live<Stage>,
    /// Whether the admin wants it to stop after the request that is under way.
    stopping: Live<bool>,
    busy: Live<bool>,
    progress: Live<Progress>,
    trouble: Live<Option<Trouble>>,
}

pub(super) fn revoke(list: List, revoking: Revoking) -> AnyView {
    let work = Work {
        list,
        reason: Live::new(String::new()),
        missing: Live::new(false),
        stage: Live::new(Stage::Asking),
        stopping: Live::new(false),
        busy: list.working,
        progress: Live::new(Progress::of(revoking.count)),
        trouble: Live::new(None),
        revoking: Live::new(revoking),
    };
    dynamic(move || match work.stage.get() {
        Stage::Asking => work.ask(),
        Stage::Working | Stage::Resting => work.under_way(),
        Stage::Finished => work.finished(),
    })
}

impl Work {
    fn ask(self) -> AnyView {
        let revoking = self.revoking.get_untracked();
        let title = match &revoking.name {
            Some(name) => say::revoke_question_one(name),
            None => say::revoke_question(&intl::count(revoking.count)),
        };
        let heading = element("h3").id(QUESTION).text(title).view();
        let cancel = call(move || self.list.end_revoking());
        let now = call(move || {
            let given = self
                .reason
                .with_untracked(|reason| !reason.trim().is_empty());
            self.missing.set(!given);
            if given {
                self.go_on();
            } else {
                browser::focus_soon(REASON);
            }
        });
        let answers = [
            reason_field(REASON, say::revoke_reason(), self.reason, self.missing),
            Button::new("danger-bold", say::revoke_now())
                .id(NOW)
                .busy(self.busy, now),
            Button::new("subtle", say::revoke_keep()).on_press(cancel),
        ];
        question(
            QUESTION,
            heading,
            say::revoke_text(),
            answers,
            self.busy,
            cancel,
        )
    }

    /// Does one request after the other until all is done, the admin stops it, or something goes wrong.
    fn go_on(self) {
        self.stage.set(Stage::Working);
        self.stopping.set(false);
        self.trouble.set(None);
        self.busy.set(true);
        browser::focus_soon(STOP);
        browser::spawn(async move { while self.step().await {} });
    }

    /// One request. Answers whether the next one is to follow.
    async fn step(self) -> bool {
        let wish = RevokeMany {
            reason: self
                .reason
                .with_untracked(|reason| reason.trim().to_owned()),
            which: self
                .revoking
                .with_untracked(|revoking| revoking.which.clone()),
            cursor: self
                .progress
                .with_untracked(|progress| progress.cursor.clone()),
        };
        let answer = api::revoke_many(&wish).await;
        if self.stage.try_get_untracked().is_none() {
            // The admin has gone elsewhere. What was done is done, and the rest can be asked for again.
            return false;
        }
        match answer {
            Ok(step) => {
                let mut more = false;
                self.progress.update(|progress| more = progress.add(step));
                if !more {
                    self.end();
                } else if self.stopping.get_untracked() {
                    self.rest();
                    more = false;
                }
                more
            }
            Err(why) => {
                self.trouble.set(Some(why));
                self.rest();
                false
            }
        }
    }

    fn rest(self) {
        self.busy.set(false);
        self.stage.set(Stage::Resting);
        browser::focus_soon(STOP);
    }

    fn end(self) {
        self.busy.set(false);
        self.stage.set(Stage::Finished);
        // Those of which another try may help stay selected.
        let again = self.progress.with_untracked(Progress::worth_another_try);
        self.list.selection.set(Selection::of(again));
        self.list.load();
        browser::focus_soon(RESULT);
    }

    /// How far it has come, and the ways to stop it and to go on.
    fn under_way(self) -> AnyView {
        let resting = self.stage.get() == Stage::Resting;
        let words = dynamic(move || {
            let (done, total) = self
                .progress
                .with(|progress| (progress.tried(), progress.total()));
            let words = say::revoke_progress(&intl::count(done), &intl::count(total));
            let bar = element("progress")
                .set("max", &total.max(1).to_string())
                .set("value", &done.to_string())
                .set("aria-label", &words);
            all([
                bar.view(),
                element("p").set("role", "status").text(words).view(),
            ])
        });
        let go_on = call(move || self.go_on());
        let actions = element("div").class("actions");
        let actions = if resting {
            let left = self.progress.with_untracked(|progress| progress.left);
            let left = say::revoke_stopped(&intl::count(left));
            let finish = call(move || {
                if self.progress.with_untracked(Progress::tried) == 0 {
                    self.list.end_revoking();
                } else {
                    self.end();
                }
            });
            actions
                .put(failure(self.trouble, Again::new(go_on, STOP)))
                .add(element("p").class("wide").text(left))
                .put(
                    Button::new("primary", say::revoke_go_on())
                        .id(STOP)
                        .on_press(go_on),
                )
                .put(Button::new("subtle", say::close()).on_press(finish))
        } else {
            let stop = call(move || self.stopping.set(true));
            let button = Button::new("default", say::revoke_stop()).id(STOP);
            actions.put(button.busy(self.stopping, stop))
        };
        element("div").class("panel").put(words).add(actions).view()
    }

    /// What was done and what was not, and why.
    fn finished(self) -> AnyView {
        let close = call(move || self.list.end_revoking());
        let progress = self.progress.get_untracked();
        let revoked = say::revoke_finished(&intl::count(progress.revoked));
        let heading = element("h3").id(RESULT).focusable().text(revoked);
        element("div")
            .class("panel")
            .set("role", "group")
            .set("aria-labelledby", RESULT)
            .add(heading)
            .put(summary(say::revoke_not_done(), &progress.not))
            .put(Button::new("default", say::close()).on_press(close))
            .view()
    }
}
