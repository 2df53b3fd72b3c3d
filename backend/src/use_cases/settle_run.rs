//! A person has looked how a run of unknown outcome ended, and says so.

use jiff::Timestamp;
use onbehalf_contract::{Outcome, RunResult};
use thiserror::Error;

use crate::capabilities::store::{ReadActs, ReadRuns, RecordRuns, RunEnd, StoreError, WriteError};
use crate::domain::act::Finished;
use crate::domain::run::{Run, RunId};

/// The run is as it was.
#[derive(Debug, Error)]
pub enum SettleError {
    #[error("there is no such run")]
    NoSuchRun,
    #[error("how this run ended is known")]
    Known,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records that the act of this run was carried out, or was not. The record says that this is the person's word.
pub async fn settle_run(
    store: &(impl ReadRuns + ReadActs + RecordRuns),
    run: &RunId,
    done: bool,
    now: Timestamp,
) -> Result<Run, SettleError> {
    let act = store.act(run).await?.ok_or(SettleError::NoSuchRun)?;
    if act.outcome_at(now) != Outcome::Unknown {
        return Err(SettleError::Known);
    }
    let (outcome, result) = match done {
        true => (Outcome::Done, RunResult::Done),
        false => (Outcome::Failed, RunResult::Failed),
    };
    let before = act.finished.as_ref();
    let finished = Finished {
        at: before.map_or(now, |finished| finished.at),
        outcome,
        status: before.and_then(|finished| finished.status),
        link: None,
        settled: true,
    };
    let end = RunEnd {
        result,
        reason: None,
        again_at: None,
    };
    match store.settle(&act, &finished, &end).await {
        Ok(()) => {}
        Err(WriteError::Changed) => return Err(SettleError::Known),
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    store.run(run).await?.ok_or(SettleError::NoSuchRun)
}
