//! The program that looks after runs that were given up: what it says and does, against moto's SQS.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../tests/aws/moto.rs"]
mod moto;

use std::process::{Command, Output};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use moto::Moto;
use onbehalf::adapters::sqs::message_group;

const RUN: &str = r#"{"tenant":"ours","accountId":"557058:alice","schedule":"daily-note","due":"2026-11-22T09:00:00Z"}"#;

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
        let aside = aws.create_queue().queue_name("aside").send().await.unwrap();
        let policy = r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-central-1:123456789012:aside","maxReceiveCount":5}"#;
        let runs = aws
            .create_queue()
            .queue_name("runs")
            .attributes(QueueAttributeName::RedrivePolicy, policy)
            .send()
            .await
            .unwrap();
        Self {
            moto,
            aws,
            runs: runs.queue_url.unwrap(),
            aside: aside.queue_url.unwrap(),
        }
    }

    /// A message that was put aside; its id.
    async fn put_aside(&self, body: &str) -> String {
        let request = self.aws.send_message().queue_url(&self.aside);
        let request = request
            .message_body(body)
            .message_group_id(message_group("ours"));
        request.send().await.unwrap().message_id.unwrap()
    }

    /// How many messages anybody would get from a queue.
    async fn visible(&self, queue: &str) -> usize {
        let what = QueueAttributeName::ApproximateNumberOfMessages;
        let request = self.aws.get_queue_attributes().queue_url(queue);
        let answer = request.attribute_names(what.clone()).send().await.unwrap();
        answer.attributes().unwrap()[&what].parse().unwrap()
    }

    fn dlq(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_onbehalf-dlq"))
            .args(arguments)
            .env("ONBEHALF_QUEUE_URL", &self.runs)
            .env("AWS_ENDPOINT_URL", &self.moto.endpoint)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "eu-central-1")
            .output()
            .unwrap()
    }
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_is_shown_sent_back_or_dropped() {
    let queues = Queues::start().await;
    let shown = queues.dlq(&["list"]);
    assert!(shown.status.success(), "{}", said(&shown));
    assert_eq!(said(&shown), "0 messages put aside\n");

    let first = queues.put_aside(RUN).await;
    let second = queues.put_aside(RUN).await;
    let garbage = queues.put_aside("the secret of somebody").await;
    // It shows the same as often as it is asked: to look takes nothing away.
    for times in ["1 time\n", "2 times\n"] {
        let shown = queues.dlq(&["--queue-url", &queues.runs, "list"]);
        assert!(shown.status.success(), "{}", said(&shown));
        let text = said(&shown);
        for id in [&first, &second, &garbage] {
            assert!(text.contains(&format!("{id}: asked for at 20")), "{text}");
        }
        assert!(text.contains(&format!("taken up {times}")), "{text}");
        let run =
            "tenant ours, account 557058:alice, schedule daily-note, due 2026-11-22T09:00:00Z";
        assert_eq!(text.matches(run).count(), 2, "{text}");
        assert!(text.contains("malformed, 22 bytes"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert!(text.ends_with("3 messages put aside\n"), "{text}");
        assert_eq!(queues.visible(&queues.aside).await, 3);
    }

    // Where one cannot be sent back, or is not there, none is.
    for ids in [[&first, &garbage], [&first, &"no-such-message".to_owned()]] {
        let refused = queues.dlq(&["send-back", "--id", ids[0], "--id", ids[1]]);
        assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
        assert!(
            said(&refused).contains(ids[1].as_str()),
            "{}",
            said(&refused)
        );
        assert_eq!(queues.visible(&queues.aside).await, 3);
        assert_eq!(queues.visible(&queues.runs).await, 0);
    }

    let sent = queues.dlq(&["send-back", "--id", &first]);
    assert_eq!(said(&sent), format!("{first}: sent back\n"));
    assert_eq!(queues.visible(&queues.aside).await, 2);
    assert_eq!(queues.visible(&queues.runs).await, 1);
    let sent = queues.dlq(&["send-back"]);
    assert!(sent.status.success());
    assert_eq!(
        said(&sent),
        format!("{second}: sent back\n1 message malformed and left\n")
    );
    assert_eq!(queues.visible(&queues.aside).await, 1);
    assert_eq!(queues.visible(&queues.runs).await, 2);

    // Nothing is dropped that is not named.
    assert_eq!(queues.dlq(&["drop"]).status.code(), Some(2));
    assert_eq!(queues.visible(&queues.aside).await, 1);
    let dropped = queues.dlq(&["drop", "--id", &garbage]);
    assert_eq!(said(&dropped), format!("{garbage}: dropped\n"));
    assert_eq!(queues.visible(&queues.aside).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_amiss_is_said() {
    let queues = Queues::start().await;
    for (arguments, reason) in [
        (["--queue-url", "", "list"], "--queue-url"),
        (["--queue-url", &queues.aside, "list"], "redrive policy"),
        (
            ["--queue-url", "http://localhost/1/no-such-queue", "list"],
            "puts messages aside",
        ),
    ] {
        let failed = queues.dlq(&arguments);
        assert_eq!(failed.status.code(), Some(1));
        let text = said(&failed);
        assert!(
            text.starts_with("error: ") && text.contains(reason),
            "{text}"
        );
    }
}
