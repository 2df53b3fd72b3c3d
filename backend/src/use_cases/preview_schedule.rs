//! A person looks at what a schedule would do before they make it.

use jiff::Timestamp;
use onbehalf_contract::ScheduleWish;
use thiserror::Error;

use crate::capabilities::platform::{Accounts, CallError, PlannedRequest, Product, ProductError};
use crate::domain::ids::Subject;
use crate::domain::schedule::{BadWish, Plan};
use crate::domain::tenant::Tenant;

/// What a schedule would do.
#[derive(Debug)]
pub struct Preview {
    pub next_runs: Vec<Timestamp>,
    /// At the first of these times.
    pub requests: Vec<PlannedRequest>,
    pub access: onbehalf_contract::Access,
}

/// It cannot be said.
#[derive(Debug, Error)]
pub enum PreviewError {
    #[error(transparent)]
    Bad(#[from] BadWish),
    #[error(transparent)]
    Call(#[from] CallError),
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Id(#[from] crate::domain::ids::BadId),
}

/// Says when it would run, and what it would ask Confluence for. Nothing is kept.
pub async fn preview_schedule(
    platform: &(impl Accounts + Product),
    tenant: &Tenant,
    of: &Subject,
    wish: ScheduleWish,
    now: Timestamp,
) -> Result<Preview, PreviewError> {
    let schedule = Plan::check(wish, now)?.schedule(of, now)?;
    let next_runs = schedule.next_runs(now);
    let account = platform.account(tenant, &of.account).await?;
    let name = account.as_ref().map_or("", |account| account.name.as_str());
    let first = next_runs.first().copied().unwrap_or(now);
    let task = schedule.task_at(first, name).in_space_of(account.as_ref());
    Ok(Preview {
        next_runs,
        requests: platform.requests(&task)?,
        access: task.access(),
    })
}
