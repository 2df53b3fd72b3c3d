//! `PUT /api/consent`: the app with its embedded DynamoDB on one core, the load and the simulated Confluence on the others.
//!
//! Each request is a person's own: its token is verified, the account looked up in Confluence, the consent read, and
//! consent and event written in one transaction.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use confluence_simulator::{Options, Person, Simulator};
use serde_json::{Value, json};

use crate::process::peak_megabytes;
use crate::spread::Spread;

const PEOPLE: usize = 1_000;

pub(crate) async fn run(
    binaries: &Path,
    page: &Path,
    requests: usize,
    connections: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let simulator = Simulator::start(Options::default()).await?;
    let folder = tempfile::tempdir()?;
    let (app, base_url) = start_app(
        &binaries.join("onbehalf-local"),
        page,
        folder.path(),
        &simulator,
    )?;
    let before = peak_megabytes(app.0.id()).unwrap_or_default();
    simulator
        .install(&format!("{base_url}/atlassian-connect.json"))
        .await?;
    let mut tokens = Vec::with_capacity(PEOPLE);
    for number in 0..PEOPLE {
        let account = format!("712020:00000000-0000-4000-8000-{number:012}");
        simulator.people().add(Person::ordinary(
            &format!("person-{number}"),
            &account,
            "Somebody",
        ))?;
        tokens.push(simulator.context_token(&account)?.authorization());
    }

    let (tokens, next) = (Arc::new(tokens), Arc::new(AtomicUsize::new(0)));
    let url = format!("{base_url}/api/consent");
    let began = Instant::now();
    let clients: Vec<_> = (0..connections)
        .map(|_| {
            tokio::spawn(load(
                url.clone(),
                Arc::clone(&tokens),
                Arc::clone(&next),
                requests,
            ))
        })
        .collect();
    let mut times = Vec::with_capacity(requests);
    for client in clients {
        times.extend(client.await?.map_err(|error| error.to_string())?);
    }
    let took = began.elapsed();

    let spread = Spread::of(times);
    println!(
        "PUT /api/consent, {requests} requests of {PEOPLE} people over {connections} connections:"
    );
    println!(
        "  {:.0} requests a second on one core",
        requests as f64 / took.as_secs_f64()
    );
    println!(
        "  p50 {:.1} ms, p99 {:.1} ms",
        spread.percentile(50),
        spread.percentile(99)
    );
    println!(
        "  peak memory {:.1} MB, {before:.1} MB before the load (with the embedded DynamoDB in both)",
        peak_megabytes(app.0.id()).unwrap_or_default()
    );
    Ok(())
}

/// One connection's share of the requests.
async fn load(
    url: String,
    tokens: Arc<Vec<String>>,
    next: Arc<AtomicUsize>,
    requests: usize,
) -> Result<Vec<Duration>, Box<dyn std::error::Error + Send + Sync>> {
    let http = reqwest::Client::new();
    let wish = json!({ "access": "readWrite", "days": 30, "notice": "2026-11" });
    let mut times = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return Ok(times);
        }
        let began = Instant::now();
        let request = http
            .put(&url)
            .header("authorization", &tokens[number % PEOPLE])
            .json(&wish);
        let response = request.send().await?;
        let status = response.status();
        let body = response.text().await?;
        if !status.is_success() {
            return Err(format!("{status}: {body}").into());
        }
        times.push(began.elapsed());
    }
}

/// The app, which ends with the benchmark.
struct App(Child);

impl Drop for App {
    fn drop(&mut self) {
        if let Err(error) = self.0.kill().and_then(|()| self.0.wait()) {
            eprintln!("the app did not end: {error}");
        }
    }
}

/// Starts the app on core 0, and answers its URL.
fn start_app(
    binary: &Path,
    page: &Path,
    data: &Path,
    simulator: &Simulator,
) -> Result<(App, String), Box<dyn std::error::Error>> {
    let mut child = Command::new("taskset")
        .args(["--cpu-list", "0"])
        .arg(binary)
        .args(["--ready", "--port", "0", "--in-memory"])
        .arg("--data")
        .arg(data)
        .arg("--page")
        .arg(page)
        .env("RUST_LOG", "error")
        .env("ONBEHALF_TENANT_HOSTS", "localhost")
        .env("ONBEHALF_INSTALL_KEYS_URL", simulator.install_keys_url())
        .env("ONBEHALF_TOKEN_URL", simulator.token_url())
        .stdout(Stdio::piped())
        .spawn()?;
    let out = child.stdout.take().ok_or("the app has no output")?;
    let app = App(child);
    let mut line = String::new();
    BufReader::new(out).read_line(&mut line)?;
    let ready: Value = serde_json::from_str(&line)?;
    let base_url = ready["baseUrl"]
        .as_str()
        .ok_or("the app did not say where it is")?;
    Ok((app, base_url.to_owned()))
}
