//! The queue of runs, against moto's SQS over its real wire protocol.
//!
//! moto hands messages out in their order, whomever they are of: that SQS is fair is for AWS to keep. What is checked is that
//! every message says whose it is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod aws;

use std::time::Duration;

use aws::moto::Moto;
use aws::wire::{Fault, Wire};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use onbehalf::adapters::sqs::{AsideError, PutAside, RunsPutAside, SqsQueue, message_group};
use onbehalf::capabilities::world::RunQueue;
use onbehalf::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};
use onbehalf::domain::run::{RunId, RunMessage};
use onbehalf::events::runs::message_of;
use serde_json::json;

/// As in infra/template.yaml.
const MOST_RECEIVED: u32 = 5;

/// The queue and where it puts runs aside, as the template has them.
struct Queues {
    moto: Moto,
    aws: Client,
    runs: String,
    aside: String,
}

impl Queues {
    async fn start() -> Self {
        let moto = Moto::start();
        let aws = Client::new(&moto.aws());
        let aside = create(&aws, "runs-put-aside", None).await;
        let policy = json!({
            "deadLetterTargetArn": arn(&aws, &aside).await,
            "maxReceiveCount": MOST_RECEIVED,
        });
        let runs = create(&aws, "runs", Some(policy.to_string())).await;
        Self {
            moto,
            aws,
            runs,
            aside,
        }
    }

    /// The queue's messages are delivered, each once, and nobody deals with them.
    async fn deliver(&self) -> Vec<String> {
        let delivered = self
            .aws
            .receive_message()
            .queue_url(&self.runs)
            .max_number_of_messages(10)
            .visibility_timeout(0)
            .send()
            .await
            .unwrap();
        let bodies = delivered.messages().iter().map(|one| one.body().unwrap());
        bodies.map(str::to_owned).collect()
    }

    /// This body was sent, and nobody could ever deal with it.
    async fn put_aside(&self, body: &str, tenant: &str) {
        let request = self.aws.send_message().queue_url(&self.runs);
        let request = request
            .message_body(body)
            .message_group_id(message_group(tenant));
        request.send().await.unwrap();
        for _ in 0..MOST_RECEIVED {
            assert_eq!(self.deliver().await, [body]);
        }
        assert_eq!(self.deliver().await, [""; 0]);
    }

    async fn count(&self, queue: &str, what: QueueAttributeName) -> String {
        let request = self.aws.get_queue_attributes().queue_url(queue);
        let answer = request.attribute_names(what.clone()).send().await.unwrap();
        answer.attributes().unwrap()[&what].clone()
    }

    async fn runs_put_aside(&self) -> RunsPutAside {
        RunsPutAside::of(self.aws.clone(), &self.runs)
            .await
            .unwrap()
    }
}

async fn create(aws: &Client, name: &str, redrive: Option<String>) -> String {
    let policy = redrive.map(|policy| (QueueAttributeName::RedrivePolicy, policy));
    let request = aws.create_queue().queue_name(name);
    let request = request.set_attributes(policy.map(|policy| [policy].into()));
    request.send().await.unwrap().queue_url.unwrap()
}

async fn arn(aws: &Client, queue: &str) -> String {
    let request = aws.get_queue_attributes().queue_url(queue);
    let request = request.attribute_names(QueueAttributeName::QueueArn);
    let attributes = request.send().await.unwrap().attributes.unwrap();
    attributes[&QueueAttributeName::QueueArn].clone()
}

fn message(tenant: &str) -> RunMessage {
    let of = Subject {
        tenant: TenantKey::parse(tenant).unwrap(),
        account: AccountId::parse("557058:alice").unwrap(),
    };
    let due = "2026-11-22T09:00:00Z".parse().unwrap();
    RunId::new(of, ScheduleId::of_starter(), due).message()
}

fn bodies(messages: &[PutAside]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body.as_str())
        .collect()
}

#[tokio::test]
async fn a_run_is_asked_for_in_the_name_of_its_tenant() {
    let queues = Queues::start().await;
    let queue = SqsQueue::new(queues.aws.clone(), &queues.runs);
    for tenant in ["ours", "theirs"] {
        queue.send(&message(tenant), Duration::ZERO).await.unwrap();
    }
    let delivered = queues
        .aws
        .receive_message()
        .queue_url(&queues.runs)
        .max_number_of_messages(10)
        .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
        .send()
        .await
        .unwrap();
    let delivered: Vec<_> = delivered
        .messages()
        .iter()
        .map(|one| {
            let group = &one.attributes().unwrap()[&MessageSystemAttributeName::MessageGroupId];
            (message_of(one.body().unwrap()).unwrap(), group.clone())
        })
        .collect();
    let sent = ["ours", "theirs"].map(|tenant| (message(tenant), message_group(tenant)));
    assert_eq!(delivered, sent);
}

#[tokio::test]
async fn a_run_waits_as_long_as_sqs_can() {
    let queues = Queues::start().await;
    let wire = Wire::to(&queues.moto.endpoint).await;
    let queue = SqsQueue::new(Client::new(&wire.aws()), &queues.runs);
    for (after, delay) in [
        (Duration::ZERO, None),
        (Duration::from_millis(29_001), Some(30)),
        (Duration::from_secs(8 * 60), Some(480)),
        (Duration::from_secs(24 * 60 * 60), Some(900)),
    ] {
        queue.send(&message("ours"), after).await.unwrap();
        let [request] = &wire.take()[..] else {
            panic!("one request sends it")
        };
        assert_eq!(request.operation.as_deref(), Some("AmazonSQS.SendMessage"));
        assert_eq!(request.body["DelaySeconds"].as_i64(), delay, "{after:?}");
        assert_eq!(request.body["MessageGroupId"], message_group("ours"));
    }
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    assert_eq!(queues.count(&queues.runs, delayed).await, "3");
    assert_eq!(queues.deliver().await.len(), 1);
}

