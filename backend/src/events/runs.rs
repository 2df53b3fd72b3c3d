//! Messages that ask for runs, in batches from SQS.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use thiserror::Error;

use crate::capabilities::platform::{Accounts, Product, UserTokens};
use crate::capabilities::world::Clock;
use crate::domain::ids::{AccountId, BadId, ScheduleId, Subject, TenantKey};
use crate::domain::notice::Notices;
use crate::domain::run::{RunId, RunMessage};
use crate::use_cases::run_schedule::{RunError, RunStore, run_schedule};

/// A message that could not be dealt with. SQS delivers it again, and at last puts it aside.
#[derive(Debug, Error)]
pub enum MessageError {
    #[error("the message is malformed: {0}")]
    Malformed(String),
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Runs each message of a batch. One that fails does not hold up the others: SQS is told which to deliver again.
pub async fn run_batch(
    store: &impl RunStore,
    platform: &(impl Accounts + UserTokens + Product),
    notices: &Notices,
    clock: &dyn Clock,
    batch: SqsEvent,
) -> SqsBatchResponse {
    let mut failed = SqsBatchResponse::default();
    for message in batch.records {
        if let Err(error) = run_message(store, platform, notices, clock, &message).await {
            tracing::warn!(%error, message.id = message.message_id, "a run could not be decided");
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            failed.batch_item_failures.push(failure);
        }
    }
    failed
}

async fn run_message(
    store: &impl RunStore,
    platform: &(impl Accounts + UserTokens + Product),
    notices: &Notices,
    clock: &dyn Clock,
    message: &SqsMessage,
) -> Result<(), MessageError> {
    let run = run_of(message.body.as_deref().unwrap_or_default())?;
    run_and_log(store, platform, notices, clock, &run).await?;
    Ok(())
}

/// The run that a message asks for.
pub fn run_of(message: &str) -> Result<RunId, MessageError> {
    let message: RunMessage = serde_json::from_str(message)
        .map_err(|error| MessageError::Malformed(error.to_string()))?;
    let bad = |error: BadId| MessageError::Malformed(error.to_string());
    let of = Subject {
        tenant: TenantKey::parse(message.tenant).map_err(bad)?,
        account: AccountId::parse(message.account_id).map_err(bad)?,
    };
    Ok(RunId::new(
        of,
        ScheduleId::parse(message.schedule).map_err(bad)?,
        message.due,
    ))
}

/// Runs a schedule, and says in one line of the log how that ended.
pub async fn run_and_log(
    store: &impl RunStore,
    platform: &(impl Accounts + UserTokens + Product),
    notices: &Notices,
    clock: &dyn Clock,
    run: &RunId,
) -> Result<(), RunError> {
    let started = clock.now();
    // Boxed: the state of all that a run may wait for is large, and most of the time there is none.
    let result = Box::pin(run_schedule(store, platform, notices, clock, run)).await?;
    tracing::info!(
        tenant.key = %run.of.tenant,
        account.id = %run.of.account,
        run.id = run.text(),
        run.result = ?result,
        run.milliseconds = clock.now().duration_since(started).as_millis(),
        "a run ended"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let message = serde_json::to_string(&run.message()).unwrap();
        assert_eq!(run_of(&message).unwrap(), run);
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
                matches!(run_of(message), Err(MessageError::Malformed(_))),
                "{message}"
            );
        }
    }
}
