//! Transactions that meet: DynamoDB cancels one of two that touch the same item at once, and says `TransactionConflict`.
//! It changed nothing, so it is tried again, after a pause that differs from the other's.

use std::time::Duration;

use aws_lc_rs::rand;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::TransactWriteItem;

use super::store::{Store, cancelled};

/// With pauses that double from 10 ms on, the last try is about 0.6 s after the first.
const TRIES: u32 = 7;
const FIRST_PAUSE_MS: f64 = 10.0;

impl Store {
    /// Writes these items, all or none.
    pub(super) async fn transact(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<(), SdkError<TransactWriteItemsError>> {
        let mut tried = 1;
        loop {
            let request = self
                .client
                .transact_write_items()
                .set_transact_items(Some(items.clone()));
            match request.send().await {
                Ok(_) => return Ok(()),
                Err(error) if tried < TRIES && is_conflict(&error) => {
                    self.clock.sleep(pause(tried)).await;
                    tried += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// A conflict, and nothing else: an item whose condition failed will fail again.
fn is_conflict<R>(error: &SdkError<TransactWriteItemsError, R>) -> bool {
    cancelled(error).is_some_and(|reasons| {
        let mut conflicts = false;
        for code in reasons.iter().filter_map(|reason| reason.code()) {
            match code {
                "None" => {}
                "TransactionConflict" => conflicts = true,
                _ => return false,
            }
        }
        conflicts
    })
}

/// Full jitter: anything up to twice the mean.
fn pause(tried: u32) -> Duration {
    let mut bytes = [0_u8; 4];
    // Without randomness the pause is the mean: the try still happens.
    let portion = match rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    };
    let mean = FIRST_PAUSE_MS * f64::from(1_u32 << (tried - 1));
    Duration::from_secs_f64(2.0 * portion * mean / 1000.0)
}
