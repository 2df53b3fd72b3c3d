//! `cargo xtask bench`: what the app costs on this machine.

mod act;
mod admin;
mod api;
mod app;
mod aws;
mod cold;
mod process;
mod program;
mod queue;
mod spread;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Measures release binaries.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    benchmark: Benchmark,
    /// The folder of the binaries to measure.
    #[arg(
        long,
        value_name = "DIR",
        default_value = "target/release",
        global = true
    )]
    binaries: PathBuf,
    /// The folder of the built page.
    #[arg(long, value_name = "DIR", default_value = "target/page", global = true)]
    page: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Benchmark {
    /// From the start of each binary to its first poll of the Runtime API, and of `api` on to the answer of a first consent.
    Cold {
        #[arg(long, default_value_t = 30)]
        starts: usize,
    },
    /// What the API does for a consent, beside the least that could be done and an app with Atlassian's own framework.
    Api(api::Amount),
    /// How long an admin waits who has very many consents to look at.
    Admin(admin::Amount),
    /// Runs that are due, in the `act` binary: first a tenth of them, then all.
    Act(act::Size),
    /// How long a small tenant waits for a run while a big one has very many due, in `onbehalf-local`.
    Fairness(act::fairness::Backlog),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let Arguments {
        benchmark,
        binaries,
        page,
    } = Arguments::parse();
    match benchmark {
        Benchmark::Cold { starts } => cold::run(&binaries, &page, starts).await,
        Benchmark::Api(amount) => api::run(&binaries, &page, &amount).await,
        Benchmark::Admin(amount) => admin::run(&binaries, &page, amount).await,
        Benchmark::Fairness(backlog) => act::fairness::run(&page, backlog).await,
        Benchmark::Act(size) => act::run(&binaries, &page, size).await,
    }
}
