//! Erases what must not be kept any longer: people whose account is closed, and tenants that were removed long enough ago.
//!
//! It can be killed at any moment, and goes on with the next sweep. A tenant that is installed again keeps what it still
//! has: every step looks anew at whether there is a reason to erase.

use jiff::{SignedDuration, Timestamp};

use super::keep_timers::{NotInStep, remove_timers};
use crate::capabilities::store::{Erase, Erased, ReadSchedules, ReadTenants, StoreError, WhyErase};
use crate::capabilities::world::{Clock, Timers};
use crate::domain::ids::{Subject, TenantKey};
use crate::domain::tenant::TenantState;

/// Nothing is erased sooner after a removal, even if nothing is to be kept: until then a call may still be on the wire, and
/// an old callback might be believed by a tenant that has forgotten which it took.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(2);

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedUntilNow {
    pub people: u64,
    pub tenants: u64,
}

/// Erases what is to be erased, until `until`; the rest comes with the next sweep.
pub async fn erase(
    store: &(impl Erase + ReadTenants + ReadSchedules),
    timers: &dyn Timers,
    clock: &dyn Clock,
    until: Timestamp,
) -> Result<ErasedUntilNow, StoreError> {
    let mut erased = ErasedUntilNow::default();
    for of in store.people_to_erase().await? {
        if clock.now() >= until {
            return Ok(erased);
        }
        match erase_person(store, timers, &of, &WhyErase::Planned).await {
            Ok(Erased::Everything) => erased.people += 1,
            Ok(Erased::NoReason) => {}
            // It does not hold up the others.
            Err(error @ StoreError::Unreadable(_)) => {
                tracing::error!(%error, tenant.key = %of.tenant, "a person cannot be erased");
            }
            Err(error) => return Err(error),
        }
    }
    for key in store.tenants_to_erase(clock.now()).await? {
        if clock.now() >= until {
            return Ok(erased);
        }
        match erase_tenant(store, timers, clock, until, &key, &mut erased).await {
            Ok(()) => {}
            // It does not hold up the others.
            Err(error @ StoreError::Unreadable(_)) => {
                tracing::error!(%error, tenant.key = %key, "a removed tenant cannot be erased");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(erased)
}

/// Their timers go first: what is left of a person who is half erased still says which those are.
async fn erase_person(
    store: &(impl Erase + ReadSchedules),
    timers: &dyn Timers,
    of: &Subject,
    why: &WhyErase,
) -> Result<Erased, StoreError> {
    match remove_timers(store, timers, of).await {
        Ok(()) => store.erase_person(of, why).await,
        Err(NotInStep::Store(error)) => Err(error),
        Err(NotInStep::Timer(error)) => Err(StoreError::Unavailable(Box::new(error))),
    }
}

async fn erase_tenant(
    store: &(impl Erase + ReadTenants + ReadSchedules),
    timers: &dyn Timers,
    clock: &dyn Clock,
    until: Timestamp,
    key: &TenantKey,
    erased: &mut ErasedUntilNow,
) -> Result<(), StoreError> {
    let Some(tenant) = store.tenant(key).await? else {
        return Ok(());
    };
    let TenantState::Uninstalled { at, erase_at } = tenant.state else {
        return Ok(());
    };
    let settled = at.saturating_add(SETTLED_AFTER).unwrap_or(Timestamp::MAX);
    if clock.now() < erase_at.max(settled) {
        return Ok(());
    }
    let generation = tenant.generation;
    let why = WhyErase::TenantRemoved { generation };
    let mut people = store.people_of(key, None).await?;
    while let Some(last) = people.last().cloned() {
        for of in &people {
            if clock.now() >= until {
                return Ok(());
            }
            match erase_person(store, timers, of, &why).await? {
                Erased::Everything => erased.people += 1,
                Erased::NoReason => return Ok(()),
            }
        }
        people = store.people_of(key, Some(&last)).await?;
    }
    match store.erase_tenant(key, generation).await? {
        Erased::Everything => {
            erased.tenants += 1;
            tracing::info!(tenant.key = %key, "a removed tenant was erased");
        }
        Erased::NoReason => {}
    }
    Ok(())
}
