//! What a cold Lambda spends in its own code: from the start of a binary to its first poll of the Runtime API, and in `api`
//! on until the answer of its first request, which is a person's first consent.
//!
//! The binary has core 0; the embedded DynamoDB, the stand-in for KMS, the simulated Confluence and the Runtime API have core 1.

mod runtime;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use confluence_simulator::{CrowdTenant, Options, Simulator};

use self::runtime::Runtime;
use crate::act::NO_LIMITS;
use crate::app::App;
use crate::aws::Aws;
use crate::process::{keep_to_core, peak_megabytes, program, start_on_core};
use crate::queue::Queue;
use crate::spread::Spread;

type Error = Box<dyn std::error::Error>;

/// A function that takes longer never will.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// A function that was started.
struct Function(Child);

/// What was measured of the starts of one function.
#[derive(Default)]
struct Starts {
    to_first_poll: Vec<Duration>,
    first_request: Vec<Duration>,
    to_first_answer: Vec<Duration>,
    /// In MB.
    peak: f64,
}

pub(crate) async fn run(binaries: &Path, page: &Path, starts: usize) -> Result<(), Error> {
    keep_to_core(std::process::id(), 1)?;
    let aws = Aws::start(Queue::default()).await?;
    let simulator = Simulator::start(Options::default()).await?;
    simulator.set_limits(NO_LIMITS);
    let app = App::start(&aws, &simulator, page).await?;
    // The first start reads the binary from the disk, and does not count.
    let crowd = app.install(&simulator, 1, starts + 1).await?;
    let tenant = crowd.first().ok_or("the app isn't installed")?;
    for name in ["api", "act", "sweep"] {
        let binary = binaries.join(name);
        let mut measured = Starts::default();
        for number in 0..=starts {
            let consent = (name == "api").then(|| first_consent(tenant, number));
            let of_this = start(&binary, name, &app, consent).await?;
            if number > 0 {
                measured.add(of_this);
            }
        }
        let size = std::fs::metadata(&binary)?.len();
        print(name, starts, &measured, size);
    }
    Ok(())
}

/// Starts a function, waits until it has polled and, if there is an event for it, answered, and ends it.
async fn start(
    binary: &Path,
    name: &str,
    app: &App,
    event: Option<serde_json::Value>,
) -> Result<Starts, Error> {
    let answers = event.is_some();
    let mut runtime = Runtime::start(event).await?;
    let mut command = program(binary);
    command
        .envs(app.variables().iter().map(|(name, value)| (name, value)))
        .env("AWS_LAMBDA_RUNTIME_API", runtime.address())
        .env("AWS_LAMBDA_FUNCTION_NAME", name)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
        .stdout(Stdio::null());
    let (process, began) = start_on_core(&mut command, 0)?;
    let function = Function(process);
    let polled = tokio::time::timeout(TIME_LIMIT, runtime.polled()).await??;
    let mut measured = Starts {
        to_first_poll: vec![polled - began],
        ..Starts::default()
    };
    if answers {
        let (answered, answer) = tokio::time::timeout(TIME_LIMIT, runtime.answered()).await??;
        if answer["statusCode"] != 201 {
            return Err(format!("the first consent was answered {answer}").into());
        }
        measured.first_request.push(answered - polled);
        measured.to_first_answer.push(answered - began);
    }
    measured.peak = peak_megabytes(function.0.id()).unwrap_or_default();
    Ok(measured)
}

/// An account's first consent.
fn first_consent(tenant: &CrowdTenant, number: usize) -> serde_json::Value {
    let account = &tenant.accounts[number].account_id;
    runtime::put(
        "/api/consent",
        &tenant.mint().context(account).authorization(),
        &crate::api::wish(),
    )
}

fn print(name: &str, starts: usize, measured: &Starts, size: u64) {
    println!("{name}, {starts} starts:");
    for (what, times) in [
        ("from the start to the first poll", &measured.to_first_poll),
        ("the first consent", &measured.first_request),
        ("from the start to its answer", &measured.to_first_answer),
    ] {
        if !times.is_empty() {
            let spread = Spread::of(times.clone());
            println!(
                "  {what}: p50 {:.1} ms, p99 {:.1} ms",
                spread.percentile(50),
                spread.percentile(99)
            );
        }
    }
    println!(
        "  peak memory {:.1} MB, binary {:.1} MB",
        measured.peak,
        size as f64 / 1_000_000.0
    );
}

impl Starts {
    fn add(&mut self, other: Self) {
        self.to_first_poll.extend(other.to_first_poll);
        self.first_request.extend(other.first_request);
        self.to_first_answer.extend(other.to_first_answer);
        self.peak = self.peak.max(other.peak);
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("a function did not end: {error}");
        }
    }
}
