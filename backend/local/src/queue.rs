//! The queue of runs, in the place of SQS: tenants take turns, as they do in a fair queue of SQS, and a worker runs a few
//! at a time.
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html>

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onbehalf::capabilities::world::{BoxFuture, QueueError, RunLog, RunQueue, SharedClock};
use onbehalf::domain::run::RunMessage;
use onbehalf::domain::run_report::RunReport;
use onbehalf::events::runs::run_and_note;
use onbehalf::wiring::Parts;
use tokio::sync::{Notify, Semaphore, watch};

/// How many runs are under way at once, and how many of them may be of one tenant.
const AT_ONCE: usize = 16;
const AT_ONCE_OF_A_TENANT: usize = 8;

/// How often a run is tried that could not be decided, as SQS would deliver it.
const TRIES: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Where runs are asked for. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LocalQueue {
    state: Arc<Mutex<State>>,
    /// Rung when there may be something to take.
    bell: Arc<Notify>,
    /// How many messages were sent and are not done with. Those that are to come later are not counted.
    waiting: watch::Sender<usize>,
    clock: SharedClock,
}

#[derive(Default)]
struct State {
    /// The tenants that have something waiting, in the order of their turns.
    turns: VecDeque<String>,
    waiting: HashMap<String, VecDeque<Delivery>>,
    under_way: HashMap<String, usize>,
}

/// A message, and how often it was delivered before.
#[derive(Clone)]
struct Delivery {
    message: RunMessage,
    before: u32,
}

/// A tenant's turn that was taken. It is over when this is dropped, also by a run that panics.
struct Turn {
    queue: LocalQueue,
    tenant: String,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.done_with(&self.tenant);
    }
}

impl LocalQueue {
    pub(crate) fn new(clock: SharedClock) -> Self {
        Self {
            state: Arc::default(),
            bell: Arc::default(),
            waiting: watch::Sender::new(0),
            clock,
        }
    }

    /// Waits until every run that was asked for has ended, or is to be tried later.
    pub(crate) async fn idle(&self) {
        let mut waiting = self.waiting.subscribe();
        // It fails only when nobody counts any more, and then nothing is under way.
        let _counted = waiting.wait_for(|waiting| *waiting == 0).await;
    }

    /// Runs what comes in, for ever.
    pub(crate) async fn work(self, parts: Parts) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let delivery = self.take().await;
            let turn = self.turn_of(&delivery);
            let (queue, parts) = (self.clone(), parts.clone());
            tokio::spawn(async move {
                queue.run(&parts, delivery).await;
                drop((turn, place));
            });
        }
    }

    async fn run(&self, parts: &Parts, delivery: Delivery) {
        let Delivery { message, before } = delivery.clone();
        let ran = Box::pin(run_and_note(&parts.acting(), self, &ToTheLog, message)).await;
        let Err(error) = ran else {
            return;
        };
        tracing::warn!(%error, before, "a run could not be decided");
        if before + 1 < TRIES {
            let again = Delivery {
                before: before + 1,
                ..delivery
            };
            self.put_after(again, FIRST_PAUSE * (1 << before));
        } else {
            tracing::error!(
                schedule.id = delivery.message.schedule,
                "a run was given up"
            );
        }
    }

    /// The next message of the tenant whose turn it is.
    async fn take(&self) -> Delivery {
        loop {
            let rung = self.bell.notified();
            if let Some(delivery) = self.lock().take() {
                return delivery;
            }
            rung.await;
        }
    }

    fn turn_of(&self, delivery: &Delivery) -> Turn {
        Turn {
            queue: self.clone(),
            tenant: delivery.message.tenant.clone(),
        }
    }

    fn put(&self, delivery: Delivery) {
        self.waiting.send_modify(|waiting| *waiting += 1);
        self.lock().put(delivery);
        self.bell.notify_one();
    }

    fn put_after(&self, delivery: Delivery, after: Duration) {
        if after.is_zero() {
            self.put(delivery);
            return;
        }
        let queue = self.clone();
        tokio::spawn(async move {
            queue.clock.sleep(after).await;
            queue.put(delivery);
        });
    }

    fn done_with(&self, tenant: &str) {
        self.lock().done_with(tenant);
        self.bell.notify_one();
        self.waiting.send_modify(|waiting| *waiting -= 1);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, delivery: Delivery) {
        let tenant = delivery.message.tenant.clone();
        let waiting = self.waiting.entry(tenant.clone()).or_default();
        if waiting.is_empty() {
            self.turns.push_back(tenant);
        }
        waiting.push_back(delivery);
    }

    fn take(&mut self) -> Option<Delivery> {
        let free = self.turns.iter().position(|tenant| {
            self.under_way.get(tenant).copied().unwrap_or_default() < AT_ONCE_OF_A_TENANT
        })?;
        let tenant = self.turns.remove(free)?;
        let waiting = self.waiting.get_mut(&tenant)?;
        let delivery = waiting.pop_front()?;
        if waiting.is_empty() {
            self.waiting.remove(&tenant);
        } else {
            self.turns.push_back(tenant.clone());
        }
        *self.under_way.entry(tenant).or_default() += 1;
        Some(delivery)
    }

    fn done_with(&mut self, tenant: &str) {
        if let Some(under_way) = self.under_way.get_mut(tenant) {
            *under_way -= 1;
            if *under_way == 0 {
                self.under_way.remove(tenant);
            }
        }
    }
}

