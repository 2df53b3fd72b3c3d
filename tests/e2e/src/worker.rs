use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use onbehalf::capabilities::world::{BoxFuture, QueueError, RunLog, RunQueue};
use onbehalf::domain::run::RunMessage;
use onbehalf::domain::run_report::RunReport;
use onbehalf::events::runs::{run_and_note, run_batch};
use onbehalf::wiring::Parts;
use serde_json::{Value, json};

use crate::{Instance, World};

/// A process that takes the messages of runs, with a queue out of which nothing comes by itself: the test looks at what is
/// sent to it, and delivers it when it wants to.
pub struct Worker {
    parts: Parts,
    sent: Mutex<VecDeque<Sent>>,
    reports: Mutex<Vec<RunReport>>,
}

/// A message that asks for a run, and how long the queue is to keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub message: RunMessage,
    pub after: Duration,
}

impl World {
    /// Another process that takes messages.
    pub fn worker(&self) -> Worker {
        Worker::of(&self.instance())
    }

    /// The message of a run of this schedule that is due now.
    pub fn due(&self, schedule: &Value) -> RunMessage {
        self.due_in(&self.installation().client_key, schedule)
    }

    /// The same in another tenant.
    pub fn due_in(&self, client_key: &str, schedule: &Value) -> RunMessage {
        let text = |name: &str| {
            let text = schedule[name].as_str();
            text.expect("this is a schedule").to_owned()
        };
        RunMessage {
            tenant: client_key.to_owned(),
            account_id: text("accountId"),
            schedule: text("id"),
            due: onbehalf::capabilities::world::Clock::now(&self.clock),
            asked: false,
            held: 0,
            slot: None,
        }
    }

    /// Messages of runs of a schedule that were due now, a second ago, and so on.
    pub fn due_before(&self, schedule: &Value, count: i64) -> Vec<RunMessage> {
        let due = |ago: i64| {
            let mut message = self.due(schedule);
            message.due -= SignedDuration::from_secs(ago);
            message
        };
        (0..count).map(due).collect()
    }
}

impl Worker {
    pub fn of(instance: &Instance) -> Self {
        Self {
            parts: instance.parts.clone(),
            sent: Mutex::default(),
            reports: Mutex::default(),
        }
    }

    /// Takes a message, and answers what became of it, with the reason if it came to nothing: `done`, `heldBack`,
    /// `failed: not-found`, `undecided`.
    pub async fn take(&self, message: &RunMessage) -> String {
        let ran = run_and_note(&self.parts.acting(), self, self, message.clone()).await;
        let asked_for = message.run().expect("the message is whole");
        let reports = self.reports.lock();
        let reports = reports.unwrap_or_else(PoisonError::into_inner);
        let mut of_this = reports.iter().rev();
        let report = of_this.find(|report| report.run == asked_for);
        let report = report.expect("what became of a run is noted");
        assert_eq!(ran.is_err(), report.outcome.name() == "undecided");
        let outcome = report.outcome.name();
        match report.code {
            Some(code) => format!("{outcome}: {code}"),
            None => outcome.to_owned(),
        }
    }

    /// Takes messages as SQS delivers them, several at once, and answers the numbers of those that are to be delivered
    /// again.
    pub async fn take_batch(&self, bodies: &[String]) -> Vec<usize> {
        let records: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| json!({"messageId": number.to_string(), "body": body}))
            .collect();
        let event = serde_json::from_value(json!({"Records": records}));
        let event = event.expect("this is how SQS delivers");
        let answer = run_batch(&self.parts.acting(), self, self, event).await;
        let failures = answer.batch_item_failures.into_iter();
        failures
            .map(|failure| failure.item_identifier.parse().expect("a number was sent"))
            .collect()
    }

    /// What was sent to the queue and not looked at yet.
    pub fn sent(&self) -> Option<Sent> {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.pop_front()
    }
}

impl RunQueue for Worker {
    fn send(&self, message: &RunMessage, after: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        let message = message.clone();
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.push_back(Sent { message, after });
        Box::pin(std::future::ready(Ok(())))
    }
}

impl RunLog for Worker {
    fn note(&self, report: &RunReport) {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.push(report.clone());
    }
}
