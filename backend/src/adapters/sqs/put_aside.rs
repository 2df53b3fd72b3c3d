//! The dead-letter queue: runs that were given up after so many tries, until an operator sends them back or drops them.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use jiff::Timestamp;
use serde::Deserialize;
use thiserror::Error;

/// For how long what was taken stays hidden from others. Whatever happens to its taker, it is there again after that.
const HIDDEN_S: i32 = 5 * 60;
/// SQS says that there is nothing only after it has asked all of its servers, and that it does if it may wait.
const WAIT_S: i32 = 1;
/// As many as SQS gives at once.
const AT_ONCE: i32 = 10;

/// What was put aside from a queue.
#[derive(Clone)]
pub struct RunsPutAside {
    client: Client,
    queue_url: String,
    aside_url: String,
}

/// A message that was put aside, taken from there for some minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutAside {
    /// SQS's own name of the message.
    pub id: String,
    pub body: String,
    /// When it was asked for first.
    pub sent: Option<Timestamp>,
    /// How often it was taken up, by us too.
    pub received: u32,
    group: Option<String>,
    receipt: String,
}

/// What is put aside is not known, or could not be changed. Nothing was lost.
#[derive(Debug, Error)]
pub enum AsideError {
    #[error("the queue {0} puts nothing aside: it has no redrive policy")]
    NoRedrivePolicy(String),
    #[error("the redrive policy of the queue names no queue: {0}")]
    BadRedrivePolicy(String),
    #[error("SQS did not {what}")]
    Sqs {
        what: &'static str,
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("SQS gave a message without its id, its body or its receipt")]
    Incomplete,
}

impl RunsPutAside {
    /// Finds where a queue puts aside what it gives up.
    pub async fn of(client: Client, queue_url: &str) -> Result<Self, AsideError> {
        let attributes = client
            .get_queue_attributes()
            .queue_url(queue_url)
            .attribute_names(QueueAttributeName::RedrivePolicy)
            .send()
            .await
            .map_err(sqs("say where the queue puts messages aside"))?;
        let policy = attributes
            .attributes()
            .and_then(|attributes| attributes.get(&QueueAttributeName::RedrivePolicy))
            .ok_or_else(|| AsideError::NoRedrivePolicy(queue_url.to_owned()))?;
        let name = queue_name(policy)?;
        let aside = client
            .get_queue_url()
            .queue_name(&name)
            .send()
            .await
            .map_err(sqs("find the queue of what was put aside"))?;
        let aside_url = aside
            .queue_url
            .ok_or_else(|| AsideError::BadRedrivePolicy(policy.clone()))?;
        Ok(Self {
            client,
            queue_url: queue_url.to_owned(),
            aside_url,
        })
    }

    /// Takes all that is there, oldest first. What is taken is hidden from others for five minutes, or until it is
    /// [given back](Self::give_back).
    pub async fn take(&self) -> Result<Vec<PutAside>, AsideError> {
        let mut taken: Vec<PutAside> = Vec::new();
        loop {
            let batch = self
                .client
                .receive_message()
                .queue_url(&self.aside_url)
                .max_number_of_messages(AT_ONCE)
                .visibility_timeout(HIDDEN_S)
                .wait_time_seconds(WAIT_S)
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await
                .map_err(sqs("show what was put aside"))?;
            let batch = batch.messages.unwrap_or_default();
            if batch.is_empty() {
                taken.sort_by(|one, other| (one.sent, &one.id).cmp(&(other.sent, &other.id)));
                return Ok(taken);
            }
            for message in batch {
                let message = PutAside::read(message)?;
                // SQS may hand out a message twice; the newer receipt is the one that counts.
                taken.retain(|other| other.id != message.id);
                taken.push(message);
            }
        }
    }

    /// Lets others see a message again at once.
    pub async fn give_back(&self, message: &PutAside) -> Result<(), AsideError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.aside_url)
            .receipt_handle(&message.receipt)
            .visibility_timeout(0)
            .send()
            .await
            .map_err(sqs("give a message back"))?;
        Ok(())
    }

    /// Has it tried again: it goes back to the queue that it came from, as it was.
    ///
    /// It is sent before it is removed. Whoever dies in between leaves it in both queues, and not in none; and a run acts
    /// once, however often it is asked for.
    pub async fn send_back(&self, message: &PutAside) -> Result<(), AsideError> {
        self.client
            .send_message()
            .queue_url(&self.queue_url)
            .message_body(&message.body)
            .set_message_group_id(message.group.clone())
            .send()
            .await
            .map_err(sqs("take a message back"))?;
        self.remove(message).await
    }

    /// Forgets it, for good.
    pub async fn remove(&self, message: &PutAside) -> Result<(), AsideError> {
        self.client
            .delete_message()
            .queue_url(&self.aside_url)
            .receipt_handle(&message.receipt)
            .send()
            .await
            .map_err(sqs("remove a message"))?;
        Ok(())
    }
}

impl PutAside {
    fn read(message: Message) -> Result<Self, AsideError> {
        let attribute = |name| {
            message
                .attributes()
                .and_then(|attributes| attributes.get(&name))
        };
        let sent = attribute(MessageSystemAttributeName::SentTimestamp)
            .and_then(|sent| Timestamp::from_millisecond(sent.parse().ok()?).ok());
        let received = attribute(MessageSystemAttributeName::ApproximateReceiveCount)
            .and_then(|received| received.parse().ok())
            .unwrap_or_default();
        let group = attribute(MessageSystemAttributeName::MessageGroupId).cloned();
        match (message.message_id, message.body, message.receipt_handle) {
            (Some(id), Some(body), Some(receipt)) => Ok(Self {
                id,
                body,
                sent,
                received,
                group,
                receipt,
            }),
            _ => Err(AsideError::Incomplete),
        }
    }
}

/// The name of the queue that a redrive policy leads to.
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
fn queue_name(policy: &str) -> Result<String, AsideError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct RedrivePolicy {
        dead_letter_target_arn: String,
    }
    let bad = || AsideError::BadRedrivePolicy(policy.to_owned());
    let RedrivePolicy {
        dead_letter_target_arn: arn,
    } = serde_json::from_str(policy).map_err(|_| bad())?;
    // arn:aws:sqs:{region}:{account}:{name}
    let name = arn.split(':').nth(5).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(bad)
}

fn sqs<E: std::error::Error + Send + Sync + 'static>(
    what: &'static str,
) -> impl Fn(E) -> AsideError {
    move |error| AsideError::Sqs {
        what,
        cause: Box::new(error),
    }
}