impl RunQueue for LocalQueue {
    fn send(&self, message: &RunMessage, after: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        let delivery = Delivery {
            message: message.clone(),
            before: 0,
        };
        self.put_after(delivery, after);
        Box::pin(std::future::ready(Ok(())))
    }
}

/// One line for each run.
struct ToTheLog;

impl RunLog for ToTheLog {
    fn note(&self, report: &RunReport) {
        let took: Duration = report.steps.iter().map(|(_, took)| *took).sum();
        tracing::info!(
            tenant.key = %report.run.of.tenant,
            account.id = %report.run.of.account,
            run.id = report.run.text(),
            run.outcome = report.outcome.name(),
            run.reason = report.code,
            run.milliseconds = took.as_millis(),
            "a run ended"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(tenant: &str, schedule: &str) -> Delivery {
        Delivery {
            message: RunMessage {
                tenant: tenant.into(),
                account_id: "alice".into(),
                schedule: schedule.into(),
                due: jiff::Timestamp::UNIX_EPOCH,
                asked: false,
                held: 0,
                slot: None,
            },
            before: 0,
        }
    }

    fn taken(state: &mut State) -> Option<String> {
        state.take().map(|delivery| delivery.message.tenant)
    }

    #[test]
    fn a_small_tenant_does_not_wait_for_a_big_one() {
        let mut state = State::default();
        for number in 0..1000 {
            state.put(delivery("big", &number.to_string()));
        }
        state.put(delivery("small", "only"));
        assert_eq!(taken(&mut state).unwrap(), "big");
        assert_eq!(taken(&mut state).unwrap(), "small");
    }

    #[test]
    fn one_tenant_takes_half_of_the_places_at_most() {
        let mut state = State::default();
        for number in 0..20 {
            state.put(delivery("slow", &number.to_string()));
        }
        let under_way = std::iter::from_fn(|| taken(&mut state)).count();
        assert_eq!(under_way, AT_ONCE_OF_A_TENANT);
        state.put(delivery("other", "only"));
        assert_eq!(taken(&mut state).unwrap(), "other");
        state.done_with("slow");
        assert_eq!(taken(&mut state).unwrap(), "slow");
    }

    #[tokio::test]
    async fn a_run_that_panics_gives_its_turn_back() {
        let queue = LocalQueue::new(Arc::new(onbehalf::capabilities::world::SystemClock));
        queue.put(delivery("tenant", "only"));
        let turn = queue.turn_of(&queue.take().await);
        let run = tokio::spawn(async move {
            let _turn = turn;
            panic!("as a run may");
        });
        assert!(run.await.unwrap_err().is_panic());
        queue.idle().await;
        assert!(queue.lock().under_way.is_empty());
    }
}
