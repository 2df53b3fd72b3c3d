//! Structured logs, one JSON object a line. Tokens, secrets, `Authorization`, query strings and bodies are never logged.

use tracing_subscriber::EnvFilter;

/// Sends logs to standard output as JSON, as CloudWatch wants them. `RUST_LOG` sets what is logged; `info` by default.
pub fn to_cloudwatch() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .without_time()
        .init();
}
