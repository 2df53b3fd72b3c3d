//! `cargo xtask app`: the whole app on this machine.

use std::{
    convert::Infallible,
    fs, io,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::Command,
};

use clap::Args;
use thiserror::Error;

use crate::{
    binaries::{self, BinaryError},
    checkout,
    page::{self, PageError},
};

/// The package and program of the app on one machine.
pub(crate) const PROGRAM: &str = "onbehalf-local";

#[derive(Args)]
pub(crate) struct AppOptions {
    /// The port to listen on; 8787, or the next free one, if not given
    #[arg(long)]
    port: Option<u16>,
    /// Begin with no data
    #[arg(long)]
    fresh: bool,
}

#[derive(Debug, Error)]
pub(crate) enum AppError {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Build(#[from] BinaryError),
    #[error("could not start {program}")]
    Start { program: PathBuf, source: io::Error },
    #[error("could not remove {folder}, which holds the data of earlier runs")]
    Forget { folder: PathBuf, source: io::Error },
}

/// Becomes the app, so that signals, the terminal and the exit status are the app's own. Returns only on failure.
pub(crate) fn run(options: &AppOptions) -> Result<Infallible, AppError> {
    page::ensure()?;
    let [program] = binaries::build([PROGRAM])?;
    if options.fresh {
        forget()?;
    }
    let source = command(&program, options.port).exec();
    Err(AppError::Start { program, source })
}

/// The app with this checkout's page and data. It says on stdout where it listens, as a line of JSON. Whatever is in
/// the environment goes on to it.
pub(crate) fn command(program: &Path, port: Option<u16>) -> Command {
    let mut app = Command::new(program);
    app.arg("--page").arg(page::folder());
    app.arg("--data").arg(data());
    app.arg("--ready");
    if let Some(port) = port {
        app.args(["--port", &port.to_string()]);
    }
    app
}

/// Where the app on this machine keeps its data.
pub(crate) fn data() -> PathBuf {
    checkout::target().join("onbehalf")
}

/// Removes the data: the app's, and that of the site in which `cargo xtask dev` installs it, since a site that believes
/// the app is installed would not install it anew.
pub(crate) fn forget() -> Result<(), AppError> {
    let folder = data();
    match fs::remove_dir_all(&folder) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(AppError::Forget { folder, source })
        }
        _ => Ok(()),
    }
}
