//! A Chromium for the browser tests.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use thiserror::Error;

use super::apt;
use crate::{
    progress,
    run::{self, RunError},
};

#[derive(Debug, Error)]
pub(crate) enum ChromiumError {
    #[error("CHROMIUM is {0:?}, but there is no such file")]
    Named(PathBuf),
    #[error(
        "the browser tests need Chromium or Chrome, and it could not be installed.\n\
         Install one of them, and set CHROMIUM to its program if it isn't on the PATH"
    )]
    Install(#[from] RunError),
    #[error("Chromium was installed, but is not where it should be: {0:?}")]
    Missing(PathBuf),
}

/// Finds Chromium or Chrome, or installs it. `modules` is the `node_modules` with Playwright in it.
pub(crate) fn ready(modules: &Path) -> Result<PathBuf, ChromiumError> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        return existing(named).map_err(ChromiumError::Named);
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    if apt::is_usable() {
        apt::install(&["chromium"])?;
        return existing("/usr/bin/chromium".into()).map_err(ChromiumError::Missing);
    }
    progress::step("installing Chromium with Playwright");
    run::quietly(&mut playwright(modules, &["cli.js", "install", "chromium"]))?;
    with_playwright(modules)
}

fn installed() -> Option<PathBuf> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    NAMES.into_iter().find_map(run::on_path)
}

/// Where Playwright keeps the Chromium that goes with it.
fn with_playwright(modules: &Path) -> Result<PathBuf, ChromiumError> {
    const WHERE: &str = "console.log(require('playwright-core').chromium.executablePath())";
    let path = run::quietly(playwright(modules, &["--eval", WHERE]).current_dir(modules))?;
    existing(path.trim_end().into()).map_err(ChromiumError::Missing)
}

fn playwright(modules: &Path, arguments: &[&str]) -> Command {
    let mut node = Command::new("node");
    node.args(arguments)
        .current_dir(modules.join("playwright-core"));
    node
}

fn existing(file: PathBuf) -> Result<PathBuf, PathBuf> {
    if file.is_file() { Ok(file) } else { Err(file) }
}
