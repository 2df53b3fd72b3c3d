//! Interleavings of what people, admins, the queue, the sweep and the product do to one consent, decided by a seed.
//!
//! The app's own use cases run over its own store, on the embedded DynamoDB. Each process stops before and after each of its
//! calls, and a seed decides which of them goes on, which is killed, whose call fails and how much time passes.
//! So whatever order is possible comes about some time, and the same one again whenever that is wanted.

mod calls;
mod case;
mod choices;
mod clock;
mod embedded;
mod errand;
mod explore;
mod flaw;
mod gate;
mod person;
mod run_truth;
mod site;
mod stage;
mod store;
mod stored;
mod tally;
mod truth;
mod words;
mod work;

pub use clock::ModelClock;
pub use errand::{Answer, Errand, Lasting};
pub use explore::{Broken, explore, first_found, story_of};
pub use flaw::Flaw;
pub use gate::{Came, Process, Stop, Word};
pub use site::Site;
pub use stage::{Ground, Release, Stage};
pub use stored::Stored;
pub use tally::Tally;
pub use work::Work;
