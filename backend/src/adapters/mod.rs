//! Who provides the capabilities: one folder for each outside system.

pub mod connect;
pub mod dynamodb;
pub mod metrics;
pub mod scheduler;
pub mod seal;
pub mod sqs;
