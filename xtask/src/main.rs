//! `cargo xtask …`: everything that is done with this repository, from one place.

mod checkout;
mod page;
mod progress;
mod run;
mod setup;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and test Onbehalf")]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the page into target/page and print what it weighs
    Build,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Task::Build => page::build().map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => progress::fail(error),
    }
}
