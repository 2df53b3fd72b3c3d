//! A list that grows page by page.

use super::live::Live;
use crate::{browser, trouble::Trouble};

/// A page of a list that goes on where `next` says.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

/// All pages so far as one, and how the last question went.
pub(crate) struct Paged<T> {
    /// Nothing before the first page is there.
    pub(crate) shown: Live<Option<Vec<T>>>,
    pub(crate) next: Live<Option<String>>,
    pub(crate) busy: Live<bool>,
    pub(crate) trouble: Live<Option<Trouble>>,
    /// How often was asked, and from where the last time.
    asked: Live<(u32, Option<String>)>,
}

impl<T> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Paged<T> {}

impl<T: Send + Sync + 'static> Paged<T> {
    pub(crate) fn new(first: Option<Page<T>>) -> Self {
        let (shown, next) = match first {
            Some(Page { items, next }) => (Some(items), next),
            None => (None, None),
        };
        Self {
            shown: Live::new(shown),
            next: Live::new(next),
            busy: Live::new(false),
            trouble: Live::new(None),
            asked: Live::new((0, None)),
        }
    }

    /// From where was asked the last time.
    pub(crate) fn asked_from(self) -> Option<String> {
        self.asked.with_untracked(|(_, cursor)| cursor.clone())
    }

    /// Shows the page that begins at a cursor after what is shown; without one the first page, in the place of it. `row_id`
    /// is the id of a row, by its number and what it shows.
    pub(crate) fn load<P: Into<Page<T>>>(
        self,
        cursor: Option<String>,
        answer: impl Future<Output = Result<P, Trouble>> + 'static,
        row_id: fn(usize, &T) -> String,
        then: impl FnOnce() + 'static,
    ) {
        // Whoever begins anew after an answer may be gone by then.
        let Some((times, _)) = self.asked.try_get_untracked() else {
            return;
        };
        let times = times + 1;
        let follows = cursor.is_some();
        self.asked.set((times, cursor));
        self.busy.set(true);
        self.trouble.set(None);
        browser::spawn(async move {
            let answer = answer.await;
            // A page that follows what is shown no longer would leave out what is in between.
            if self.asked.try_with_untracked(|(latest, _)| *latest) != Some(times) {
                return;
            }
            match answer {
                Ok(page) => {
                    self.show(page.into(), follows, row_id);
                    then();
                }
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }

    fn show(self, page: Page<T>, follows: bool, row_id: fn(usize, &T) -> String) {
        let Page { mut items, next } = page;
        self.next.set(next);
        self.shown.update(|shown| match shown {
            Some(shown) if follows => {
                // The button goes with the last page, and reading goes on with what is new.
                if let Some(first) = items.first() {
                    browser::focus_soon(&row_id(shown.len(), first));
                }
                shown.append(&mut items);
            }
            _ => *shown = Some(items),
        });
    }
}
