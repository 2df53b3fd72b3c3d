//! What the machine lacks, found and installed. Every check is quick when nothing is missing.

pub(crate) mod apt;
pub(crate) mod chromium;
pub(crate) mod npm;
pub(crate) mod python;
pub(crate) mod toolchain;
