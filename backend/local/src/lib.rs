//! The whole of Onbehalf in one process: the routers and use cases of the Lambdas, on an embedded DynamoDB, with an
//! in-process queue in the place of SQS and an in-process timer in the place of EventBridge Scheduler.

mod clock;
mod database;
mod environment;
mod queue;
mod server;
mod timer;
mod timers;
mod verify_log;

pub use clock::FollowingClock;
pub use environment::Environment;
pub use server::{LocalApp, Options, StartError};
pub use verify_log::{Place, VerifyError, verify_log};
