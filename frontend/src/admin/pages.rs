//! A list that grows page by page.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    api::{Answer, Page},
    desk::HEADING,
    place::waiting,
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{Element, all, element, nothing},
        live::Live,
        message::{Again, failure},
    },
    trouble::Trouble,
    words::admin as say,
};

/// Asks for the page that begins at a cursor; for the first one without.
type Ask<T> = Arc<dyn Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync>;

/// All pages so far as one, and how the last question went.
pub(super) struct Pages<T> {
    /// Nothing before the first page is there.
    shown: Live<Option<Arc<Vec<T>>>>,
    next: Live<Option<String>>,
    busy: Live<bool>,
    trouble: Live<Option<Trouble>>,
    /// How often was asked, and from where the last time.
    asked: Live<(u32, Option<String>)>,
    ask: Live<Ask<T>>,
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pages<T> {}

impl<T: Clone + Send + Sync + 'static> Pages<T> {
    /// A list that asks for its first page.
    pub(super) fn new(
        ask: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
    ) -> Self {
        let pages = Self::of(None, ask);
        pages.load(None);
        pages
    }

    /// A list whose first page is there.
    pub(super) fn beginning(
        first: Page<T>,
        ask: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
    ) -> Self {
        Self::of(Some(first), ask)
    }

    fn of(
        first: Option<Page<T>>,
        ask: impl Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync + 'static,
    ) -> Self {
        let (items, next) = match first {
            Some(page) => (Some(Arc::new(page.items)), page.next),
            None => (None, None),
        };
        Self {
            shown: Live::new(items),
            next: Live::new(next),
            busy: Live::new(false),
            trouble: Live::new(None),
            asked: Live::new((0, None)),
            ask: Live::new(Arc::new(ask)),
        }
    }

    /// Begins anew.
    pub(super) fn reload(self) {
        self.load(None);
    }

    fn load(self, cursor: Option<String>) {
        // Whoever begins anew after an answer may be gone by then.
        let Some((times, _)) = self.asked.try_get_untracked() else {
            return;
        };
        let times = times + 1;
        self.asked.set((times, cursor.clone()));
        self.busy.set(true);
        self.trouble.set(None);
        let answer = (self.ask.get_untracked())(cursor.as_deref());
        browser::spawn(async move {
            let answer = answer.await;
            let latest = self.asked.try_with_untracked(|(latest, _)| *latest);
            if latest != Some(times) {
                return;
            }
            match answer {
                Ok(page) => self.add(page, cursor.is_some()),
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }

    fn add(self, mut page: Page<T>, follows: bool) {
        if let Some(so_far) = self.shown.get_untracked().filter(|_| follows) {
            if !page.items.is_empty() {
                // The button may go with the last page, and reading goes on with what is new.
                browser::focus_soon(&row_id(so_far.len()));
            }
            let mut items = so_far.to_vec();
            items.append(&mut page.items);
            page.items = items;
        }
        self.next.set(page.next);
        self.shown.set(Some(Arc::new(page.items)));
    }

    /// The list; `none` stands in its place while there is nothing in it.
    pub(super) fn list(
        self,
        none: impl Fn() -> AnyView + Send + Sync + 'static,
        row: impl Fn(&T) -> Element + Send + Sync + 'static,
    ) -> AnyView {
        let again = call(move || {
            let (_, cursor) = self.asked.get_untracked();
            self.load(cursor);
        });
        let more = call(move || self.load(self.next.get_untracked()));
        all([
            dynamic(move || match self.shown.get() {
                None => waiting(self.busy),
                Some(items) if items.is_empty() => none(),
                Some(items) => rows(&items, &row),
            }),
            failure(self.trouble, Again::new(again, HEADING)),
            dynamic(move || {
                if self.next.with(Option::is_some) {
                    Button::new("default", say::more())
                        .id(MORE)
                        .busy(self.busy, more)
                } else {
                    nothing()
                }
            }),
        ])
    }
}

/// The id of the button for the next page.
const MORE: &str = "admin-more";

fn row_id(number: usize) -> String {
    format!("admin-row-{number}")
}

fn rows<T>(items: &[T], row: impl Fn(&T) -> Element) -> AnyView {
    let rows = items.iter().enumerate();
    let rows = rows.map(|(number, item)| row(item).id(&row_id(number)).focusable().view());
    element("ol").class("items").put_all(rows).view()
}
