//! Reports about whose personal data an app keeps.
//!
//! An app that keeps personal data tells Atlassian regularly whose, and since when, and is told whom to erase and whose
//! data to fetch anew. This module has the words of that conversation; the requests are the app's own, with
//! [`signing`](crate::signing):
//!
//! `POST {baseUrl}/rest/atlassian-connect/latest/report-accounts`, with [`Report`] as JSON. 200 answers [`Verdicts`], 204
//! that there is nothing to do, 429 to wait.
//!
//! Source: [User privacy guide](https://developer.atlassian.com/cloud/confluence/user-privacy-developer-guide/).

use serde::{Deserialize, Serialize};

use crate::AccountId;

/// Where reports are sent, relative to the tenant's base URL.
pub const PATH: &str = "/rest/atlassian-connect/latest/report-accounts";

/// How many accounts one report can hold.
pub const MOST_ACCOUNTS: usize = 90;

/// How many days lie between two reports of the same account, unless the answer's header `Cycle-Period` says otherwise.
/// More often is refused in the long run.
pub const CYCLE_DAYS: u32 = 7;

/// Accounts whose personal data the app keeps: at least one and at most [`MOST_ACCOUNTS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    accounts: Vec<ReportedAccount>,
}

impl Report {
    /// Splits accounts into as few reports as hold them.
    pub fn of(accounts: Vec<ReportedAccount>) -> Vec<Self> {
        accounts
            .chunks(MOST_ACCOUNTS)
            .map(|accounts| Self {
                accounts: accounts.to_vec(),
            })
            .collect()
    }

    /// The accounts of this report.
    pub fn accounts(&self) -> &[ReportedAccount] {
        &self.accounts
    }
}

/// An account whose personal data the app keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportedAccount {
    /// Whose data.
    pub account_id: AccountId,
    /// When the oldest of that data was fetched, in RFC 3339, such as `2026-11-22T10:00:00.000Z`.
    pub updated_at: String,
}

/// What is to become of the data of some of the reported accounts. Those that are not named stay as they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Verdicts {
    /// One for each account that something is to be done about.
    pub accounts: Vec<Verdict>,
}

/// What is to become of the data of one account.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Whose data.
    pub account_id: AccountId,
    /// What happened to the account.
    pub status: AccountStatus,
}

/// What happened to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AccountStatus {
    /// It was closed: erase the data.
    Closed,
    /// Its data has changed: erase it, or fetch it anew.
    Updated,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account(number: usize) -> ReportedAccount {
        ReportedAccount {
            account_id: AccountId::new(format!("account-{number}")).unwrap(),
            updated_at: "2026-11-22T10:00:00.000Z".to_owned(),
        }
    }

    #[test]
    fn a_report_as_atlassian_reads_it() {
        let [report] = Report::of(vec![account(1)]).try_into().unwrap();
        assert_eq!(
            serde_json::to_value(&report).unwrap(),
            json!({"accounts": [{"accountId": "account-1", "updatedAt": "2026-11-22T10:00:00.000Z"}]})
        );
    }

    #[test]
    fn no_report_is_empty_or_too_long_and_no_account_is_lost() {
        for (accounts, reports) in [(0, 0), (1, 1), (90, 1), (91, 2), (181, 3)] {
            let accounts: Vec<_> = (0..accounts).map(account).collect();
            let split = Report::of(accounts.clone());
            assert_eq!(split.len(), reports);
            assert!(
                split
                    .iter()
                    .all(|report| (1..=MOST_ACCOUNTS).contains(&report.accounts().len()))
            );
            let joined: Vec<_> = split.iter().flat_map(Report::accounts).cloned().collect();
            assert_eq!(joined, accounts);
        }
    }

    #[test]
    fn an_answer_as_atlassian_gives_it() {
        let verdicts: Verdicts = serde_json::from_value(json!({"accounts": [
            {"accountId": "account-1", "status": "closed"},
            {"accountId": "account-2", "status": "updated"},
        ]}))
        .unwrap();
        let statuses: Vec<_> = verdicts
            .accounts
            .iter()
            .map(|verdict| verdict.status)
            .collect();
        assert_eq!(statuses, [AccountStatus::Closed, AccountStatus::Updated]);
    }
}
