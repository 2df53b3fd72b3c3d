//! The queue of runs, in Amazon SQS.

use aws_sdk_sqs::Client;

use crate::capabilities::world::{BoxFuture, QueueError, RunQueue};
use crate::domain::run::RunId;

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
    fn send(&self, run: &RunId) -> BoxFuture<'_, Result<(), QueueError>> {
        let message = serde_json::to_string(&run.message());
        Box::pin(async move {
            let message = message.map_err(|error| QueueError(Box::new(error)))?;
            let request = self
                .client
                .send_message()
                .queue_url(&self.url)
                .message_body(message);
            request
                .send()
                .await
                .map_err(|error| QueueError(Box::new(error)))?;
            Ok(())
        })
    }
}
