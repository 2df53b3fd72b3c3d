//! `cargo xtask verify-log`: checks that no consent and no event of a log was altered.

use std::{
    convert::Infallible, io, os::unix::process::CommandExt, path::PathBuf, process::Command,
};

use clap::Args;
use thiserror::Error;

use crate::{
    app,
    binaries::{self, BinaryError},
};

const PROGRAM: &str = "onbehalf-verify-log";

#[derive(Args)]
pub(crate) struct VerifyLogOptions {
    /// A table that the AWS SDK's own environment leads to; if not given, the data of `cargo xtask dev` and `app`
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
}

#[derive(Debug, Error)]
pub(crate) enum VerifyLogError {
    #[error(transparent)]
    Build(#[from] BinaryError),
    #[error("could not start {program}")]
    Start { program: PathBuf, source: io::Error },
}

/// Becomes the check, whose exit status says what it found. Returns only on failure.
pub(crate) fn run(options: &VerifyLogOptions) -> Result<Infallible, VerifyLogError> {
    let [program] = binaries::build([PROGRAM])?;
    let mut check = Command::new(&program);
    match &options.table {
        Some(table) => check.args(["--table", table]),
        None => check.arg("--data").arg(app::data()),
    };
    let source = check.exec();
    Err(VerifyLogError::Start { program, source })
}
