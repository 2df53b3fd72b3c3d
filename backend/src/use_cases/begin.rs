//! The beginning of an act: the one place where consent turns into permission to act.

use jiff::Timestamp;
use onbehalf_contract::NotRun;
use thiserror::Error;

use crate::capabilities::store::{BeginError, CommitBegin, StoreError};
use crate::domain::act::Act;
use crate::domain::consent::{Consent, State};
use crate::domain::run::RunId;
use crate::domain::schedule::{Schedule, in_words};

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
    #[error("your consent has ended")]
    Expired,
    #[error("your consent covers reading only")]
    ReadOnly,
}

/// Begins an act of a schedule, if the person's consent allows it now.
pub async fn begin(
    store: &impl CommitBegin,
    schedule: &Schedule,
    run: &RunId,
    now: Timestamp,
) -> Result<StartedAct, NotBegun> {
    let act = Act {
        run: run.clone(),
        what: in_words(&schedule.action_at(run.due)),
        access: schedule.access(),
        started_at: now,
        finished: None,
    };
    match store.commit_begin(&act).await {
        Ok(()) => Ok(StartedAct { act }),
        Err(BeginError::NotAllowed(consent)) => {
            Err(NotAllowed::because_of(consent.as_deref(), now).into())
        }
        Err(BeginError::Claimed) => Err(NotBegun::Claimed),
        Err(BeginError::Store(error)) => Err(error.into()),
    }
}

impl NotAllowed {
    fn because_of(consent: Option<&Consent>, now: Timestamp) -> Self {
        match consent.map(|consent| consent.state_at(now)) {
            None => Self::NoConsent,
            Some(State::Revoked) => Self::Revoked,
            Some(State::Expired) => Self::Expired,
            Some(State::Active) => Self::ReadOnly,
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
            Self::Expired => ("consent-expired", "Press “Allow impersonation” to go on."),
            Self::ReadOnly => (
                "consent-read-only",
                "Allow “Read and write” if you want this schedule to run.",
            ),
        };
        NotRun {
            code: code.into(),
            detail: sentence(&self.to_string()),
            remedy: remedy.into(),
        }
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
    use super::*;
    use crate::domain::ids::{AccountId, Subject, TenantKey};

    struct Store(std::cell::Cell<Option<BeginError>>);

    impl CommitBegin for Store {
        async fn commit_begin(&self, _: &Act) -> Result<(), BeginError> {
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
        begin(
            &Store(answer.into()),
            &schedule,
            &run,
            Timestamp::UNIX_EPOCH,
        )
        .await
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
