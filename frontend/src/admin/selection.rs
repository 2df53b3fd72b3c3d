//! Which of the listed consents are selected.

use std::collections::BTreeSet;

use onbehalf_contract::Which;

use super::filter::Filter;

/// Those that were ticked one by one, or all that match the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// Account ids.
    Some(BTreeSet<String>),
    AllThatMatch,
}

impl Selection {
    pub(super) fn none() -> Self {
        Self::Some(BTreeSet::new())
    }

    pub(super) fn of(accounts: impl IntoIterator<Item = String>) -> Self {
        Self::Some(accounts.into_iter().collect())
    }

    pub(super) fn has(&self, account: &str) -> bool {
        match self {
            Self::Some(accounts) => accounts.contains(account),
            Self::AllThatMatch => true,
        }
    }

    /// Adds an account, or takes it out. Of all that match none is taken out by itself: what stays are those of the page.
    pub(super) fn turn(&mut self, account: &str, page: &[String]) {
        if matches!(self, Self::AllThatMatch) {
            *self = Self::of(page.iter().cloned());
        }
        if let Self::Some(accounts) = self
            && !accounts.remove(account)
        {
            accounts.insert(account.to_owned());
        }
    }

    /// Adds a whole page, or takes it out if all of it is selected.
    pub(super) fn turn_page(&mut self, page: &[String]) {
        let all = page.iter().all(|account| self.has(account));
        if matches!(self, Self::AllThatMatch) {
            *self = Self::none();
            return;
        }
        if let Self::Some(accounts) = self {
            for account in page {
                if all {
                    accounts.remove(account);
                } else {
                    accounts.insert(account.clone());
                }
            }
        }
    }

    /// How many are selected, where so many match.
    pub(super) fn count(&self, total: u32) -> u32 {
        match self {
            Self::Some(accounts) => u32::try_from(accounts.len()).unwrap_or(u32::MAX),
            Self::AllThatMatch => total,
        }
    }

    /// The same for a change of all these.
    pub(super) fn which(&self, filter: &Filter) -> Which {
        match self {
            Self::Some(accounts) => Which::Accounts {
                accounts: accounts.iter().cloned().collect(),
            },
            Self::AllThatMatch => filter.which(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Vec<String> {
        ["a1", "a2"].map(str::to_owned).into()
    }

    #[test]
    fn one_is_added_and_taken_out() {
        let mut selection = Selection::none();
        selection.turn("a1", &page());
        assert!(selection.has("a1") && !selection.has("a2"));
        selection.turn("a1", &page());
        assert_eq!(selection, Selection::none());
    }

    #[test]
    fn a_page_is_added_to_what_is_selected_elsewhere() {
        let mut selection = Selection::of(["b1".to_owned(), "a1".to_owned()]);
        selection.turn_page(&page());
        assert_eq!(selection.count(100), 3);
        selection.turn_page(&page());
        assert_eq!(selection, Selection::of(["b1".to_owned()]));
    }

    #[test]
    fn all_that_match_are_as_many_as_match() {
        let mut selection = Selection::AllThatMatch;
        assert_eq!(selection.count(100), 100);
        assert!(selection.has("anybody"));
        selection.turn("a1", &page());
        assert_eq!(selection, Selection::of(["a2".to_owned()]));
        selection = Selection::AllThatMatch;
        selection.turn_page(&page());
        assert_eq!(selection, Selection::none());
    }

    #[test]
    fn a_change_is_of_these_accounts_or_of_all_that_match() {
        let filter = Filter {
            search: "Ali".to_owned(),
            ..Filter::default()
        };
        let accounts = page();
        assert_eq!(
            Selection::of(page()).which(&filter),
            Which::Accounts { accounts }
        );
        assert_eq!(Selection::AllThatMatch.which(&filter), filter.which());
    }
}
