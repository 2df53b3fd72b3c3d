//! In the place of SQS: the messages that wait, and the batches that are under way.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

/// As often a message is delivered, as the template has it.
const TRIES: u32 = 5;

/// A queue. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    ready: VecDeque<Message>,
    /// Messages that are put later.
    later: usize,
    last_id: u64,
    under_way: HashMap<u64, Batch>,
    ended: Ended,
}

#[derive(Clone)]
struct Message {
    id: String,
    body: String,
    tried: u32,
}

struct Batch {
    messages: Vec<Message>,
    began: Instant,
}

/// A batch that is handed out.
pub(crate) struct Handed {
    pub(crate) id: u64,
    /// Ids and bodies.
    pub(crate) messages: Vec<(String, String)>,
}

/// What has ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ended {
    /// How long each batch took.
    pub(crate) batches: Vec<Duration>,
    /// Messages that came back because nothing could be decided.
    pub(crate) came_back: u64,
    /// Messages that were put aside in the end.
    pub(crate) put_aside: u64,
}

impl Queue {
    pub(crate) fn put(&self, body: String) {
        let mut state = self.lock();
        state.put(body);
        drop(state);
        self.0.changes.send_replace(());
    }

    /// Puts a message after this time.
    pub(crate) fn put_later(&self, body: String, delay: Duration) {
        self.lock().later += 1;
        let queue = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            let mut state = queue.lock();
            state.later -= 1;
            state.put(body);
            drop(state);
            queue.0.changes.send_replace(());
        });
    }

    /// The next batch of at most so many messages; waits until there is one.
    pub(crate) async fn take(&self, most: usize) -> Handed {
        let mut changes = self.0.changes.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(handed) = self.lock().take(most) {
                return handed;
            }
            // Can't fail: the sender is in `self`.
            drop(changes.changed().await);
        }
    }

    /// A batch has ended. The messages named by `failed` come back.
    pub(crate) fn end(&self, batch: u64, failed: &dyn Fn(&str) -> bool) {
        let mut state = self.lock();
        let Some(batch) = state.under_way.remove(&batch) else {
            return;
        };
        state.ended.batches.push(batch.began.elapsed());
        for mut message in batch.messages {
            if !failed(&message.id) {
                continue;
            }
            message.tried += 1;
            state.ended.came_back += 1;
            match message.tried < TRIES {
                true => state.ready.push_back(message),
                false => state.ended.put_aside += 1,
            }
        }
        drop(state);
        self.0.changes.send_replace(());
    }

    /// Waits until nothing waits and nothing is under way, and answers what has ended since this was asked last.
    pub(crate) async fn until_empty(&self) -> Ended {
        let mut changes = self.0.changes.subscribe();
        loop {
            changes.borrow_and_update();
            if let Some(ended) = self.lock().ended_all() {
                return ended;
            }
            // Can't fail: the sender is in `self`.
            drop(changes.changed().await);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, body: String) {
        self.last_id += 1;
        let id = format!("message-{}", self.last_id);
        self.ready.push_back(Message { id, body, tried: 0 });
    }

    /// What has ended, if nothing waits and nothing is under way.
    fn ended_all(&mut self) -> Option<Ended> {
        let all = self.ready.is_empty() && self.later == 0 && self.under_way.is_empty();
        all.then(|| std::mem::take(&mut self.ended))
    }

    fn take(&mut self, most: usize) -> Option<Handed> {
        let count = most.min(self.ready.len());
        if count == 0 {
            return None;
        }
        let messages: Vec<_> = self.ready.drain(..count).collect();
        self.last_id += 1;
        let id = self.last_id;
        let handed = messages.iter();
        let handed = handed.map(|message| (message.id.clone(), message.body.clone()));
        let handed = Handed {
            id,
            messages: handed.collect(),
        };
        let began = Instant::now();
        self.under_way.insert(id, Batch { messages, began });
        Some(handed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_fails_comes_back_and_is_put_aside_in_the_end() {
        let queue = Queue::default();
        for body in ["good", "bad"] {
            queue.put(body.to_owned());
        }
        let batch = queue.take(10).await;
        assert_eq!(batch.messages.len(), 2);
        let bad = batch.messages[1].0.clone();
        queue.end(batch.id, &|id| id == bad);
        for _ in 1..TRIES {
            let batch = queue.take(10).await;
            assert_eq!(batch.messages, [(bad.clone(), "bad".to_owned())]);
            queue.end(batch.id, &|_| true);
        }
        let ended = queue.until_empty().await;
        assert_eq!((ended.came_back, ended.put_aside), (5, 1));
        assert_eq!(ended.batches.len(), 5);
        assert!(queue.until_empty().await.batches.is_empty());
    }

    #[tokio::test]
    async fn a_delayed_message_comes() {
        let queue = Queue::default();
        queue.put_later("late".to_owned(), Duration::ZERO);
        let batch = queue.take(1).await;
        assert_eq!(batch.messages[0].1, "late");
        queue.end(batch.id, &|_| false);
        queue.until_empty().await;
    }
}
