//! Which acts a list shows.

use onbehalf_contract::{Outcome, Somebody};

use super::query::Query;
use crate::day::Day;

/// What acts have to be like to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Acts {
    pub(super) person: Option<Somebody>,
    /// A schedule of the person's, by its id and title.
    pub(super) schedule: Option<(String, String)>,
    pub(super) result: Option<Outcome>,
    /// From the beginning of this day where the admin is.
    pub(super) from: Option<Day>,
    /// To the end of this day where the admin is.
    pub(super) to: Option<Day>,
}

/// What results are called.
pub(super) const RESULTS: [(&str, Outcome); 4] = [
    ("done", Outcome::Done),
    ("failed", Outcome::Failed),
    ("unknown", Outcome::Unknown),
    ("started", Outcome::Started),
];

impl Acts {
    /// What one schedule did.
    pub(super) fn of_schedule(person: Somebody, id: &str, title: &str) -> Self {
        Self {
            person: Some(person),
            schedule: Some((id.to_owned(), title.to_owned())),
            ..Self::default()
        }
    }

    /// Whether it lets all acts through.
    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The same in a URL. Days are where the admin is, so the browser says when they begin and end.
    pub(super) fn ask(&self, query: Query) -> Query {
        use crate::{intl, json};

        let person = self.person.as_ref().map(|it| it.account_id.as_str());
        let schedule = self.schedule.as_ref().map(|(id, _)| id.as_str());
        let from = self.from.map(|day| intl::rfc_3339(intl::start_of(day)));
        // Before the day that follows.
        let after = |day| intl::day_of(intl::start_of(day), 1);
        let to = self.to.and_then(after).map(intl::start_of);
        let to = to.map(intl::rfc_3339);
        query
            .with("person", person.unwrap_or_default())
            .with("schedule", schedule.unwrap_or_default())
            .with(
                "result",
                self.result.map_or("", |it| json::name(&it, &RESULTS)),
            )
            .with("from", &from.unwrap_or_default())
            .with("to", &to.unwrap_or_default())
    }
}
