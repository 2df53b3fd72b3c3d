//! Whether a person may have this done for them from now on.

use onbehalf_contract::{Access, Fallback};
use thiserror::Error;

use crate::capabilities::platform::{Accounts, ProductError};
use crate::capabilities::store::{ReadConsents, StoreError};
use crate::domain::consent::{Circumstances, Standing, covers};
use crate::domain::ids::Subject;
use crate::domain::task::Task;
use crate::domain::tenant::Tenant;

/// A schedule stays as it was.
#[derive(Debug, Error)]
pub enum MayNot {
    #[error("you have not allowed Onbehalf to act as you")]
    NoConsent,
    #[error("your consent covers reading only")]
    ReadOnly,
    #[error("only admins can let the app act as itself")]
    OnlyAdmins,
    #[error("the admins of this site do not let people make schedules of their own")]
    OwnSchedulesOff,
    #[error("the admins of this site do not allow this")]
    NotAllowedByPolicy,
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whether their consent covers it now. It is looked at again at each run; this spares them a schedule that cannot run.
pub(super) async fn consent_covers(
    store: &impl ReadConsents,
    of: &Subject,
    needed: Access,
    when: &Circumstances<'_>,
) -> Result<(), MayNot> {
    let consent = store.consent(of).await?;
    match consent.filter(|consent| consent.standing(when) == Standing::Active) {
        None => Err(MayNot::NoConsent),
        Some(consent) if covers(consent.access(when), needed) => Ok(()),
        Some(_) => Err(MayNot::ReadOnly),
    }
}

/// Whether people make schedules of their own in this tenant.
pub(super) fn may_make_own(tenant: &Tenant) -> Result<(), MayNot> {
    match tenant.policy.own_schedules() {
        true => Ok(()),
        false => Err(MayNot::OwnSchedulesOff),
    }
}

/// Whether the tenant's policy allows a schedule to do this.
pub(super) fn policy_allows(tenant: &Tenant, task: &Task) -> Result<(), MayNot> {
    match tenant.policy.allows_task(task) {
        true => Ok(()),
        false => Err(MayNot::NotAllowedByPolicy),
    }
}

/// Whether they may choose what happens when they cannot be impersonated. The app may reach what its person may not: if
/// everybody could have it act for them, everybody could do what only it can.
pub(super) async fn may_choose(
    platform: &impl Accounts,
    tenant: &Tenant,
    of: &Subject,
    fallback: Fallback,
) -> Result<(), MayNot> {
    match fallback {
        Fallback::Skip => Ok(()),
        Fallback::App if platform.is_admin(tenant, &of.account).await? => Ok(()),
        Fallback::App => Err(MayNot::OnlyAdmins),
    }
}
