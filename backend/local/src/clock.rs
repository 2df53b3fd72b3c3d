//! A clock that shows what another one shows: that of the simulated site, in which a person can move the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::middleware::{Next, from_fn};
use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::world::{BoxFuture, Clock, SystemClock};
use serde::Deserialize;

/// How long the other clock may take to answer: it is on this machine.
const LIMIT: Duration = Duration::from_secs(1);

/// The machine's clock, moved to show what the other one shows. Cheap to clone.
#[derive(Clone)]
pub struct FollowingClock {
    url: String,
    http: reqwest::Client,
    ahead_ms: Arc<AtomicI64>,
}

#[derive(Deserialize)]
struct Face {
    now: Timestamp,
}

impl FollowingClock {
    /// Follows the clock at this URL, which answers `{"now": "2026-11-22T09:00:00Z"}`.
    pub fn of(url: String) -> Result<Self, reqwest::Error> {
        Ok(Self {
            url,
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(LIMIT)
                .build()?,
            ahead_ms: Arc::default(),
        })
    }

    /// Looks at the other clock. If that does not answer, it goes on as before.
    pub async fn look(&self) {
        match self.face().await {
            Ok(Face { now }) => {
                let ahead = now.duration_since(SystemClock.now()).as_millis();
                let ahead = i64::try_from(ahead).unwrap_or_default();
                self.ahead_ms.store(ahead, Ordering::Relaxed);
            }
            Err(error) => tracing::debug!(%error, "the clock to follow did not answer"),
        }
    }

    /// The same routes, each of which looks at the clock first.
    pub(crate) fn before_each_request(self, routes: Router) -> Router {
        routes.layer(from_fn(move |request, next: Next| {
            let clock = self.clone();
            async move {
                clock.look().await;
                next.run(request).await
            }
        }))
    }

    async fn face(&self) -> Result<Face, reqwest::Error> {
        self.http.get(&self.url).send().await?.json().await
    }
}

impl Clock for FollowingClock {
    fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_millis(self.ahead_ms.load(Ordering::Relaxed));
        let now = SystemClock.now();
        now.saturating_add(ahead).unwrap_or(now)
    }

    /// Waiting takes as long as it takes: only the hands are moved.
    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        SystemClock.sleep(time)
    }
}
