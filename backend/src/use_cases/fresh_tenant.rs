//! A tenant that may be acted in, known freshly enough: a tenant's own item is no part of the opening transaction, or a
//! busy tenant would conflict with itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::capabilities::store::{ReadTenants, StoreError};
use crate::capabilities::world::Clock;
use crate::domain::act::{Act, TIME_LIMIT};
use crate::domain::failure::Failure;
use crate::domain::tenant::Tenant;

/// No call starts with knowledge of the tenant that is older than this. Whoever removes or pauses a tenant waits as long
/// before they answer, so that after the answer nothing starts.
pub const TENANT_FRESH_FOR: SignedDuration = SignedDuration::from_secs(1);

/// How often it is read before that is given up because each time took too long.
const TENANT_READS: u32 = 3;

/// A tenant that may be acted in, and when that was read.
pub(super) struct FreshTenant {
    pub(super) tenant: Tenant,
    read_at: Timestamp,
}

impl FreshTenant {
    /// What was read from `read_at` on, if anything may be done in it.
    pub(super) fn usable(tenant: Option<Tenant>, read_at: Timestamp) -> Result<Self, Failure> {
        let tenant = tenant
            .filter(|tenant| tenant.usable().is_some())
            .ok_or(Failure::AppGone)?;
        match &tenant.pause {
            Some(pause) => Err(Failure::Paused(pause.reason.clone())),
            None => Ok(Self { tenant, read_at }),
        }
    }

    /// What is known at this moment: the same, or what is read anew if that has grown old. What took too long to read is
    /// old already.
    pub(super) async fn fresh(
        mut self,
        store: &impl ReadTenants,
        clock: &dyn Clock,
    ) -> Result<Result<Self, Failure>, StoreError> {
        let mut reads = 0;
        while clock.now().duration_since(self.read_at) >= TENANT_FRESH_FOR {
            if reads == TENANT_READS {
                let slow = "the tenant takes too long to read";
                return Err(StoreError::Unavailable(slow.into()));
            }
            reads += 1;
            let read_at = clock.now();
            let tenant = store.tenant(&self.tenant.key).await?;
            match Self::usable(tenant, read_at) {
                Ok(anew) => self = anew,
                Err(why) => return Ok(Err(why)),
            }
        }
        Ok(Ok(self))
    }

    /// The same before each step of an act, and the time that is left: nothing is asked for once its tenant is gone, or
    /// pauses, or is installed anew, or has another policy, or its time is over.
    pub(super) async fn in_time(
        self,
        store: &impl ReadTenants,
        clock: &dyn Clock,
        act: &Act,
    ) -> Result<(Self, Duration), Failure> {
        let (generation, policy) = (self.tenant.generation, self.tenant.policy.version);
        let fresh = self
            .fresh(store, clock)
            .await
            .map_err(|_| Failure::StoreDown)??;
        if fresh.tenant.generation != generation {
            return Err(Failure::AppGone);
        }
        // The act may have begun with a policy that did not count any more. It is decided anew, by the one that does.
        if fresh.tenant.policy.version != policy {
            return Err(Failure::TooSlow);
        }
        let spent = clock.now().duration_since(act.started_at);
        match Duration::try_from(TIME_LIMIT - spent) {
            Ok(left) if !left.is_zero() => Ok((fresh, left)),
            _ => Err(Failure::TooSlow),
        }
    }
}
