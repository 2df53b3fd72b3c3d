//! What was done as the person, as far as it has been asked for.

use onbehalf_contract::{Activity, ActivityPage};

use super::{
    live::Live,
    paged::{Page, Paged},
};
use crate::api;

#[derive(Clone, Copy)]
pub(crate) struct Feed {
    pub(crate) acts: Paged<Activity>,
    /// Whether anything was done. Apart, so that what depends on this alone stays when there is more.
    pub(crate) any: Live<bool>,
}

impl Feed {
    pub(crate) fn new(first: ActivityPage) -> Self {
        Self {
            any: Live::new(!first.items.is_empty()),
            acts: Paged::new(Some(first.into())),
        }
    }

    /// Looks at what is new, after something that may have added to it.
    pub(crate) fn refresh(self) {
        self.load(None);
    }

    /// Adds the page that follows.
    pub(crate) fn more(self) {
        self.load(self.acts.next.get_untracked());
    }

    /// The same as the last time, which failed.
    pub(crate) fn again(self) {
        self.load(self.acts.asked_from());
    }

    fn load(self, cursor: Option<String>) {
        let answer = api::activity(cursor.as_deref());
        self.acts.load(
            cursor,
            answer,
            |_, act| row_id(&act.id),
            move || {
                let empty = |acts: &Option<Vec<_>>| acts.as_ref().is_none_or(Vec::is_empty);
                if !self.any.get_untracked() && !self.acts.shown.with_untracked(empty) {
                    self.any.set(true);
                }
            },
        );
    }
}

impl From<ActivityPage> for Page<Activity> {
    fn from(ActivityPage { items, next }: ActivityPage) -> Self {
        Self { items, next }
    }
}

/// The id of the row that shows an act.
pub(crate) fn row_id(act: &str) -> String {
    ["activity-", act].concat()
}
