//! How measured times spread.

use std::time::Duration;

/// Times in order.
pub(crate) struct Spread(Vec<Duration>);

impl Spread {
    pub(crate) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time below which this many percent of all are, in milliseconds.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let time = self
            .0
            .get(last * percent / 100)
            .copied()
            .unwrap_or_default();
        time.as_secs_f64() * 1000.0
    }
}
