//! The queue of runs, in Amazon SQS: a standard queue, which deals fairly with tenants because each message says whose it
//! is.

mod put_aside;

use std::time::Duration;

use aws_sdk_sqs::Client;

use crate::capabilities::world::{BoxFuture, QueueError, RunQueue};
use crate::domain::fingerprint::sha256;
use crate::domain::run::RunMessage;

pub use put_aside::{AsideError, PutAside, RunsPutAside};

/// For longer than this SQS keeps no message back. <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);

/// Sends runs to an SQS queue, which feeds the `act` Lambda.
#[derive(Clone)]
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self {
            client,
            url: url.into(),
        }
    }
}

impl RunQueue for SqsQueue {
    fn send(&self, message: &RunMessage, after: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        let body = serde_json::to_string(message);
        let group = message_group(&message.tenant);
        Box::pin(async move {
            let request = self
                .client
                .send_message()
                .queue_url(&self.url)
                .message_body(body.map_err(|error| QueueError(Box::new(error)))?)
                .message_group_id(group)
                .set_delay_seconds(delay_s(after));
            request
                .send()
                .await
                .map_err(|error| QueueError(Box::new(error)))?;
            Ok(())
        })
    }
}

/// Whose a message is, as SQS takes it: up to 128 letters, digits and punctuation. A hash, since a tenant's key may be longer.
///
/// In a standard queue this orders nothing and holds nothing up. Where one tenant has more messages in flight than others,
/// SQS hands out those of the others first. AWS calls that fair queues:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>
pub fn message_group(tenant: &str) -> String {
    sha256(tenant.as_bytes())[..32].to_owned()
}

/// The delay of a message, rounded up, so that it never comes too early for want of a fraction. `None`: none.
fn delay_s(after: Duration) -> Option<i32> {
    let after = after.min(LONGEST_DELAY);
    let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    i32::try_from(whole).ok().filter(|delay| *delay > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_rounded_up_and_no_longer_than_sqs_takes() {
        for (after, delay) in [
            (Duration::ZERO, None),
            (Duration::from_nanos(1), Some(1)),
            (Duration::from_secs(30), Some(30)),
            (Duration::from_millis(30_001), Some(31)),
            (Duration::from_secs(900), Some(900)),
            (Duration::from_millis(899_500), Some(900)),
            (Duration::from_secs(24 * 60 * 60), Some(900)),
            (Duration::MAX, Some(900)),
        ] {
            assert_eq!(delay_s(after), delay, "{after:?}");
        }
    }

    #[test]
    fn the_longest_tenant_key_makes_a_message_group_that_sqs_takes() {
        let group = message_group(&"x".repeat(255));
        assert!(group.len() <= 128 && group.bytes().all(|b| b.is_ascii_alphanumeric()));
        assert_ne!(group, message_group("x"));
    }
}
