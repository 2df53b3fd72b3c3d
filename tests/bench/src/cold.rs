//! From the start of the `api` binary to its first poll of the Runtime API: what a cold Lambda spends in its own code
//! before it can take a request.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::process::peak_megabytes;
use crate::spread::Spread;

pub(crate) async fn run(
    binaries: &Path,
    page: &Path,
    starts: usize,
) -> Result<(), Box<dyn std::error::Error>> {
    let polled = Arc::new(Notify::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let runtime_api = listener.local_addr()?.to_string();
    let notify = Arc::clone(&polled);
    // There never is an invocation: a poll is noticed, and waits.
    let next = get(async move || {
        notify.notify_one();
        std::future::pending::<()>().await;
    });
    let routes = Router::new().route("/2018-06-01/runtime/invocation/next", next);
    tokio::spawn(async move { axum::serve(listener, routes).await });

    let folder = tempfile::tempdir()?;
    let key = folder.path().join("seal.key");
    std::fs::write(&key, [7; 32])?;
    let binary = binaries.join("api");
    let mut times = Vec::with_capacity(starts);
    let mut peak = 0.0_f64;
    // The first start reads the binary from the disk, and does not count.
    for start in 0..=starts {
        let began = Instant::now();
        let mut api = start_api(&binary, page, &key, &runtime_api)?;
        let polled = tokio::time::timeout(Duration::from_secs(10), polled.notified()).await;
        let took = began.elapsed();
        peak = peak.max(peak_megabytes(api.id()).unwrap_or_default());
        api.kill()?;
        api.wait()?;
        polled?;
        if start > 0 {
            times.push(took);
        }
    }
    let size = std::fs::metadata(&binary)?.len();
    let spread = Spread::of(times);
    println!("api, from its start to its first poll, {starts} starts:");
    println!(
        "  p50 {:.1} ms, p99 {:.1} ms",
        spread.percentile(50),
        spread.percentile(99)
    );
    println!(
        "  peak memory {peak:.1} MB, binary {:.1} MB",
        size as f64 / 1_000_000.0
    );
    Ok(())
}

fn start_api(binary: &Path, page: &Path, key: &Path, runtime_api: &str) -> std::io::Result<Child> {
    Command::new(binary)
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "api")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .env("ONBEHALF_BASE_URL", "https://onbehalf.example.com")
        .env("ONBEHALF_SEAL_KEY", format!("file:{}", key.display()))
        .env(
            "ONBEHALF_QUEUE_URL",
            "https://sqs.eu-central-1.amazonaws.com/1/runs",
        )
        .env("ONBEHALF_SCHEDULE_GROUP", "onbehalf")
        .env(
            "ONBEHALF_SCHEDULE_ROLE",
            "arn:aws:iam::123456789012:role/timers",
        )
        .env("ONBEHALF_PAGE", page)
        .stdout(Stdio::null())
        .spawn()
}
