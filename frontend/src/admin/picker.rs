//! Picking people or groups by a part of their name.

use std::sync::Arc;

use leptos::prelude::*;
use onbehalf_contract::Somebody;

use super::{api::Answer, consents::PAUSE_MS, desk::Desk, fields::labelled, somebody};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{Again, failure},
        text::hint,
    },
    intl,
    trouble::Trouble,
    words::admin as say,
};

/// Something that can be picked.
pub(super) trait Pick: Clone + Send + Sync + 'static {
    /// Tells it apart from its like.
    fn key(&self) -> &str;
    fn name(&self) -> String;
    fn show(&self) -> AnyView;
}

impl Pick for Somebody {
    fn key(&self) -> &str {
        &self.account_id
    }

    fn name(&self) -> String {
        somebody::name(self)
    }

    fn show(&self) -> AnyView {
        somebody::who(self)
    }
}

impl Pick for onbehalf_contract::Group {
    fn key(&self) -> &str {
        &self.id
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn show(&self) -> AnyView {
        element("span").text(&self.name).view()
    }
}

/// What a picker says, and whom it asks.
pub(super) struct Words<T> {
    pub(super) label: String,
    pub(super) found: fn(&str) -> String,
    pub(super) none: fn() -> String,
    pub(super) search: fn(&str) -> Answer<Vec<T>>,
}

impl<T> Clone for Words<T> {
    fn clone(&self) -> Self {
        Self {
            label: self.label.clone(),
            ..*self
        }
    }
}

struct Picker<T> {
    desk: Desk,
    /// The id of the field.
    id: &'static str,
    words: Live<Words<T>>,
    written: Live<String>,
    typed: Live<u32>,
    found: Live<Option<Arc<Vec<T>>>>,
    trouble: Live<Option<Trouble>>,
    pick: Live<Arc<dyn Fn(T) + Send + Sync>>,
}

impl<T> Clone for Picker<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Picker<T> {}

/// A field to search in, and below it what was found, each with a button that picks it.
pub(super) fn picker<T: Pick>(
    desk: Desk,
    id: &'static str,
    words: Words<T>,
    pick: impl Fn(T) + Send + Sync + 'static,
) -> AnyView {
    let label = words.label.clone();
    let picker = Picker {
        desk,
        id,
        words: Live::new(words),
        written: Live::new(String::new()),
        typed: Live::new(0),
        found: Live::new(None),
        trouble: Live::new(None),
        pick: Live::new(Arc::new(pick)),
    };
    let field = element("input")
        .set("type", "search")
        .set("autocomplete", "off")
        .on("input", move |event| {
            picker.written.set(browser::target_value(&event));
            picker.search_soon();
        })
        // It is no form of its own, but the Enter key would send the one around it.
        .on("keydown", |event| {
            if browser::is_key(&event, "Enter") {
                event.prevent_default();
            }
        });
    let again = call(move || picker.search());
    all([
        labelled(id, label, field),
        failure(picker.trouble, Again::new(again, id)),
        dynamic(move || match picker.found.get() {
            None => nothing(),
            Some(found) => picker.results(&found),
        }),
    ])
}

impl<T: Pick> Picker<T> {
    /// Searches once nothing more is typed.
    fn search_soon(self) {
        let typed = self.typed.get_untracked() + 1;
        self.typed.set(typed);
        browser::spawn(async move {
            browser::sleep(PAUSE_MS).await;
            if self.typed.try_get_untracked() == Some(typed) {
                self.search();
            }
        });
    }

    fn search(self) {
        self.trouble.set(None);
        let written = self.written.with_untracked(|it| it.trim().to_owned());
        if written.is_empty() {
            self.found.set(None);
            return;
        }
        let typed = self.typed.get_untracked();
        let words = self.words.get_untracked();
        let answer = (words.search)(&written);
        browser::spawn(async move {
            let answer = answer.await;
            if self.typed.try_get_untracked() != Some(typed) {
                return;
            }
            match answer {
                Ok(found) => {
                    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
                    self.desk.say((words.found)(&intl::count(count)));
                    self.found.set(Some(Arc::new(found)));
                }
                Err(why) => self.trouble.set(Some(why)),
            }
        });
    }

    /// Makes room for another search.
    fn clear(self) {
        self.typed.update(|typed| *typed += 1);
        self.written.set(String::new());
        self.found.set(None);
        browser::clear_field(self.id);
    }

    fn results(self, found: &[T]) -> AnyView {
        if found.is_empty() {
            return hint((self.words.get_untracked().none)());
        }
        let rows = found.iter().map(|one| {
            let picked = one.clone();
            let pick = call(move || {
                (self.pick.get_untracked())(picked.clone());
                self.clear();
                browser::focus_soon(self.id);
            });
            let add = Button::new("default", say::ask_add_this())
                .named(&say::ask_add(&one.name()))
                .on_press(pick);
            element("li").put(one.show()).put(add).view()
        });
        element("ul").class("found").put_all(rows).view()
    }
}

/// Those that were picked, each with a button that takes it out again. The focus then goes to the field with this id.
pub(super) fn picked<T: Pick>(
    all: Live<Vec<T>>,
    label: fn() -> String,
    focus: &'static str,
) -> AnyView {
    dynamic(move || {
        let chips = all.with(|all| all.iter().map(chip).collect::<Vec<_>>());
        if chips.is_empty() {
            return nothing();
        }
        let chips = chips.into_iter().map(|(shown, name, key)| {
            let take_out = call(move || {
                all.update(|all| all.retain(|one| one.key() != key));
                browser::focus_soon(focus);
            });
            let remove = Button::new("subtle", "×".to_owned()).named(&say::remove(&name));
            element("li")
                .put(shown)
                .put(remove.on_press(take_out))
                .view()
        });
        element("ul")
            .class("chips")
            .set("aria-label", &label())
            .put_all(chips)
            .view()
    })
}

/// How it is shown, what it is called, and its key.
fn chip<T: Pick>(one: &T) -> (AnyView, String, String) {
    (one.show(), one.name(), one.key().to_owned())
}
