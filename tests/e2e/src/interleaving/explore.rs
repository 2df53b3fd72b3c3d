//! Many interleavings, on all cores.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Runtime};

use super::case;
use super::flaw::Flaw;
use super::stage::Ground;
use super::tally::Tally;

/// So many interleavings share a table before there is a new one, so that what is kept does not fill the memory.
const ON_ONE_GROUND: u64 = 200;

/// A seed whose interleaving broke a promise.
#[derive(Clone, Debug)]
pub struct Broken {
    pub seed: u64,
    pub promises: Vec<String>,
    flaw: Option<Flaw>,
}

/// Plays the interleavings of all these seeds, and says what happened in them. `Err`: the least of the seeds that broke a
/// promise.
pub fn explore(seeds: Range<u64>) -> Result<Tally, Broken> {
    let next = AtomicU64::new(seeds.start);
    let found: Mutex<Option<Broken>> = Mutex::default();
    let total: Mutex<Tally> = Mutex::default();
    let work = || {
        loop {
            // Once one has broken something, only what was begun before it is looked into, for a seed that is less.
            let first = next.fetch_add(ON_ONE_GROUND, Ordering::Relaxed);
            let last = seeds.end.min(first + ON_ONE_GROUND);
            let least = || found.lock().unwrap_or_else(PoisonError::into_inner);
            if first >= seeds.end || least().is_some() {
                return;
            }
            match play_all(first..last, None) {
                Ok(tally) => total
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .add(tally),
                Err(broken) => {
                    let mut least = least();
                    if least.as_ref().is_none_or(|least| broken.seed < least.seed) {
                        *least = Some(broken);
                    }
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    match found.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(broken) => Err(broken),
        None => Ok(total.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// The first of these seeds whose interleaving shows this flaw, in these words.
pub fn first_found(flaw: Flaw, words: &str, mut seeds: Range<u64>) -> Option<Broken> {
    loop {
        let broken = play_all(seeds.clone(), Some(flaw)).err()?;
        if broken
            .promises
            .iter()
            .any(|promise| promise.contains(words))
        {
            return Some(broken);
        }
        seeds.start = broken.seed + 1;
    }
}

/// What happens in the interleaving of a seed, in words.
pub fn story_of(seed: u64, flaw: Option<Flaw>) -> String {
    let told = async {
        case::play(&Ground::new(flaw).await, seed, true)
            .await
            .story()
    };
    runtime().block_on(told)
}

fn play_all(seeds: Range<u64>, flaw: Option<Flaw>) -> Result<Tally, Broken> {
    let runtime = runtime();
    let ground = runtime.block_on(Ground::new(flaw));
    let mut tally = Tally::default();
    for seed in seeds {
        let play = || runtime.block_on(case::play(&ground, seed, false));
        let promises = match catch_unwind(AssertUnwindSafe(play)) {
            Ok(stage) => {
                tally.add(stage.tally());
                stage.broken()
            }
            Err(panic) => vec![format!("it panics: {}", words_of(&*panic))],
        };
        if !promises.is_empty() {
            return Err(Broken {
                seed,
                promises,
                flaw,
            });
        }
    }
    Ok(tally)
}

/// One for each thread: what happens in an interleaving is for its seed to decide, not for a scheduler.
fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("there is room for a runtime")
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// The promises, the seed, and the whole story: the same seed is played again for that.
impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            promises,
            flaw,
        } = self;
        writeln!(f, "the interleaving of seed {seed} breaks a promise:")?;
        promises
            .iter()
            .try_for_each(|promise| writeln!(f, "  {promise}"))?;
        let story = catch_unwind(|| story_of(*seed, *flaw));
        write!(f, "{}", story.as_deref().unwrap_or("(it panics)"))
    }
}
