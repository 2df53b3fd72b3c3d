//! The beginning of an act: the one place where consent turns into permission to act.

use onbehalf_contract::Deed;
use thiserror::Error;

use crate::capabilities::store::{BeginError, CommitBegin, CommitBeginAsApp, StoreError};
use crate::domain::act::{Act, kept_until};
use crate::domain::consent::Circumstances;
use crate::domain::failure::NotAllowed;
use crate::domain::run::{Run, RunId};
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

/// An act of the app itself that is on record. No user's token is given for it.
#[derive(Debug)]
pub struct StartedAppAct {
    act: Act,
}

impl StartedAppAct {
    pub fn act(&self) -> &Act {
        &self.act
    }
}

/// The act did not begin, and nothing was written.
#[derive(Debug, Error)]
pub enum NotBegun {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the run was begun elsewhere at the same moment")]
    Claimed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Begins an act of a schedule, if the person's consent allows it now. `was` is the run as it was found.
pub async fn begin(
    store: &impl CommitBegin,
    schedule: &Schedule,
    deed: Deed,
    run: &RunId,
    was: Option<&Run>,
    when: &Circumstances<'_>,
) -> Result<StartedAct, NotBegun> {
    let act = Act {
        run: run.clone(),
        deed,
        access: schedule.access(),
        as_app: false,
        started_at: when.now,
        kept_until: kept_until(when.now, when.policy.activity_kept()),
        finished: None,
    };
    match store.commit_begin(&act, was, when).await {
        Ok(()) => Ok(StartedAct { act }),
        Err(BeginError::NotAllowed(consent)) => {
            Err(NotAllowed::because_of(consent.as_deref(), when).into())
        }
        Err(BeginError::Claimed) => Err(NotBegun::Claimed),
        Err(BeginError::Store(error)) => Err(error.into()),
    }
}

/// Begins an act of the app itself, in the place of a person who cannot be impersonated. An admin chose that for the
/// schedule: the app may reach more than its person.
pub async fn begin_as_app(
    store: &impl CommitBeginAsApp,
    schedule: &Schedule,
    deed: Deed,
    run: &RunId,
    was: Option<&Run>,
    when: &Circumstances<'_>,
) -> Result<StartedAppAct, NotBegun> {
    let act = Act {
        run: run.clone(),
        deed,
        access: schedule.access(),
        as_app: true,
        started_at: when.now,
        kept_until: kept_until(when.now, when.policy.activity_kept()),
        finished: None,
    };
    match store.commit_begin_as_app(&act, was).await {
        Ok(()) => Ok(StartedAppAct { act }),
        Err(BeginError::NotAllowed(_)) => Err(NotAllowed::NoConsent.into()),
        Err(BeginError::Claimed) => Err(NotBegun::Claimed),
        Err(BeginError::Store(error)) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::ids::{AccountId, Subject, TenantKey};
    use crate::domain::notice::Notices;
    use crate::domain::policy::Policy;

    struct Store(std::cell::Cell<Option<BeginError>>);

    impl CommitBegin for Store {
        async fn commit_begin(
            &self,
            _: &Act,
            _: Option<&Run>,
            _: &Circumstances<'_>,
        ) -> Result<(), BeginError> {
            self.0.take().map_or(Ok(()), Err)
        }
    }

    async fn begin_with(answer: Option<BeginError>) -> Result<StartedAct, NotBegun> {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        };
        let schedule = Schedule::starter(&of, Timestamp::UNIX_EPOCH);
        let run = RunId::new(of, schedule.id.clone(), Timestamp::UNIX_EPOCH);
        let when = Circumstances {
            now: Timestamp::UNIX_EPOCH,
            installation: 1,
            notices: &Notices::default(),
            policy: &Policy::default(),
        };
        let deed = schedule.task.deed();
        begin(&Store(answer.into()), &schedule, deed, &run, None, &when).await
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
