//! Reports about whose personal data an app keeps.
//!
//! An app that keeps personal data tells Atlassian regularly whose, and since when, and is told whom to erase and whose
//! data to fetch anew. This module has the words of that conversation; the requests are the app's own, with
//! [`signing`](crate::signing):
//!
//! `POST {baseUrl}/rest/atlassian-connect/latest/report-accounts`, with [`Report`] as JSON. 200 answers [`Verdicts`], which
//! [`Report::verdicts`] reads; 204 that there is nothing to do, 429 to wait. Either of the first two says in its headers how
//! long the [cycle](CyclePeriod) is.
//!
//! Source: [User privacy guide](https://developer.atlassian.com/cloud/confluence/user-privacy-developer-guide/).

use std::collections::HashSet;
use std::fmt;

use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// Where reports are sent, relative to the tenant's base URL.
pub const PATH: &str = "/rest/atlassian-connect/latest/report-accounts";

/// How many accounts one report can hold.
pub const MOST_ACCOUNTS: usize = 90;

/// How long a cycle is: each account is reported once in each. More often is refused in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CyclePeriod {
    days: u16,
}

impl CyclePeriod {
    const HEADER: &str = "cycle-period";

    /// 7 days, which is meant where nothing else is said.
    pub const DEFAULT: Self = Self { days: 7 };

    /// What the header `Cycle-Period` of an answer says, from `1 Day` to `365 Days`. Anything else counts as nothing said.
    /// The form of the header is not documented; this is the one that is seen.
    pub fn of(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(Self::HEADER).iter();
        match (values.next(), values.next()) {
            (Some(only), None) => only.to_str().ok().and_then(Self::parse).unwrap_or_default(),
            _ => Self::DEFAULT,
        }
    }

    /// Never 0.
    pub fn days(self) -> u16 {
        self.days
    }

    fn parse(text: &str) -> Option<Self> {
        let (digits, unit) = text.split_once(' ')?;
        // `parse` alone would let `+7` pass.
        let days = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())??;
        let known = matches!((days, unit), (1, "Day") | (_, "Days"));
        (known && (1..=365).contains(&days)).then_some(Self { days })
    }
}

impl Default for CyclePeriod {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for CyclePeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = if self.days == 1 { "Day" } else { "Days" };
        write!(f, "{} {unit}", self.days)
    }
}

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

    /// Reads the body of an answer with status 200 to this report. It is believed as a whole or not at all: data is erased
    /// because of it.
    ///
    /// # Errors
    ///
    /// If it is not in the documented form, has a status that is not documented, or names an account that is not in this
    /// report, or one account twice.
    pub fn verdicts(&self, body: &[u8]) -> Result<Vec<Verdict>, AnswerError> {
        let Verdicts { accounts } = serde_json::from_slice(body).map_err(|_| AnswerError::Form)?;
        let mut open: HashSet<_> = self.accounts.iter().map(|one| &one.account_id).collect();
        for Verdict { account_id, .. } in &accounts {
            if !open.remove(account_id) {
                return Err(match self.names(account_id) {
                    true => AnswerError::Repeated,
                    false => AnswerError::Stranger,
                });
            }
        }
        Ok(accounts)
    }

    fn names(&self, id: &AccountId) -> bool {
        self.accounts.iter().any(|one| one.account_id == *id)
    }
}

/// An answer to a report that must not be acted upon. What it said is not part of it: nobody proved it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// It is not in the documented form, or has a status that is not documented.
    #[error("the answer to the report is not in the documented form")]
    Form,
    /// It names an account that was not reported.
    #[error("the answer to the report names an account that is not in the report")]
    Stranger,
    /// It names an account twice.
    #[error("the answer to the report names an account twice")]
    Repeated,
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
    use http::HeaderValue;
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

    #[test]
    fn an_answer_is_believed_as_a_whole_or_not_at_all() {
        let [report] = Report::of(vec![account(1), account(2)]).try_into().unwrap();
        let read = |answer: serde_json::Value| report.verdicts(answer.to_string().as_bytes());
        let closed = |number| json!({"accountId": format!("account-{number}"), "status": "closed"});

        assert_eq!(read(json!({"accounts": []})), Ok(Vec::new()));
        let told = read(json!({"accounts": [closed(2)], "more": 1})).unwrap();
        assert_eq!(told[0].account_id.as_str(), "account-2");
        for (answer, error) in [
            (
                json!({"accounts": [closed(1), closed(3)]}),
                AnswerError::Stranger,
            ),
            (
                json!({"accounts": [closed(1), {"accountId": "account-1", "status": "updated"}]}),
                AnswerError::Repeated,
            ),
            (
                json!({"accounts": [closed(1), {"accountId": "account-2", "status": "merged"}]}),
                AnswerError::Form,
            ),
            (
                json!({"accounts": [closed(1), {"accountId": "unknown", "status": "closed"}]}),
                AnswerError::Form,
            ),
            (
                json!({"accounts": [{"status": "closed"}]}),
                AnswerError::Form,
            ),
            (json!({"accounts": {}}), AnswerError::Form),
            (json!({}), AnswerError::Form),
            (json!([closed(1)]), AnswerError::Form),
        ] {
            assert_eq!(read(answer.clone()), Err(error), "{answer}");
        }
        for bytes in [&b""[..], b"<html>", br#"{"accounts": []"#, b"\xff"] {
            assert_eq!(report.verdicts(bytes), Err(AnswerError::Form));
        }
    }

    #[test]
    fn a_cycle_is_what_is_said_clearly_or_seven_days() {
        let cycle = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append("Cycle-Period", HeaderValue::from_bytes(value).unwrap());
            }
            CyclePeriod::of(&headers).days()
        };
        for (text, days) in [
            ("7 Days", 7),
            ("25 Days", 25),
            ("1 Day", 1),
            ("1 Days", 1),
            ("365 Days", 365),
        ] {
            assert_eq!(cycle(&[text.as_bytes()]), days, "{text}");
        }
        for text in [
            "",
            "25",
            "Days",
            "25 days",
            "25 Day",
            "25 Hours",
            "25  Days",
            " 25 Days",
            "25 Days ",
            "+25 Days",
            "-1 Days",
            "0 Days",
            "366 Days",
            "99999999999 Days",
            "2.5 Days",
            "٧ Days",
            "P25D",
        ] {
            assert_eq!(cycle(&[text.as_bytes()]), 7, "{text:?}");
        }
        assert_eq!(cycle(&[]), 7);
        assert_eq!(cycle(&[b"25 Days", b"25 Days"]), 7);
        assert_eq!(CyclePeriod::DEFAULT.to_string(), "7 Days");
    }
}
