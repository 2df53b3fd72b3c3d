//! Debian packages, where xtask may install them.

use std::{path::Path, process::Command};

use crate::{
    progress,
    run::{self, RunError},
};

/// Whether `apt-get install` would work here: Debian or a child of it, and root.
pub(crate) fn is_usable() -> bool {
    Path::new("/etc/debian_version").exists()
        && run::on_path("apt-get").is_some()
        && rustix::process::geteuid().is_root()
}

/// Installs `packages`, without what they merely recommend.
pub(crate) fn install(packages: &[&str]) -> Result<(), RunError> {
    progress::step(format!("installing {} with apt-get", packages.join(", ")));
    run::quietly(Command::new("apt-get").arg("update"))?;
    run::quietly(
        Command::new("apt-get")
            .args(["install", "--yes", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )?;
    Ok(())
}
