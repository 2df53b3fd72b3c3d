//! Tells the platform about whom something is kept, each person once in a cycle, and follows what it answers.
//!
//! What was reported is noted for each person in the transaction that follows the answer. So a sweep that is killed goes on
//! where it stopped, and of two sweeps at once only one reports the people of a tenant.

use std::collections::{HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::capabilities::platform::{
    KeptPerson, ProductError, ReportError, ReportPeople, Told, Verdict,
};
use crate::capabilities::store::{DueWalk, Plan, PlanReports, ReadTenants, StoreError};
use crate::capabilities::world::Clock;
use crate::domain::ids::{AccountId, Subject, TenantKey};
use crate::domain::tenant::Tenant;

/// A turn covers one report. Whoever has not come to its end in this time was killed.
const TURN: SignedDuration = SignedDuration::from_mins(1);

/// How long a tenant is left alone that asks for it without saying how long, and at most.
const PAUSE: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The same of one that refuses the report: it will not take it an hour later either.
const PAUSE_AFTER_REFUSAL: SignedDuration = SignedDuration::from_hours(24);

/// What reporting came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reported {
    /// Requests that were answered as they should be.
    pub reports: u64,
    pub people: u64,
    /// Of these, accounts that are closed, and whose data is to be erased.
    pub closed: u64,
    /// Of these, accounts that have changed.
    pub updated: u64,
    /// Reports that were sent and not answered, or not as they should be.
    pub failed: u64,
}

/// Reports all whom it is time to report, oldest first, until `until`; the rest comes with the next sweep.
pub async fn report_accounts<S, P>(
    store: &S,
    platform: &P,
    clock: &dyn Clock,
    until: Timestamp,
) -> Result<Reported, StoreError>
where
    S: PlanReports + ReadTenants,
    P: ReportPeople,
{
    let now = clock.now();
    let mut walk = DueWalk::default();
    let mut reporter = Reporter {
        store,
        platform,
        clock,
        left_alone: HashSet::new(),
        reported: Reported::default(),
    };
    let mut waiting: HashMap<TenantKey, Vec<AccountId>> = HashMap::new();
    while let Some(Subject { tenant, account }) = store.next_due(&mut walk, now).await? {
        if clock.now() >= until {
            return Ok(reporter.reported);
        }
        if reporter.left_alone.contains(&tenant) {
            continue;
        }
        let people = waiting.entry(tenant.clone()).or_default();
        people.push(account);
        if people.len() == P::MOST_IN_A_REPORT {
            let people = std::mem::take(people);
            reporter.report(&tenant, &people).await?;
        }
    }
    for (tenant, people) in waiting {
        if clock.now() >= until {
            break;
        }
        if !people.is_empty() && !reporter.left_alone.contains(&tenant) {
            reporter.report(&tenant, &people).await?;
        }
    }
    Ok(reporter.reported)
}

struct Reporter<'a, S, P> {
    store: &'a S,
    platform: &'a P,
    clock: &'a dyn Clock,
    /// Tenants that are not reported any more in this sweep.
    left_alone: HashSet<TenantKey>,
    reported: Reported,
}

