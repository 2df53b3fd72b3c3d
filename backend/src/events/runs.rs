//! Messages that ask for runs, in batches from SQS.

use std::time::Duration;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use jiff::Timestamp;
use thiserror::Error;

use crate::capabilities::platform::{Accounts, Product, UserTokens};
use crate::capabilities::world::{QueueError, RunLog, RunQueue};
use crate::domain::run::RunMessage;
use crate::domain::run_report::{Outcome, RunReport};
use crate::use_cases::hold_back::HeldBack;
use crate::use_cases::run_schedule::{Acting, Ran, RunError, RunStore, run_schedule};
use crate::use_cases::step_times::StepTimes;

/// A message that could not be dealt with. SQS delivers it again, and at last puts it aside.
#[derive(Debug, Error)]
pub enum MessageError {
    #[error("the message is malformed: {0}")]
    Malformed(String),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Runs the messages of a batch, side by side. One that fails does not hold up the others: SQS is told which to deliver
/// again.
pub async fn run_batch(
    acting: &Acting<'_, impl RunStore, impl Accounts + UserTokens + Product>,
    queue: &dyn RunQueue,
    log: &dyn RunLog,
    batch: SqsEvent,
) -> SqsBatchResponse {
    let runs = batch.records.into_iter().map(async |message| {
        let error = run_message(acting, queue, log, &message).await.err()?;
        tracing::warn!(%error, message.id = message.message_id, "a run could not be decided");
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = message.message_id.unwrap_or_default();
        Some(failure)
    });
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = join_all(runs).await.into_iter().flatten().collect();
    response
}

async fn run_message(
    acting: &Acting<'_, impl RunStore, impl Accounts + UserTokens + Product>,
    queue: &dyn RunQueue,
    log: &dyn RunLog,
    message: &SqsMessage,
) -> Result<(), MessageError> {
    let message = message_of(message.body.as_deref().unwrap_or_default())?;
    // Boxed: the state of all that a run may wait for is large, and most of the time there is none.
    Box::pin(run_and_note(acting, queue, log, message)).await
}

/// What a message asks for.
pub fn message_of(message: &str) -> Result<RunMessage, MessageError> {
    let malformed = |error: &dyn std::fmt::Display| MessageError::Malformed(error.to_string());
    let message: RunMessage = serde_json::from_str(message).map_err(|error| malformed(&error))?;
    message.run().map_err(|error| malformed(&error))?;
    Ok(message)
}

/// Runs a schedule, puts the message back if it is to come again, and notes how that ended.
pub async fn run_and_note(
    acting: &Acting<'_, impl RunStore, impl Accounts + UserTokens + Product>,
    queue: &dyn RunQueue,
    log: &dyn RunLog,
    message: RunMessage,
) -> Result<(), MessageError> {
    let at = acting.clock.now();
    let mut times = StepTimes::default();
    let ran = run_schedule(acting, &message, &mut times).await;
    let outcome = match &ran {
        Ok(Ran::Ended(result)) => Outcome::Result(*result),
        Ok(Ran::Waits(_)) => Outcome::Result(onbehalf_contract::RunResult::Waiting),
        Ok(Ran::HeldBack(_)) => Outcome::HeldBack,
        Ok(Ran::Nothing) => Outcome::Nothing,
        Err(_) => Outcome::Undecided,
    };
    if let Ok(run) = message.run() {
        log.note(&RunReport {
            late: between(run.due, at),
            run,
            at,
            outcome,
            code: times.code,
            steps: times.steps,
            tried_before: times.tried_before,
            held: message.held,
            exchanged_token: times.exchanged_token,
            as_app: times.as_app,
        });
    }
    // The message is gone from the queue once this returns, so what is to come again is sent before.
    let now = acting.clock.now();
    match ran? {
        Ran::Waits(until) => queue.send(&message, between(now, until)).await?,
        Ran::HeldBack(HeldBack { until, slot }) => {
            queue
                .send(&message.held_back(slot), between(now, until))
                .await?;
        }
        Ran::Ended(_) | Ran::Nothing => {}
    }
    Ok(())
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
    use crate::domain::run::RunId;

    #[test]
    fn a_message_says_what_it_was_made_from() {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("557058:alice").unwrap(),
        };
        let run = RunId::new(
            of,
            ScheduleId::of_starter(),
            "2026-11-22T09:00:00.123456Z".parse().unwrap(),
        );
        for message in [
            run.message(),
            run.message().asked(),
            run.message().held_back(None).held_back(Some(run.due)),
        ] {
            let text = serde_json::to_string(&message).unwrap();
            let read = message_of(&text).unwrap();
            assert_eq!((read.run().unwrap(), &read), (run.clone(), &message));
        }
    }

    #[test]
    fn malformed_messages_are_refused() {
        for message in [
            "",
            "{}",
            r#"{"tenant":"t","accountId":"a#b","schedule":"s","due":"2026-11-22T09:00:00Z"}"#,
            r#"{"tenant":"t","accountId":"a","schedule":"s","due":"yesterday"}"#,
            r#"{"tenant":"t","accountId":"a","schedule":"s","due":"2026-11-22T09:00:00Z","as":"admin"}"#,
        ] {
            assert!(
                matches!(message_of(message), Err(MessageError::Malformed(_))),
                "{message}"
            );
        }
    }
}
