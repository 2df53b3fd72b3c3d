//! What was done as the person, as far as it has been asked for.

use super::live::Live;
use onbehalf_contract::ActivityPage;

use crate::{api, browser, trouble::Trouble};

/// All pages so far as one, and how the last look at the backend went.
#[derive(Clone, Copy)]
pub(crate) struct Feed {
    pub(crate) shown: Live<ActivityPage>,
    /// Whether anything was done. Apart, so that what depends on this alone stays when there is more.
    pub(crate) any: Live<bool>,
    pub(crate) busy: Live<bool>,
    pub(crate) trouble: Live<Option<Trouble>>,
    /// How often was asked, and for what the last time.
    asked: Live<(u32, Option<String>)>,
}

impl Feed {
    pub(crate) fn new(first: ActivityPage) -> Self {
        Self {
            any: Live::new(!first.items.is_empty()),
            shown: Live::new(first),
            busy: Live::new(false),
            trouble: Live::new(None),
            asked: Live::new((0, None)),
        }
    }

    /// Looks at what is new, after something that may have added to it.
    pub(crate) fn refresh(self) {
        self.load(None);
    }

    /// Adds the page that follows.
    pub(crate) fn more(self) {
        self.load(self.shown.with_untracked(|shown| shown.next.clone()));
    }

    /// The same as the last time, which failed.
    pub(crate) fn again(self) {
        let (_, cursor) = self.asked.get_untracked();
        self.load(cursor);
    }

    fn load(self, cursor: Option<String>) {
        let (times, _) = self.asked.get_untracked();
        let times = times + 1;
        self.asked.set((times, cursor.clone()));
        self.busy.set(true);
        self.trouble.set(None);
        browser::spawn(async move {
            let answer = api::activity(cursor.as_deref()).await;
            // A page that follows what is shown no longer would leave out what is in between.
            if self.asked.with_untracked(|(latest, _)| *latest != times) {
                return;
            }
            match answer {
                Ok(page) => self.show(page, cursor.is_some()),
                Err(why) => self.trouble.set(Some(why)),
            }
            self.busy.set(false);
        });
    }

    fn show(self, mut page: ActivityPage, follows: bool) {
        if !page.items.is_empty() && !self.any.get_untracked() {
            self.any.set(true);
        }
        self.shown.update(|shown| {
            if follows {
                // The button goes with the last page, and reading goes on with what is new.
                if let Some(first) = page.items.first() {
                    browser::focus_soon(&row_id(&first.id));
                }
                shown.items.append(&mut page.items);
                shown.next = page.next;
            } else {
                *shown = page;
            }
        });
    }
}

/// The id of the row that shows an act.
pub(crate) fn row_id(act: &str) -> String {
    ["activity-", act].concat()
}
