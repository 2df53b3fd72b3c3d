//! `cargo xtask …`: everything that is done with this repository, from one place.

mod app;
mod bench;
mod binaries;
mod build;
mod checkout;
mod deny;
mod deploy;
mod destroy;
mod dev;
mod dlq;
mod page;
mod progress;
mod run;
mod sbom;
mod setup;
mod test;
mod verify_log;

use std::{error::Error, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Build, run and test Onbehalf")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run a Confluence site and the app, installed in it, on this machine
    Dev(dev::DevOptions),
    /// Run the app alone on this machine, for any host that speaks Connect
    App(app::AppOptions),
    /// Build the page into target/page and print what it weighs
    Build(build::BuildOptions),
    /// Run every test
    Test(test::TestOptions),
    /// Measure release binaries
    Bench(bench::BenchOptions),
    /// Check that no consent and no event in a database was altered
    VerifyLog(verify_log::VerifyLogOptions),
    /// Show the runs in AWS that were given up, send them back or drop them
    Dlq(dlq::DlqOptions),
    /// Build everything, and deploy it to AWS
    Deploy(deploy::DeployOptions),
    /// Remove it from AWS
    Destroy(destroy::DestroyOptions),
    /// Check licences, sources and known weaknesses of the dependencies
    Deny,
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => progress::fail(&*error),
    }
}

fn run(task: Task) -> Result<(), Box<dyn Error>> {
    match task {
        Task::Dev(options) => dev::run(&options)?,
        Task::App(options) => match app::run(&options)? {},
        Task::Build(options) => build::run(&options)?,
        Task::Test(options) => test::run(&options)?,
        Task::Bench(options) => bench::run(&options)?,
        Task::VerifyLog(options) => match verify_log::run(&options)? {},
        Task::Dlq(options) => match dlq::run(&options)? {},
        Task::Deploy(options) => deploy::run(&options)?,
        Task::Destroy(options) => destroy::run(&options)?,
        Task::Deny => deny::run()?,
    }
    Ok(())
}
