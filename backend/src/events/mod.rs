//! Turns the events that wake a Lambda into use cases.

pub mod runs;
pub mod sweep;
