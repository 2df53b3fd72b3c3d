//! An admin changes what the tenant allows, after they have seen what that will do.

use std::time::Duration;

use jiff::Timestamp;
use onbehalf_contract::{Access, AdminDeed, AdminPolicy, ConsentState, PolicyEffects};
use thiserror::Error;

use super::fresh_tenant::TENANT_FRESH_FOR;
use super::list_consents::state_of;
use crate::capabilities::platform::{Directory, ProductError};
use crate::capabilities::store::{Administer, ListTenant, StoreError, WriteError};
use crate::capabilities::world::Clock;
use crate::domain::audit::AuditEntry;
use crate::domain::consent::Circumstances;
use crate::domain::ids::AccountId;
use crate::domain::notice::Notices;
use crate::domain::policy::{AllowedGroup, BadPolicy, Policy};
use crate::domain::tenant::Tenant;

/// How many schedules are looked through to say what becomes of them, at once.
const PAGE: u32 = 100;

/// The policy is as it was.
#[derive(Debug, Error)]
pub enum PolicyChangeError {
    #[error(transparent)]
    Bad(#[from] BadPolicy),
    #[error("the policy was changed since you saw it")]
    Changed,
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What this policy would do to what is there. Nothing is changed.
pub async fn preview_policy(
    store: &impl ListTenant,
    platform: &impl Directory,
    tenant: &Tenant,
    wanted: &AdminPolicy,
    notices: &Notices,
    now: Timestamp,
) -> Result<PolicyEffects, PolicyChangeError> {
    let wanted = checked(platform, tenant, wanted).await?;
    let before = tenant.circumstances(notices, now);
    let after = Circumstances {
        policy: &wanted,
        ..before
    };
    let mut effects = PolicyEffects::default();
    for consent in store.consents_of(&tenant.key).await? {
        if state_of(&consent, &before) != ConsentState::Active {
            continue;
        }
        if state_of(&consent, &after) != ConsentState::Active {
            effects.end_now += 1;
            continue;
        }
        effects.end_earlier += u32::from(consent.ends_at(&after) < consent.ends_at(&before));
        let loses =
            consent.access(&before) == Access::ReadWrite && consent.access(&after) == Access::Read;
        effects.lose_writing += u32::from(loses);
    }
    let mut cursor = None;
    loop {
        let page = store
            .schedules_of(&tenant.key, PAGE, cursor.as_ref())
            .await?;
        let refused = page.items.iter().filter(|schedule| {
            schedule.is_active()
                && tenant.policy.allows_task(&schedule.task)
                && !wanted.allows_task(&schedule.task)
        });
        effects.schedules_refused += u32::try_from(refused.count()).unwrap_or(u32::MAX);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(effects);
        }
    }
}

/// Writes the policy, if it is still the one that the admin saw. Once this returns, no act starts that it does not allow.
pub async fn change_policy(
    store: &impl Administer,
    platform: &impl Directory,
    clock: &dyn Clock,
    tenant: &Tenant,
    by: &AccountId,
    wanted: &AdminPolicy,
) -> Result<Policy, PolicyChangeError> {
    if wanted.version != tenant.policy.version {
        return Err(PolicyChangeError::Changed);
    }
    let mut policy = checked(platform, tenant, wanted).await?;
    policy.version += 1;
    let entry = AuditEntry {
        at: clock.now(),
        by: by.clone(),
        did: AdminDeed::ChangedPolicy {
            from: Box::new(tenant.policy.as_admins_see_it()),
            to: Box::new(policy.as_admins_see_it()),
        },
        person: None,
    };
    match store.write_policy(&tenant.key, &policy, &entry).await {
        Ok(()) => {}
        Err(WriteError::Changed) => return Err(PolicyChangeError::Changed),
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    // A run that read the policy before this write may still begin with it, for this long.
    clock
        .sleep(Duration::try_from(TENANT_FRESH_FOR).unwrap_or_default())
        .await;
    Ok(policy)
}

/// The policy, if it can be, with the groups as they are called now.
async fn checked(
    platform: &impl Directory,
    tenant: &Tenant,
    wanted: &AdminPolicy,
) -> Result<Policy, PolicyChangeError> {
    let policy = Policy::parse(wanted)?;
    let mut groups = Vec::with_capacity(policy.groups().len());
    for group in policy.groups() {
        let found = platform.group(tenant, &group.id).await?;
        let found = found.ok_or_else(|| BadPolicy::NoSuchGroup(group.id.clone()))?;
        groups.push(AllowedGroup {
            id: found.id,
            name: found.name,
        });
    }
    Ok(policy.with_groups(groups))
}
