//! Where a process stops, before and after each of its calls, until it is told to go on.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use jiff::Timestamp;

/// Where a process stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Before a call.
    Before(&'static str),
    /// It was made, and its answer is on the way.
    After(&'static str),
    /// A moment's rest between two tries of the same call.
    Resting,
    /// It sleeps until then.
    Asleep(Timestamp),
}

/// What a process that stands still is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    Go,
    /// The call fails before it was made; or it was made, and its answer is lost.
    Fail,
    /// Before a call of the product, or for a token: it will say no.
    Refuse,
    /// The same: it will ask to come back later.
    SlowDown,
}

/// One process's gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    at: Option<Stop>,
    word: Option<Word>,
}

impl Gate {
    /// Stands still here.
    pub(super) async fn stop(&self, at: Stop) -> Word {
        self.state().at = Some(at);
        poll_fn(|_| {
            let mut state = self.state();
            match state.word.take() {
                Some(word) => {
                    state.at = None;
                    Poll::Ready(word)
                }
                None => Poll::Pending,
            }
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A process at work. Nothing in it moves but in [`Process::go_on`]; to drop it is to kill it.
pub struct Process<T> {
    gate: Gate,
    work: Pin<Box<dyn Future<Output = T>>>,
}

/// How far it came.
#[derive(Debug)]
pub enum Came<T> {
    To(Stop),
    ToItsEnd(T),
}

impl<T> Process<T> {
    /// A process that will do this work, with calls that stop at this gate.
    pub fn new(gate: Gate, work: impl Future<Output = T> + 'static) -> Self {
        Self {
            gate,
            work: Box::pin(work),
        }
    }

    /// Where it stands; `None`: it has not begun.
    pub fn stands(&self) -> Option<Stop> {
        self.gate.state().at
    }

    /// Lets it go on to its next stop, or to its end. Whatever it waits for in between, such as the database, it gets.
    pub async fn go_on(&mut self, word: Word) -> Came<T> {
        {
            let mut state = self.gate.state();
            state.word = state.at.map(|_| word);
        }
        poll_fn(|context| match self.work.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(Came::ToItsEnd(ended)),
            Poll::Pending => match self.gate.state().at {
                Some(stop) => Poll::Ready(Came::To(stop)),
                None => Poll::Pending,
            },
        })
        .await
    }
}
