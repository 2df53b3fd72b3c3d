//! An admin sees at a glance how a tenant stands.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use onbehalf_contract::{ConsentCounts, ConsentState, Outcome};

use super::list_consents::state_of;
use crate::capabilities::store::{ListTenant, StoreError, Within};
use crate::domain::consent::{Circumstances, Standing, Why};
use crate::domain::consent_event::Invalid;
use crate::domain::schedule::{Schedule, State};
use crate::domain::tenant::Tenant;

const DAYS: i8 = 14;

/// How many acts are counted at most, so that the page stays quick however many there are.
const MOST_ACTS: usize = 20_000;
const PAGE: u32 = 1000;

/// How many schedules are looked through for those that fail.
const MOST_SCHEDULES: usize = 2000;
const MOST_FAILING: usize = 10;

/// How a tenant stands.
#[derive(Debug)]
pub struct Overview {
    pub consents: ConsentCounts,
    /// Oldest first; each day of the last two weeks is there.
    pub days: Vec<Day>,
    pub more_acts: bool,
    pub failing: Vec<Schedule>,
    pub ending_soon: u32,
    pub accounts_gone: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// In UTC.
    pub date: Date,
    pub done: u32,
    pub failed: u32,
    pub unknown: u32,
}

pub async fn see_overview(
    store: &impl ListTenant,
    tenant: &Tenant,
    when: &Circumstances<'_>,
) -> Result<Overview, StoreError> {
    let (consents, acts, failing) = tokio::join!(
        store.consents_of(&tenant.key),
        acts_by_day(store, tenant, when.now),
        failing(store, tenant),
    );
    let (days, more_acts) = acts?;
    let mut overview = Overview {
        consents: ConsentCounts::default(),
        days,
        more_acts,
        failing: failing?,
        ending_soon: 0,
        accounts_gone: 0,
    };
    for consent in consents? {
        let counts = &mut overview.consents;
        let count = match state_of(&consent, when) {
            ConsentState::Active => &mut counts.active,
            ConsentState::Expired => &mut counts.expired,
            ConsentState::Revoked => &mut counts.revoked,
            ConsentState::Invalidated | ConsentState::None => &mut counts.invalidated,
        };
        *count += 1;
        overview.ending_soon += u32::from(consent.ends_soon(when));
        let gone = matches!(
            consent.standing(when),
            Standing::Ended(end) if matches!(
                end.why,
                Why::Invalid(Invalid::AccountDeactivated | Invalid::AccountClosed | Invalid::AccessLost)
            )
        );
        overview.accounts_gone += u32::from(gone);
    }
    Ok(overview)
}

async fn acts_by_day(
    store: &impl ListTenant,
    tenant: &Tenant,
    now: Timestamp,
) -> Result<(Vec<Day>, bool), StoreError> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let first = today.saturating_sub((DAYS - 1).days());
    let mut days: BTreeMap<Date, Day> = std::iter::successors(Some(first), |day| {
        day.tomorrow().ok().filter(|day| *day <= today)
    })
    .map(|date| {
        let day = Day {
            date,
            done: 0,
            failed: 0,
            unknown: 0,
        };
        (date, day)
    })
    .collect();
    let from = first
        .to_zoned(TimeZone::UTC)
        .map_or(now, |start| start.timestamp());
    let within = Within {
        from,
        before: now
            .saturating_add(SignedDuration::from_secs(1))
            .unwrap_or(Timestamp::MAX),
    };
    let (mut cursor, mut counted) = (None, 0);
    loop {
        let page = store
            .acts_of(&tenant.key, within, PAGE, cursor.as_ref())
            .await?;
        counted += page.items.len();
        for (act, _) in page.items {
            let date = act.started_at.to_zoned(TimeZone::UTC).date();
            let Some(day) = days.get_mut(&date) else {
                continue;
            };
            match act.outcome_at(now) {
                Outcome::Done => day.done += 1,
                Outcome::Failed => day.failed += 1,
                Outcome::Unknown => day.unknown += 1,
                Outcome::Started => {}
            }
        }
        cursor = page.next;
        if cursor.is_none() || counted >= MOST_ACTS {
            return Ok((days.into_values().collect(), cursor.is_some()));
        }
    }
}

/// Schedules that paused themselves, or whose last run came to nothing.
async fn failing(store: &impl ListTenant, tenant: &Tenant) -> Result<Vec<Schedule>, StoreError> {
    let (mut failing, mut cursor, mut seen) = (Vec::new(), None, 0);
    loop {
        let page = store
            .schedules_of(&tenant.key, 100, cursor.as_ref())
            .await?;
        seen += page.items.len();
        failing.extend(page.items.into_iter().filter(|schedule| {
            schedule.failures > 0 || matches!(schedule.state, State::Paused(Some(_)))
        }));
        cursor = page.next;
        if cursor.is_none() || failing.len() >= MOST_FAILING || seen >= MOST_SCHEDULES {
            failing.truncate(MOST_FAILING);
            return Ok(failing);
        }
    }
}
