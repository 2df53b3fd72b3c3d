//! `cargo xtask bench`: builds for release, and measures.

use std::process::Command;

use clap::Args;
use thiserror::Error;

use crate::{
    checkout,
    page::{self, PageError},
    run::{self, RunError},
    setup::npm::{self, NpmError},
};

/// The app that the API is measured beside.
const EXPRESS: &str = "tests/bench/express";

#[derive(Args)]
pub(crate) struct BenchOptions {
    /// `cold` (the start of the functions), `api` (requests of the API), `admin` (very many consents), `act` (runs that are due)
    /// or `fairness` (a small tenant beside a big one); `--help` says what each takes
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    benchmark: Vec<String>,
}

#[derive(Debug, Error)]
pub(crate) enum BenchError {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Npm(#[from] NpmError),
    #[error("the benchmark did not come to an end")]
    Run(#[from] RunError),
}

/// Builds what is measured, and measures it.
pub(crate) fn run(options: &BenchOptions) -> Result<(), BenchError> {
    page::build()?;
    if options.benchmark.iter().any(|word| word == "api") {
        npm::install(EXPRESS)?;
    }
    run::visibly(
        Command::new("cargo")
            .args(["build", "--release", "--bins"])
            .args([
                "--package",
                "onbehalf",
                "--package",
                "onbehalf-local",
                "--package",
                "onbehalf-bench",
            ])
            .current_dir(checkout::root()),
    )?;
    run::visibly(
        Command::new(checkout::target().join("release").join("onbehalf-bench"))
            .args(&options.benchmark)
            .current_dir(checkout::root()),
    )?;
    Ok(())
}