#[tokio::test]
async fn who_asks_for_a_run_is_told_if_the_queue_did_not_take_it() {
    let queues = Queues::start().await;
    let name = "OverLimit";
    let wire = Wire::with(&queues.moto.endpoint, move |_| {
        Box::pin(std::future::ready(Some(Fault { status: 403, name })))
    });
    let queue = SqsQueue::new(Client::new(&wire.await.aws()), &queues.runs);
    queue
        .send(&message("ours"), Duration::ZERO)
        .await
        .unwrap_err();
    let queue = SqsQueue::new(queues.aws.clone(), format!("{}-not", queues.runs));
    queue
        .send(&message("ours"), Duration::ZERO)
        .await
        .unwrap_err();
}

#[tokio::test]
async fn what_nobody_could_deal_with_is_put_aside_and_to_look_loses_nothing() {
    let queues = Queues::start().await;
    let body = serde_json::to_string(&message("ours")).unwrap();
    queues.put_aside(&body, "ours").await;
    // More than SQS hands out at once.
    for number in 0..11 {
        queues
            .put_aside(&format!("not a message {number}"), "theirs")
            .await;
    }

    let aside = queues.runs_put_aside().await;
    let taken = aside.take().await.unwrap();
    assert_eq!(taken.len(), 12);
    assert_eq!(taken[0].body, body);
    assert!(
        taken
            .iter()
            .all(|one| one.received > MOST_RECEIVED && one.sent.is_some())
    );
    assert!(taken.is_sorted_by_key(|one| one.sent));
    // Until it is given back nobody else has it in hand.
    assert_eq!(aside.take().await.unwrap(), []);
    for one in &taken {
        aside.give_back(one).await.unwrap();
    }
    let again = aside.take().await.unwrap();
    assert_eq!(bodies(&again), bodies(&taken));
}

#[tokio::test]
async fn what_is_sent_back_is_as_it_was_and_what_is_removed_is_gone() {
    let queues = Queues::start().await;
    let body = serde_json::to_string(&message("ours")).unwrap();
    queues.put_aside(&body, "ours").await;
    queues.put_aside("not a message", "theirs").await;
    let aside = queues.runs_put_aside().await;
    let taken = aside.take().await.unwrap();
    let [run, garbage] = &taken[..] else {
        panic!("two were put aside")
    };
    aside.remove(garbage).await.unwrap();
    aside.send_back(run).await.unwrap();

    let visible = QueueAttributeName::ApproximateNumberOfMessages;
    let hidden = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
    for count in [visible, hidden] {
        assert_eq!(queues.count(&queues.aside, count).await, "0");
    }
    let delivered = queues
        .aws
        .receive_message()
        .queue_url(&queues.runs)
        .message_system_attribute_names(MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap();
    let [back] = delivered.messages() else {
        panic!("one was sent back")
    };
    assert_eq!(back.body(), Some(body.as_str()));
    let attributes = back.attributes().unwrap();
    assert_eq!(
        attributes[&MessageSystemAttributeName::MessageGroupId],
        message_group("ours")
    );
    // It has all its tries again.
    assert_eq!(
        attributes[&MessageSystemAttributeName::ApproximateReceiveCount],
        "1"
    );
}

#[tokio::test]
async fn whoever_dies_while_sending_back_loses_nothing() {
    let queues = Queues::start().await;
    let body = serde_json::to_string(&message("ours")).unwrap();
    for (fails, back) in [("AmazonSQS.SendMessage", 0), ("AmazonSQS.DeleteMessage", 1)] {
        queues.put_aside(&body, "ours").await;
        let wire = Wire::with(&queues.moto.endpoint, move |request| {
            let dies = request.operation.as_deref() == Some(fails);
            let fault = Fault {
                status: 500,
                name: "InternalFailure",
            };
            Box::pin(std::future::ready(dies.then_some(fault)))
        });
        let aws = Client::new(&wire.await.aws());
        let aside = RunsPutAside::of(aws, &queues.runs).await.unwrap();
        let [run] = &aside.take().await.unwrap()[..] else {
            panic!("one was put aside")
        };
        aside.send_back(run).await.unwrap_err();
        assert_eq!(queues.deliver().await.len(), back, "{fails}");

        // It is there again when its time is over, or it is given back.
        aside.give_back(run).await.unwrap();
        let aside = queues.runs_put_aside().await;
        let left = aside.take().await.unwrap();
        assert_eq!(bodies(&left), [&body]);
        aside.remove(&left[0]).await.unwrap();
        queues
            .aws
            .purge_queue()
            .queue_url(&queues.runs)
            .send()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_queue_that_puts_nothing_aside_says_so() {
    let queues = Queues::start().await;
    let error = RunsPutAside::of(queues.aws.clone(), &queues.aside)
        .await
        .err();
    assert!(
        matches!(error, Some(AsideError::NoRedrivePolicy(_))),
        "{error:?}"
    );
    let gone = format!("{}-not", queues.runs);
    let error = RunsPutAside::of(queues.aws.clone(), &gone).await.err();
    assert!(matches!(error, Some(AsideError::Sqs { .. })), "{error:?}");
}
