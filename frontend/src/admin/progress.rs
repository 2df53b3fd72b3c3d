//! How far taking back many consents has come.

use std::collections::BTreeMap;

use onbehalf_contract::{NotRevoked, RevokedMany};

/// What was done so far, over all requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) revoked: u32,
    /// Those that were not, with the name of the reason.
    pub(super) not: Vec<NotRevoked>,
    /// How many are left; before the first answer all of them.
    pub(super) left: u32,
    /// Where to go on; nothing before the first answer and after the last.
    pub(super) cursor: Option<String>,
}

impl Progress {
    pub(super) fn of(total: u32) -> Self {
        Self {
            left: total,
            ..Self::default()
        }
    }

    /// Takes over what one request did, and answers whether there is more to do.
    pub(super) fn add(&mut self, step: RevokedMany) -> bool {
        self.revoked += step.revoked;
        self.not.extend(step.not);
        self.left = step.left;
        self.cursor = step.next;
        self.cursor.is_some()
    }

    /// Those that it was tried for, whatever came of it.
    pub(super) fn tried(&self) -> u32 {
        let not = u32::try_from(self.not.len()).unwrap_or(u32::MAX);
        self.revoked.saturating_add(not)
    }

    pub(super) fn total(&self) -> u32 {
        self.tried().saturating_add(self.left)
    }

    /// Those of which trying again may help.
    pub(super) fn worth_another_try(&self) -> Vec<String> {
        let again = |not: &&NotRevoked| matches!(not.code.as_str(), "changed" | "failed");
        let again = self.not.iter().filter(again);
        again.map(|not| not.account_id.clone()).collect()
    }
}

/// How often each reason stands among these.
pub(super) fn by_reason(not: &[NotRevoked]) -> BTreeMap<&str, u32> {
    let mut counts = BTreeMap::new();
    for one in not {
        *counts.entry(one.code.as_str()).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn not(account: &str, code: &str) -> NotRevoked {
        NotRevoked {
            account_id: account.to_owned(),
            code: code.to_owned(),
        }
    }

    fn step(revoked: u32, not: Vec<NotRevoked>, left: u32, next: Option<&str>) -> RevokedMany {
        RevokedMany {
            revoked,
            not,
            left,
            next: next.map(str::to_owned),
        }
    }

    #[test]
    fn what_each_request_did_adds_up() {
        let mut progress = Progress::of(30);
        assert_eq!((progress.tried(), progress.total()), (0, 30));
        assert!(progress.add(step(24, vec![not("a1", "changed")], 5, Some("c"))));
        assert_eq!((progress.tried(), progress.total()), (25, 30));
        assert_eq!(progress.cursor.as_deref(), Some("c"));
        assert!(!progress.add(step(
            3,
            vec![not("a2", "failed"), not("a3", "no-consent")],
            0,
            None
        )));
        assert_eq!((progress.revoked, progress.left), (27, 0));
        assert_eq!(progress.total(), 30);
    }

    #[test]
    fn each_reason_is_counted_and_some_are_worth_another_try() {
        let mut progress = Progress::of(4);
        progress.add(step(
            0,
            vec![
                not("a1", "changed"),
                not("a2", "failed"),
                not("a3", "no-consent"),
                not("a4", "no-consent"),
            ],
            0,
            None,
        ));
        assert_eq!(progress.worth_another_try(), ["a1", "a2"]);
        let counts = by_reason(&progress.not);
        assert_eq!(counts["no-consent"], 2);
        assert_eq!(counts["changed"], 1);
    }
}
