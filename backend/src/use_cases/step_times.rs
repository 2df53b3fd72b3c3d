//! How long each step of a run takes.

use std::future::Future;
use std::time::Duration;

use crate::capabilities::world::Clock;
use crate::domain::run_report::Step;

/// The steps that a run came to, and what else operators want to know of it.
#[derive(Debug, Default)]
pub struct StepTimes {
    pub steps: Vec<(Step, Duration)>,
    pub exchanged_token: bool,
    pub as_app: bool,
    pub tried_before: u32,
    /// Why it came to nothing, by its stable name.
    pub code: Option<&'static str>,
}

impl StepTimes {
    pub(super) async fn of<T>(
        &mut self,
        step: Step,
        clock: &dyn Clock,
        doing: impl Future<Output = T>,
    ) -> T {
        let began = clock.now();
        let done = doing.await;
        let took = clock.now().duration_since(began);
        self.steps
            .push((step, Duration::try_from(took).unwrap_or_default()));
        done
    }
}
