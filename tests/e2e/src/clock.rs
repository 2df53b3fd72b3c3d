use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use confluence_simulator::SimClock;
use jiff::{SignedDuration, Timestamp};
use onbehalf::capabilities::world::{BoxFuture, Clock};
use tokio::sync::{Notify, watch};

/// How long the app's timer sleeps between two looks. Nothing else in the app waits for exactly as long.
const TICK: Duration = Duration::from_secs(5);

/// By how much the app's other waits are shortened.
const FASTER: u32 = 100;

/// The site's clock as the app sees it: both have one time.
///
/// The app's waits are real, but shorter, so that whatever it waits for has a chance to happen; except for its timer,
/// which stands until [`TestClock::tick`].
#[derive(Clone)]
pub struct TestClock {
    site: SimClock,
    waits: Arc<Mutex<Vec<Duration>>>,
    timer: Arc<Timer>,
}

struct Timer {
    /// How often it has gone to sleep.
    naps: watch::Sender<u64>,
    bell: Notify,
}

impl TestClock {
    /// A clock that stands at eight in the morning of 22 November 2026, in UTC.
    pub(crate) fn start() -> Self {
        let at = "2026-11-22T08:00:00Z";
        let timer = Timer {
            naps: watch::Sender::new(0),
            bell: Notify::new(),
        };
        Self {
            site: SimClock::frozen(at.parse().expect("this is a time")),
            waits: Arc::default(),
            timer: Arc::new(timer),
        }
    }

    pub(crate) fn of_site(&self) -> SimClock {
        self.site.clone()
    }

    /// The time as tokens have it: whole seconds since 1970.
    pub fn epoch_seconds(&self) -> i64 {
        self.site.epoch_seconds()
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.site.advance(SignedDuration::from_secs(seconds));
    }

    pub fn advance_days(&self, days: i64) {
        self.site.advance(SignedDuration::from_hours(24 * days));
    }

    /// Has the app's timer look once for what is due, and waits until it has.
    pub async fn tick(&self) {
        let mut naps = self.timer.naps.subscribe();
        let before = *naps
            .wait_for(|naps| *naps > 0)
            .await
            .expect("the timer is there as long as the clock");
        self.timer.bell.notify_one();
        naps.wait_for(|naps| *naps > before)
            .await
            .expect("the timer is there as long as the clock");
    }

    /// How long the app has waited for what, in the order of the waits, and unshortened. The timer's are left out.
    pub fn waits(&self) -> Vec<Duration> {
        self.waits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.site.now()
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if time == TICK {
                self.timer.naps.send_modify(|naps| *naps += 1);
                self.timer.bell.notified().await;
                return;
            }
            self.waits
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(time);
            tokio::time::sleep(time / FASTER).await;
        })
    }
}
