//! `cargo xtask dlq`: looks after the runs in AWS that were given up.

use std::{
    convert::Infallible, ffi::OsString, io, os::unix::process::CommandExt, path::PathBuf,
    process::Command,
};

use clap::Args;
use thiserror::Error;

use crate::binaries::{self, BinaryError};

const PROGRAM: &str = "onbehalf-dlq";

#[derive(Args)]
#[command(disable_help_flag = true)]
pub(crate) struct DlqOptions {
    /// `list`, `send-back` or `drop`, with what these take: `cargo xtask dlq --help` tells
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "ARGUMENTS"
    )]
    arguments: Vec<OsString>,
}

#[derive(Debug, Error)]
pub(crate) enum DlqError {
    #[error(transparent)]
    Build(#[from] BinaryError),
    #[error("could not start {program}")]
    Start { program: PathBuf, source: io::Error },
}

/// Becomes the program, which knows SQS. Returns only on failure.
pub(crate) fn run(options: &DlqOptions) -> Result<Infallible, DlqError> {
    let [program] = binaries::build([PROGRAM])?;
    let source = Command::new(&program).args(&options.arguments).exec();
    Err(DlqError::Start { program, source })
}
