//! What AWS is told about a timer, and whether what it has is that.

use aws_sdk_scheduler::error::BuildError;
use aws_sdk_scheduler::operation::get_schedule::GetScheduleOutput;
use aws_sdk_scheduler::primitives::DateTime;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, RetryPolicy, ScheduleState,
    Target,
};
use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use super::TimerPlace;
use super::send_message;
use crate::domain::timer::{Timer, TimerId};
use crate::domain::timing::{BadTiming, Timing};

/// For how long AWS tries to ask for a run. Later than that, it is not what the person meant by its time any more.
const OLDEST_S: i32 = 60 * 60;
/// As many as AWS makes at most, with growing pauses, in that time.
const MOST_RETRIES: i32 = 185;

/// All that makes a schedule in AWS, but for the date on which it starts.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub(super) expression: String,
    pub(super) time_zone: String,
    pub(super) target: Target,
    /// Only a rate counts from a start.
    rate: Option<Rate>,
}

#[derive(Clone, Debug)]
struct Rate {
    timing: Timing,
    /// To the second, as AWS keeps it.
    since: Timestamp,
}

/// A timer cannot be described to AWS.
#[derive(Debug, Error)]
pub(super) enum BadTimer {
    #[error(transparent)]
    Timing(#[from] BadTiming),
    #[error("the message cannot be written")]
    Message(#[from] serde_json::Error),
    #[error("the target is incomplete")]
    Target(#[from] BuildError),
}

impl Definition {
    pub(super) fn new(id: &TimerId, timer: &Timer, place: &TimerPlace) -> Result<Self, BadTimer> {
        let timing = Timing::parse(&timer.when.expression, &timer.when.time_zone)?;
        let retry = RetryPolicy::builder()
            .maximum_event_age_in_seconds(OLDEST_S)
            .maximum_retry_attempts(MOST_RETRIES)
            .build();
        let target = Target::builder()
            .arn(send_message::target(&place.role))
            .role_arn(&place.role)
            .input(send_message::input(id, &place.queue_url)?)
            .retry_policy(retry)
            .build()?;
        Ok(Self {
            expression: timer.when.expression.clone(),
            time_zone: timer.when.time_zone.clone(),
            target,
            rate: timer.when.expression.starts_with("rate(").then_some(Rate {
                timing,
                since: Timestamp::from_second(timer.since.as_second()).unwrap_or(timer.since),
            }),
        })
    }

    /// The date on which AWS is to start, at this moment.
    ///
    /// A rate runs for the first time on its start date, and at once if it has none.
    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based> And a start date that is more
    /// than five minutes ago is refused: “The StartDate you specify cannot be earlier than 5 minutes ago.” So a rate starts,
    /// for AWS, on the next of its times. That is the same row of times, and a rate that is mended does not run in between.
    pub(super) fn start_date(&self, now: Timestamp) -> Option<DateTime> {
        let rate = self.rate.as_ref()?;
        let next = rate.timing.next_after(now, rate.since)?;
        Some(DateTime::from_secs(next.as_second()))
    }

    /// Whether this is what AWS has.
    pub(super) fn is(&self, there: &GetScheduleOutput, now: Timestamp) -> bool {
        there.schedule_expression() == Some(&self.expression)
            && there.schedule_expression_timezone() == Some(&self.time_zone)
            && there.target().is_some_and(|target| self.leads_to(target))
            && there.state() == Some(&ScheduleState::Enabled)
            && there.action_after_completion() == Some(&ActionAfterCompletion::Delete)
            && there
                .flexible_time_window()
                .is_some_and(|window| window.mode() == &FlexibleTimeWindowMode::Off)
            && there.end_date().is_none()
            && self.starts_on(there.start_date(), now)
    }

    fn leads_to(&self, target: &Target) -> bool {
        target.arn() == self.target.arn()
            && target.role_arn() == self.target.role_arn()
            && target.input() == self.target.input()
            && target.retry_policy() == self.target.retry_policy()
    }

    /// Whether a start date is one of the times of the rate, and not one that would skip any.
    fn starts_on(&self, date: Option<&DateTime>, now: Timestamp) -> bool {
        let Some(Rate { timing, since }) = &self.rate else {
            return date.is_none();
        };
        let Some(start) = date.and_then(|date| Timestamp::from_second(date.secs()).ok()) else {
            return false;
        };
        let just_before = start - SignedDuration::from_secs(1);
        timing.next_after(just_before, *since) == Some(start)
            && timing
                .next_after(now, *since)
                .is_some_and(|next| start <= next)
    }
}

/// Whether this is a schedule that runs once, whose time has come, and which AWS is still about to run and to remove by itself.
///
/// AWS runs it within a minute of its time, tries for an hour, and then removes it. Whoever removed it before that, because
/// there is nothing more to come, would keep it from running. And to leave it does no harm: the message of a schedule that
/// pauses or is gone leads to nothing.
pub(super) fn ends_by_itself(there: &GetScheduleOutput, now: Timestamp) -> bool {
    let expression = there.schedule_expression().unwrap_or_default();
    let time_zone = there.schedule_expression_timezone().unwrap_or("UTC");
    let timing = Timing::parse(expression, time_zone);
    let Some(once) = timing.ok().filter(|_| expression.starts_with("at(")) else {
        return false;
    };
    let last_try = SignedDuration::from_secs(i64::from(OLDEST_S));
    let is_to_come_after = |time: Timestamp| once.next_after(time, time).is_some();
    !is_to_come_after(now) && is_to_come_after(now.saturating_sub(last_try).unwrap_or(now))
}

/// On time, to the minute: AWS could also spread calls over a window.
pub(super) fn flexible_time_window() -> Result<FlexibleTimeWindow, BuildError> {
    FlexibleTimeWindow::builder()
        .mode(FlexibleTimeWindowMode::Off)
        .build()
}
