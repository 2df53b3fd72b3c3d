//! Structured logs, one JSON object a line. Tokens, secrets, `Authorization`, query strings and bodies are never logged.

use std::error::Error;
use std::fmt;

use tracing_subscriber::EnvFilter;

/// Why a binary ended. `main` prints what it returns as `Debug`, and this prints what was said, in one line.
pub struct Ended(String);

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace('\n', " "))
    }
}

impl<E: fmt::Display> From<E> for Ended {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// An error and what caused it, in one line.
pub(crate) fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        line.push_str(": ");
        line.push_str(&next.to_string());
        cause = next.source();
    }
    line
}

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