impl<S: PlanReports + ReadTenants, P: ReportPeople> Reporter<'_, S, P> {
    /// Reports people of one tenant, no more than fit. An item that cannot be read does not hold up the other tenants.
    async fn report(&mut self, key: &TenantKey, people: &[AccountId]) -> Result<(), StoreError> {
        match self.report_if_usable(key, people).await {
            Err(StoreError::Unreadable(reason)) => {
                tracing::error!(reason, tenant.key = %key, "an item cannot be read, and people of its tenant are not reported");
                self.left_alone.insert(key.clone());
                Ok(())
            }
            done => done,
        }
    }

    async fn report_if_usable(
        &mut self,
        key: &TenantKey,
        people: &[AccountId],
    ) -> Result<(), StoreError> {
        match self.store.tenant(key).await? {
            Some(tenant) if tenant.usable().is_some() => self.report_in_turn(&tenant, people).await,
            // Removed or switched off: nobody answers for it. What is kept of a removed tenant is erased in its time.
            Some(_) => {
                self.left_alone.insert(key.clone());
                Ok(())
            }
            // What is kept of a tenant that is not kept is a leftover.
            None => {
                let now = self.clock.now();
                self.plan(key, people, |_| Plan::Erase { now }).await
            }
        }
    }

    async fn report_in_turn(
        &mut self,
        tenant: &Tenant,
        people: &[AccountId],
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let Some(turn) = self
            .store
            .take_turn(&tenant.key, now, later(now, TURN))
            .await?
        else {
            self.left_alone.insert(tenant.key.clone());
            return Ok(());
        };
        let due = self.store.still_due(&tenant.key, people, now).await?;
        let not_before = match due.is_empty() {
            true => None,
            false => self.send(tenant, &due).await?,
        };
        self.store.end_turn(turn, not_before).await
    }

    /// Sends one report, and notes what came of it. Answers until when the tenant is to be left alone.
    async fn send(
        &mut self,
        tenant: &Tenant,
        due: &[KeptPerson],
    ) -> Result<Option<Timestamp>, StoreError> {
        let answer = self.platform.report(tenant, due).await;
        let now = self.clock.now();
        let accounts: Vec<_> = due.iter().map(|person| person.account.clone()).collect();
        let error = match answer {
            Ok(told) => {
                self.count(due, &told);
                let at = later(now, told.cycle);
                let plan = |account: &AccountId| match told.verdicts.get(account) {
                    None => Plan::Report { at },
                    Some(Verdict::Updated) => Plan::Renewed { at, now },
                    Some(Verdict::Closed) => Plan::Erase { now },
                };
                self.plan(&tenant.key, &accounts, plan).await?;
                return Ok(None);
            }
            Err(error) => error,
        };
        self.reported.failed += 1;
        match error {
            ReportError::NotBelieved { ref reason, cycle } => {
                tracing::error!(
                    reason,
                    tenant.key = %tenant.key,
                    "an answer to a report of accounts was refused, and nothing of it was followed"
                );
                let at = later(now, cycle);
                self.plan(&tenant.key, &accounts, |_| Plan::Report { at })
                    .await?;
                Ok(None)
            }
            ReportError::Product(error) => {
                self.left_alone.insert(tenant.key.clone());
                Ok(pause_after(&error, tenant).map(|pause| later(now, pause)))
            }
        }
    }

    async fn plan(
        &self,
        tenant: &TenantKey,
        people: &[AccountId],
        plan: impl Fn(&AccountId) -> Plan,
    ) -> Result<(), StoreError> {
        let plans: Vec<_> = people
            .iter()
            .map(|account| (account.clone(), plan(account)))
            .collect();
        self.store.plan(tenant, &plans).await
    }

    fn count(&mut self, due: &[KeptPerson], told: &Told) {
        let said = |verdict| {
            let verdicts = told.verdicts.values();
            verdicts.filter(|told| **told == verdict).count() as u64
        };
        self.reported.reports += 1;
        self.reported.people += due.len() as u64;
        self.reported.closed += said(Verdict::Closed);
        self.reported.updated += said(Verdict::Updated);
    }
}

/// For how long a tenant is left alone whose product did not take a report; `None`: until the next sweep.
fn pause_after(error: &ProductError, tenant: &Tenant) -> Option<SignedDuration> {
    match error {
        ProductError::NotSigned(_) | ProductError::Unavailable(_) => {
            tracing::warn!(%error, tenant.key = %tenant.key, "accounts could not be reported; the next sweep tries again");
            None
        }
        ProductError::RateLimited { retry_after } => {
            let asked = retry_after.and_then(|pause| SignedDuration::try_from(pause).ok());
            let pause = asked.unwrap_or(PAUSE).min(LONGEST_PAUSE);
            tracing::warn!(%error, tenant.key = %tenant.key, pause.seconds = pause.as_secs(), "accounts could not be reported yet");
            Some(pause)
        }
        ProductError::Refused(_) => {
            tracing::error!(%error, tenant.key = %tenant.key, "a report of accounts was refused; check that the app is installed with its scopes in this site");
            Some(PAUSE_AFTER_REFUSAL)
        }
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.saturating_add(by).unwrap_or(Timestamp::MAX)
}
