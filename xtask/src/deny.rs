//! `cargo xtask deny`: dependencies as `deny.toml` allows them.

use std::{path::PathBuf, process::Command};

use thiserror::Error;

use crate::{
    checkout, progress,
    run::{self, RunError},
};

#[derive(Debug, Error)]
pub(crate) enum DenyError {
    #[error("cargo-deny could not be installed")]
    Install(#[source] RunError),
    #[error("a dependency is not as deny.toml allows")]
    Refused(#[source] RunError),
}

/// Checks what can be checked here, and says so if that is not everything.
pub(crate) fn run() -> Result<(), DenyError> {
    let program = ready()?;
    let deny = |arguments: &[&str]| {
        let mut deny = Command::new(&program);
        deny.args(arguments).current_dir(checkout::root());
        deny
    };
    run::visibly(&mut deny(&["check", "bans", "licenses", "sources"]))
        .map_err(DenyError::Refused)?;
    if run::quietly(&mut deny(&["fetch", "db"])).is_err() {
        progress::step("advisories were NOT checked: their database can't be reached from here");
        return Ok(());
    }
    run::visibly(&mut deny(&["check", "--disable-fetch", "advisories"])).map_err(DenyError::Refused)
}

/// Finds cargo-deny, or builds it.
fn ready() -> Result<PathBuf, DenyError> {
    let tools = checkout::target().join("tools");
    let ours = tools.join("bin/cargo-deny");
    if ours.exists() {
        return Ok(ours);
    }
    if let Some(found) = run::on_path("cargo-deny") {
        return Ok(found);
    }
    progress::step("installing cargo-deny, which takes some minutes");
    let mut install = Command::new("cargo");
    install
        // Unoptimized it is built in less than half the time, and quick enough for one workspace.
        .args(["install", "cargo-deny", "--locked", "--debug", "--root"])
        .arg(&tools);
    run::quietly(&mut install).map_err(DenyError::Install)?;
    Ok(ours)
}
