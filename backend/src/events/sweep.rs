//! The sweep, which a timer wakes.

use jiff::{SignedDuration, Timestamp};
use thiserror::Error;

use crate::capabilities::platform::ReportPeople;
use crate::capabilities::store::{
    Erase, ExpiringConsents, KeepTimers, PlanReports, ReadConsents, ReadSchedules, ReadTenants,
    StoreError, WriteConsents,
};
use crate::capabilities::world::{Clock, Timers};
use crate::domain::notice::Notices;
use crate::use_cases::erase::erase;
use crate::use_cases::expire_consents::expire_consents;
use crate::use_cases::keep_timers::check_timers;
use crate::use_cases::report_accounts::report_accounts;

/// How long looking at the timers may take, reporting, and erasing. What is left over then comes with the next sweep. All
/// together are well within the time that the function is given.
const PART: SignedDuration = SignedDuration::from_secs(80);

/// Everything that a sweep reads and writes.
pub trait SweepStore:
    ExpiringConsents
    + ReadTenants
    + ReadConsents
    + WriteConsents
    + ReadSchedules
    + KeepTimers
    + PlanReports
    + Erase
{
}

impl<T> SweepStore for T where
    T: ExpiringConsents
        + ReadTenants
        + ReadConsents
        + WriteConsents
        + ReadSchedules
        + KeepTimers
        + PlanReports
        + Erase
{
}

/// Parts of a sweep failed. The log says why; the others were done, and a next sweep tries all again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a sweep failed in part: {}", .0.join(", "))]
pub struct SweepFailed(Vec<&'static str>);

/// Does what is due: each part whatever became of the others, with one line in the log.
pub async fn sweep(
    store: &impl SweepStore,
    platform: &impl ReportPeople,
    timers: &dyn Timers,
    notices: &Notices,
    clock: &dyn Clock,
) -> Result<(), SweepFailed> {
    let mut failed = SweepFailed(Vec::new());

    let expired = expire_consents(store, notices, clock.now()).await;
    if let Some(expired) = failed.unless(expired, "consents that ended") {
        tracing::info!(
            sweep.expired = expired.consents,
            "a sweep ended: consents whose time is over"
        );
    }

    let checked = check_timers(store, timers, clock, soon(clock)).await;
    if let Some(checked) = failed.unless(checked, "timers of schedules") {
        tracing::info!(
            sweep.timers = checked.timers,
            sweep.mended_timers = checked.mended,
            sweep.failed_timers = checked.failed,
            "a sweep ended: timers of schedules"
        );
    }

    let reported = report_accounts(store, platform, clock, soon(clock)).await;
    if let Some(reported) = failed.unless(reported, "reports of accounts") {
        tracing::info!(
            sweep.reports = reported.reports,
            sweep.reported = reported.people,
            sweep.closed = reported.closed,
            sweep.updated = reported.updated,
            sweep.failed_reports = reported.failed,
            "a sweep ended: reports of accounts"
        );
    }

    // After the reports, which say whose data must go.
    let erased = erase(store, timers, clock, soon(clock)).await;
    if let Some(erased) = failed.unless(erased, "erasing") {
        tracing::info!(
            sweep.erased_people = erased.people,
            sweep.erased_tenants = erased.tenants,
            "a sweep ended: erasing"
        );
    }

    match failed.0.is_empty() {
        true => Ok(()),
        false => Err(failed),
    }
}

fn soon(clock: &dyn Clock) -> Timestamp {
    clock.now().saturating_add(PART).unwrap_or(Timestamp::MAX)
}

impl SweepFailed {
    fn unless<T>(&mut self, part: Result<T, StoreError>, name: &'static str) -> Option<T> {
        part.inspect_err(|error| {
            tracing::error!(%error, sweep.part = name, "a part of a sweep failed");
            self.0.push(name);
        })
        .ok()
    }
}
