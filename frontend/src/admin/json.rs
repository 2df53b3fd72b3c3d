//! How what admins see is read, and what they send is written.

mod read;
#[cfg(test)]
pub(crate) mod sample;
mod write;

pub(super) use write::STATES;
