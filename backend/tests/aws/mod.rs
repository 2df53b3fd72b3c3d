//! AWS on this machine: moto, a wire to it (or to any other stand-in) on which requests are seen, and what the template
//! deploys and allows.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod moto;
pub(crate) mod permissions;
pub(crate) mod reach;
pub(crate) mod source;
pub(crate) mod stack;
pub(crate) mod template;
pub(crate) mod wire;
