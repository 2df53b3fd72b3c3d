//! npm packages, exactly as a lock file has them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use thiserror::Error;

use crate::{
    checkout, progress,
    run::{self, RunError},
};

#[derive(Debug, Error)]
pub(crate) enum NpmError {
    #[error("npm and Node.js 20 or later are needed; install them from https://nodejs.org")]
    Missing,
    #[error("the npm packages of {folder} could not be installed")]
    Install { folder: String, source: RunError },
    #[error("could not read or write {file}")]
    File { file: PathBuf, source: io::Error },
}

/// Installs the packages that `folder/package-lock.json` lists, unless exactly these are there.
/// Answers their `node_modules`.
pub(crate) fn install(folder: &str) -> Result<PathBuf, NpmError> {
    let at = checkout::root().join(folder);
    let modules = modules(folder);
    let lock = read(at.join("package-lock.json"))?;
    if is_current(&modules, &lock) {
        return Ok(modules);
    }
    if run::on_path("npm").is_none() {
        return Err(NpmError::Missing);
    }
    progress::step(format!("installing the npm packages of {folder}"));
    // No package that we use needs its install script, and one that begins to should not run unasked.
    run::quietly(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(&at),
    )
    .map_err(|source| NpmError::Install {
        folder: folder.to_owned(),
        source,
    })?;
    let file = stamp(&modules);
    fs::write(&file, lock).map_err(|source| NpmError::File { file, source })?;
    Ok(modules)
}

/// Where the packages of `folder` are, or will be.
pub(crate) fn modules(folder: &str) -> PathBuf {
    checkout::root().join(folder).join("node_modules")
}

/// The stamp is a copy of the lock file that was installed, so that a changed lock shows, whatever the clocks say.
fn stamp(modules: &Path) -> PathBuf {
    modules.join(".installed-lock.json")
}

fn is_current(modules: &Path, lock: &[u8]) -> bool {
    fs::read(stamp(modules)).is_ok_and(|installed| installed == lock)
}

fn read(file: PathBuf) -> Result<Vec<u8>, NpmError> {
    fs::read(&file).map_err(|source| NpmError::File { file, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_current_only_for_the_lock_they_came_from() {
        let modules = tempfile::tempdir().unwrap();
        assert!(!is_current(modules.path(), b"one"));
        fs::write(stamp(modules.path()), b"one").unwrap();
        assert!(is_current(modules.path(), b"one"));
        assert!(!is_current(modules.path(), b"two"));
    }
}
