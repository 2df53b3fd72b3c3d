//! AWS on this machine: moto, a wire to it (or to any other stand-in) on which requests are seen, and the template of what is
//! deployed.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod moto;
pub(crate) mod template;
pub(crate) mod wire;
