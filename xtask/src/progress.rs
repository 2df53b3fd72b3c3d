//! What a person sees while xtask works: one line for each step, on stderr.

use std::{error::Error, process::ExitCode};

/// Says that a step begins.
pub(crate) fn step(what: impl AsRef<str>) {
    eprintln!("→ {}", what.as_ref());
}

/// Says why xtask stops, with every cause.
pub(crate) fn fail(error: &dyn Error) -> ExitCode {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    ExitCode::FAILURE
}
