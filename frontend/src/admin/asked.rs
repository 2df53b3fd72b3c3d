//! Something that the backend is asked for, and may be asked for again.

use leptos::prelude::*;

use super::{api::Answer, place::waiting};
use crate::{
    browser,
    components::{
        call::call,
        dynamic::dynamic,
        element::all,
        live::Live,
        message::{Again, failure},
    },
    trouble::Trouble,
};

/// The newest answer, and how the last question went.
pub(super) struct Asked<T> {
    pub(super) now: Live<Option<T>>,
    pub(super) busy: Live<bool>,
    pub(super) trouble: Live<Option<Trouble>>,
    /// How often was asked. An answer to an earlier question comes too late.
    times: Live<u32>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asked<T> {}

impl<T: Send + Sync + 'static> Asked<T> {
    pub(super) fn new(now: Option<T>) -> Self {
        Self {
            now: Live::new(now),
            busy: Live::new(false),
            trouble: Live::new(None),
            times: Live::new(0),
        }
    }

    pub(super) fn ask(self, answer: Answer<T>) {
        self.ask_then(answer, |_| {});
    }

    /// Asks, and does something with the answer before it is shown; unless that is to ask again.
    pub(super) fn ask_then(self, answer: Answer<T>, then: impl FnOnce(&T) + 'static) {
        // Whoever asks again after an answer may be gone by then.
        let Some(times) = self.times.try_get_untracked() else {
            return;
        };
        let time = times + 1;
        self.times.set(time);
        self.busy.set(true);
        self.trouble.set(None);
        browser::spawn(async move {
            let answer = answer.await;
            if self.times.try_get_untracked() != Some(time) {
                return;
            }
            match answer {
                Ok(value) => {
                    then(&value);
                    if self.times.try_get_untracked() != Some(time) {
                        return;
                    }
                    self.now.set(Some(value));
                }
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }

    /// The place where it is shown once it is there; until then that it is being waited for, or what went wrong.
    /// `again` asks anew, and `focus` is the id of what then takes the focus.
    pub(super) fn place(
        self,
        again: impl Fn() + Send + Sync + 'static,
        focus: &str,
        show: impl Fn(&T) -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        all([
            failure(self.trouble, Again::new(call(again), focus)),
            dynamic(move || {
                self.now.with(|now| match now {
                    Some(value) => show(value),
                    None => waiting(self.busy),
                })
            }),
        ])
    }
}
