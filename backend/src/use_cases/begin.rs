//! The beginning of an act: the one place where consent turns into permission to act.

use onbehalf_contract::NotRun;
use thiserror::Error;

use crate::capabilities::store::{BeginError, CommitBegin, StoreError};
use crate::domain::act::Act;
use crate::domain::consent::{Circumstances, Consent, End, Revoker, Standing, Why};
use crate::domain::consent_event::Invalid;
use crate::domain::run::RunId;
use crate::domain::schedule::Schedule;

/// An act that is on record, and that a live consent allowed at that very moment.
///
/// A user's token is given for this and for nothing else, and only [`begin`] makes one, after the transaction that
/// checked the consent, claimed the run and recorded the act.
#[derive(Debug)]
pub struct StartedAct {
    act: Act,
}

impl StartedAct {
    pub fn act(&self) -> &Act {
        &self.act
    }
}

/// The act did not begin, and nothing was written.
#[derive(Debug, Error)]
pub enum NotBegun {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the run was begun before")]
    Claimed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why the consent does not allow an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAllowed {
    #[error("you have not allowed Onbehalf to act as you")]
    NoConsent,
    #[error("you have taken back your consent")]
    Revoked,
    #[error("an admin has taken back your consent")]
    RevokedByAdmin,
    #[error("your consent has ended")]
    Expired,
    #[error("your consent covers reading only")]
    ReadOnly,
    #[error("your consent ended because {}", in_words(*.0))]
    Invalid(Invalid),
}

/// Begins an act of a schedule, if the person's consent allows it now.
pub async fn begin(
    store: &impl CommitBegin,
    schedule: &Schedule,
    run: &RunId,
    when: &Circumstances<'_>,
) -> Result<StartedAct, NotBegun> {
    let act = Act {
        run: run.clone(),
        deed: schedule.deed_at(run.due),
        access: schedule.access(),
        started_at: when.now,
        finished: None,
    };
    match store.commit_begin(&act, when).await {
        Ok(()) => Ok(StartedAct { act }),
        Err(BeginError::NotAllowed(consent)) => {
            Err(NotAllowed::because_of(consent.as_deref(), when).into())
        }
        Err(BeginError::Claimed) => Err(NotBegun::Claimed),
        Err(BeginError::Store(error)) => Err(error.into()),
    }
}

impl NotAllowed {
    fn because_of(consent: Option<&Consent>, when: &Circumstances<'_>) -> Self {
        match consent.map(|consent| consent.standing(when)) {
            None => Self::NoConsent,
            Some(Standing::Active) => Self::ReadOnly,
            Some(Standing::Ended(End { why, .. })) => match why {
                Why::Expired => Self::Expired,
                Why::Revoked {
                    by: Revoker::Person,
                } => Self::Revoked,
                Why::Revoked {
                    by: Revoker::Admin { .. },
                } => Self::RevokedByAdmin,
                Why::Invalid(because) => Self::Invalid(because),
            },
        }
    }

    /// The same for the record of a run, in words for the person.
    pub fn reason(self) -> NotRun {
        let (code, remedy) = match self {
            Self::NoConsent => (
                "no-consent",
                "Press “Allow impersonation” if you want this schedule to run.",
            ),
            Self::Revoked => (
                "consent-revoked",
                "Press “Allow impersonation” if you want this schedule to run again.",
            ),
            Self::RevokedByAdmin => (
                "consent-revoked-by-admin",
                "Ask the admin, or press “Allow impersonation” if you want this schedule to run again.",
            ),
            Self::Expired => ("consent-expired", "Press “Allow impersonation” to go on."),
            Self::ReadOnly => (
                "consent-read-only",
                "Allow “Read and write” if you want this schedule to run.",
            ),
            Self::Invalid(because) => invalid_reason(because),
        };
        NotRun {
            code: code.into(),
            detail: sentence(&self.to_string()),
            remedy: remedy.into(),
        }
    }
}

fn in_words(because: Invalid) -> &'static str {
    match because {
        Invalid::AccountDeactivated => "your account was deactivated",
        Invalid::AccountClosed => "your account was closed",
        Invalid::AccountUnfit => "your account is not a person's",
        Invalid::AccessLost => "your account lost its access to Confluence",
        Invalid::AppRemoved => "Onbehalf was removed from this site in between",
        Invalid::NoticeChanged => "what Onbehalf asks for has changed",
    }
}

fn invalid_reason(because: Invalid) -> (&'static str, &'static str) {
    match because {
        Invalid::AccountDeactivated | Invalid::AccountClosed | Invalid::AccountUnfit => (
            "consent-invalidated-account",
            "When you can use your account again, press “Allow impersonation”.",
        ),
        Invalid::AccessLost => (
            "consent-invalidated-access",
            "Ask a Confluence admin for access, then press “Allow impersonation”.",
        ),
        Invalid::AppRemoved => (
            "consent-invalidated-app-removed",
            "Press “Allow impersonation” if you want this schedule to run again.",
        ),
        Invalid::NoticeChanged => (
            "consent-invalidated-notice",
            "Read what it asks for now, then press “Allow impersonation” to go on.",
        ),
    }
}

/// An error's text as a sentence for people.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::ids::{AccountId, Subject, TenantKey};
    use crate::domain::notice::Notices;

    struct Store(std::cell::Cell<Option<BeginError>>);

    impl CommitBegin for Store {
        async fn commit_begin(&self, _: &Act, _: &Circumstances<'_>) -> Result<(), BeginError> {
            self.0.take().map_or(Ok(()), Err)
        }
    }

    async fn begin_with(answer: Option<BeginError>) -> Result<StartedAct, NotBegun> {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        };
        let schedule = Schedule::starter(&of);
        let run = RunId::new(of, schedule.id.clone(), Timestamp::UNIX_EPOCH);
        let when = Circumstances {
            now: Timestamp::UNIX_EPOCH,
            installation: 1,
            notices: &Notices::default(),
        };
        begin(&Store(answer.into()), &schedule, &run, &when).await
    }

    #[tokio::test]
    async fn only_a_committed_transaction_starts_an_act() {
        assert!(begin_with(None).await.is_ok());
        for refusal in [
            BeginError::NotAllowed(None),
            BeginError::Claimed,
            BeginError::Store(StoreError::Unavailable("down".into())),
        ] {
            begin_with(Some(refusal)).await.unwrap_err();
        }
    }
}
