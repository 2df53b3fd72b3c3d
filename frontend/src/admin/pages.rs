//! A list of the admin's that grows page by page.

use std::sync::Arc;

use leptos::prelude::*;

use super::{api::Answer, desk::HEADING, place::waiting};
use crate::{
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{Element, all, element, nothing},
        live::Live,
        message::{Again, failure},
        paged::{Page, Paged},
    },
    words::admin as say,
};

/// Asks for the page that begins at a cursor; for the first one without.
type Ask<T> = Arc<dyn Fn(Option<&str>) -> Answer<Page<T>> + Send + Sync>;

/// A list, and how to ask for more of it.
pub(super) struct Pages<T> {
    list: Paged<T>,
    ask: Live<Ask<T>>,
}

impl<T> Clone for Pages<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pages<T> {}

impl<T: Send + Sync + 'static> Pages<T> {
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
        Self {
            list: Paged::new(first),
            ask: Live::new(Arc::new(ask)),
        }
    }

    /// Begins anew.
    pub(super) fn reload(self) {
        self.load(None);
    }

    fn load(self, cursor: Option<String>) {
        // Whoever begins anew after an answer may be gone by then.
        let Some(ask) = self.ask.try_get_untracked() else {
            return;
        };
        let answer = ask(cursor.as_deref());
        self.list
            .load(cursor, answer, |number, _| row_id(number), || {});
    }

    /// The list; `none` stands in its place while there is nothing in it.
    pub(super) fn list(
        self,
        none: impl Fn() -> AnyView + Send + Sync + 'static,
        row: impl Fn(&T) -> Element + Send + Sync + 'static,
    ) -> AnyView {
        let again = call(move || self.load(self.list.asked_from()));
        let more = call(move || self.load(self.list.next.get_untracked()));
        all([
            dynamic(move || {
                self.list.shown.with(|shown| match shown {
                    None => waiting(self.list.busy),
                    Some(items) if items.is_empty() => none(),
                    Some(items) => rows(items, &row),
                })
            }),
            failure(self.list.trouble, Again::new(again, HEADING)),
            dynamic(move || {
                if self.list.next.with(Option::is_some) {
                    Button::new("default", say::more())
                        .id(MORE)
                        .busy(self.list.busy, more)
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
