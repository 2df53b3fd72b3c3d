//! AWS on this machine: moto, and a wire to it (or to any other stand-in) on which requests are seen.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod moto;
pub(crate) mod wire;
