//! `cargo xtask test`: every test there is, in stages.

mod tally;

use std::{path::PathBuf, process::Command, time::Instant};

use clap::Args;
use thiserror::Error;

use crate::{
    app,
    binaries::{self, BinaryError},
    checkout, dev,
    page::{self, PageError},
    progress,
    run::{self, RunError},
    setup::{
        chromium::{self, ChromiumError},
        npm::{self, NpmError},
        python::{self, PythonError, PythonTools},
    },
};
use tally::Tally;

#[derive(Args)]
pub(crate) struct TestOptions {
    /// Try many more cases in each property test, and 100,000 interleavings of what can happen to a consent
    ///
    /// Sets PROPTEST_CASES, and ONBEHALF_INTERLEAVINGS for the test of revocation, which is built for release for that. What
    /// it finds it names by a seed; ONBEHALF_INTERLEAVING=<seed> plays that again, alone, and tells it in words.
    #[arg(long)]
    deep: bool,
    /// Run only the tests with this in their names
    filter: Option<String>,
}

#[derive(Debug, Error)]
pub(crate) enum TestError {
    #[error(transparent)]
    Page(#[from] PageError),
    #[error(transparent)]
    Build(#[from] BinaryError),
    #[error(transparent)]
    Npm(#[from] NpmError),
    #[error(transparent)]
    Chromium(#[from] ChromiumError),
    #[error(transparent)]
    Python(#[from] PythonError),
    #[error("the {stage} failed")]
    Failed {
        stage: &'static str,
        source: RunError,
    },
    #[error("the {stage} ended well but ran no test, which can't be")]
    Empty { stage: &'static str },
}

/// What the tests use beside cargo and Node.
struct Tools {
    chromium: PathBuf,
    /// `tests/node_modules`
    modules: PathBuf,
    python: PythonTools,
}

/// Runs the stages until one fails. The last line on stdout says how many tests passed and failed, whatever happens.
pub(crate) fn run(options: &TestOptions) -> Result<(), TestError> {
    page::build()?;
    let modules = npm::install("tests")?;
    let tools = Tools {
        chromium: chromium::ready(&modules)?,
        python: python::install()?,
        modules,
    };

    let mut total = Tally::default();
    let result = stages(options, &tools, &mut total);
    println!("{total}");
    result
}

fn stages(options: &TestOptions, tools: &Tools, total: &mut Tally) -> Result<(), TestError> {
    let mut stage = |name, command| {
        let tally = stage(name, command, total)?;
        if tally.is_empty() && options.filter.is_none() {
            return Err(TestError::Empty { stage: name });
        }
        Ok(())
    };
    stage("Rust tests", cargo_test(options, tools))?;
    if options.deep {
        stage("interleavings", interleavings(options))?;
    }
    if browser_folder().exists() {
        stage("browser tests", node_test(options, tools)?)?;
    }
    Ok(())
}

/// Runs a test runner, shows what it prints, and counts its tests.
fn stage(name: &'static str, command: Command, total: &mut Tally) -> Result<Tally, TestError> {
    progress::step(format!("running the {name}"));
    let began = Instant::now();
    let mut tally = Tally::default();
    let ended = run::line_by_line(command, |line| {
        println!("{line}");
        tally.read(line);
    });
    *total += tally;
    progress::step(format!("the {name} took {} s", began.elapsed().as_secs()));
    ended.map_err(|source| TestError::Failed {
        stage: name,
        source,
    })?;
    Ok(tally)
}

/// Unit, integration and documentation tests.
fn cargo_test(options: &TestOptions, tools: &Tools) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(&options.filter)
        .env("ONBEHALF_PAGE", page::folder())
        .env("CARGO_LAMBDA", &tools.python.deploy.cargo_lambda)
        .env("CHROMIUM", &tools.chromium)
        .env("CONFLUENCE_ASSETS", &tools.modules)
        .env("MOTO_SERVER", &tools.python.moto_server)
        .env("SCHEMATHESIS", &tools.python.schemathesis)
        .current_dir(checkout::root());
    if options.deep {
        cargo.env("PROPTEST_CASES", DEEP_CASES.to_string());
    }
    cargo
}

/// Forty times as many as proptest tries by itself.
const DEEP_CASES: u32 = 10_240;

/// Fifty times as many as are played by themselves.
const DEEP_INTERLEAVINGS: u32 = 100_000;

/// The test that plays them.
const INTERLEAVINGS: &str = "no_interleaving_breaks_a_promise";

/// Interleavings of what can happen to a consent, as fast as they go.
fn interleavings(options: &TestOptions) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--release", "--package", "onbehalf-tests"])
        .args(["--test", "revocation"])
        .arg(options.filter.as_deref().unwrap_or(INTERLEAVINGS))
        .args(["--", "--show-output"])
        .env("ONBEHALF_INTERLEAVINGS", DEEP_INTERLEAVINGS.to_string())
        .current_dir(checkout::root());
    cargo
}

/// The app and the site in a real browser.
fn node_test(options: &TestOptions, tools: &Tools) -> Result<Command, TestError> {
    let [app, confluence] = binaries::build([app::PROGRAM, dev::CONFLUENCE])?;
    let mut node = Command::new("node");
    node.args(["--test", "--test-reporter=spec"]);
    if let Some(filter) = &options.filter {
        node.arg("--test-name-pattern").arg(filter);
    }
    node.env("CHROMIUM", &tools.chromium)
        .env("ONBEHALF_LOCAL", app)
        .env("ONBEHALF_PAGE", page::folder())
        .env("CONFLUENCE_SIMULATOR", confluence)
        .env("CONFLUENCE_ASSETS", &tools.modules)
        .current_dir(browser_folder());
    Ok(node)
}

fn browser_folder() -> PathBuf {
    checkout::root().join("tests/browser")
}
