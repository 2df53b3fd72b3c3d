//! Which consents a list shows, and in which order.

use onbehalf_contract::{Access, ConsentState, Which};

use super::{json::STATES, query::Query};
use crate::json::{ACCESSES, name};

/// What consents have to be like to be listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// A part of a name.
    pub(super) search: String,
    pub(super) state: Option<ConsentState>,
    pub(super) access: Option<Access>,
}

/// By what a list of consents is sorted, as the backend calls it; the newest come first unless something else is chosen.
pub(super) const SORTS: [&str; 6] = ["-since", "since", "until", "-until", "state", "access"];

impl Filter {
    /// Whether it lets all consents through.
    pub(super) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// The same for a change of many consents.
    pub(super) fn which(&self) -> Which {
        let search = self.search.trim();
        Which::Matching {
            search: (!search.is_empty()).then(|| search.to_owned()),
            state: self.state,
            access: self.access,
        }
    }

    /// The same in a URL.
    pub(super) fn ask(&self, query: Query) -> Query {
        query
            .with("search", self.search.trim())
            .with("state", self.state.map_or("", |it| name(&it, &STATES)))
            .with("access", self.access.map_or("", |it| name(&it, &ACCESSES)))
    }
}

/// What a press on a column's heading sorts by: its order, or the other way round if it was that already.
pub(super) fn sort_by(column: &'static str, now: &str) -> &'static str {
    let turned = SORTS
        .into_iter()
        .find(|sort| sort.strip_prefix('-') == Some(column));
    match turned {
        Some(turned) if now == column => turned,
        _ => column,
    }
}

/// How a column is sorted, as `aria-sort` says it.
pub(super) fn direction(column: &str, now: &str) -> Option<&'static str> {
    if now == column {
        Some("ascending")
    } else if now.strip_prefix('-') == Some(column) {
        Some("descending")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_means_the_same_for_a_change() {
        let filter = Filter {
            search: " Ali ".to_owned(),
            state: Some(ConsentState::Active),
            access: None,
        };
        assert_eq!(
            filter.which(),
            Which::Matching {
                search: Some("Ali".to_owned()),
                state: Some(ConsentState::Active),
                access: None,
            }
        );
        assert!(!filter.is_open());
        assert!(Filter::default().is_open());
    }

    #[test]
    fn a_heading_sorts_and_turns_round() {
        assert_eq!(sort_by("since", "-since"), "since");
        assert_eq!(sort_by("since", "since"), "-since");
        assert_eq!(sort_by("until", "-since"), "until");
        // There is one order only.
        assert_eq!(sort_by("state", "state"), "state");
    }

    #[test]
    fn a_heading_says_how_it_sorts() {
        assert_eq!(direction("since", "-since"), Some("descending"));
        assert_eq!(direction("since", "since"), Some("ascending"));
        assert_eq!(direction("since", "until"), None);
    }
}
