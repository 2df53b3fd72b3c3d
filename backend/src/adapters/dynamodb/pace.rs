//! How fast a tenant's site may be called, beside the tenant.

use std::time::Duration;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::keys;
use super::people::milliseconds;
use super::record;
use super::store::{Store, unavailable, unreadable};
use crate::capabilities::store::{KeepPace, StoreError};
use crate::domain::ids::TenantKey;
use crate::domain::pace::{Pace, Slow};

/// How long the item is kept after it says nothing any more.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    #[serde(with = "record::optional_time", default)]
    blocked_until: Option<Timestamp>,
    /// In milliseconds.
    #[serde(default)]
    gap: Option<u64>,
    #[serde(with = "record::optional_time", default)]
    slow_until: Option<Timestamp>,
}

impl Record {
    pub(super) fn pace(self) -> Pace {
        let slow = self.gap.zip(self.slow_until).map(|(gap, until)| Slow {
            gap: Duration::from_millis(gap),
            until,
        });
        Pace {
            blocked_until: self.blocked_until,
            slow,
        }
    }
}

impl KeepPace for Store {
    async fn slow_down(&self, tenant: &TenantKey, pace: &Pace) -> Result<(), StoreError> {
        // Each in its own write: what goes further already stays, and the other is written all the same.
        if let Some(until) = pace.blocked_until {
            let update = self
                .update_pace(tenant, until)
                .update_expression("SET blockedUntil = :until, #ttl = :ttl")
                .condition_expression("attribute_not_exists(blockedUntil) OR blockedUntil < :until")
                .expression_attribute_values(":until", milliseconds(until));
            unless_refused(update.send().await)?;
        }
        if let Some(Slow { gap, until }) = pace.slow {
            let gap = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX);
            let update = self
                .update_pace(tenant, until)
                .update_expression("SET gap = :gap, slowUntil = :until, #ttl = :ttl")
                .expression_attribute_values(":gap", AttributeValue::N(gap.to_string()))
                .expression_attribute_values(":until", milliseconds(until));
            unless_refused(update.send().await)?;
        }
        Ok(())
    }

    async fn take_slot(
        &self,
        tenant: &TenantKey,
        gap: Duration,
        now: Timestamp,
    ) -> Result<Timestamp, StoreError> {
        let gap = AttributeValue::N(gap.as_millis().to_string());
        // The next slot is ahead: it is ours, and the one after it is the next.
        let taken = self
            .update_pace(tenant, now)
            .update_expression("SET nextSlot = nextSlot + :gap, #ttl = :ttl")
            .condition_expression("nextSlot > :now")
            .expression_attribute_values(":gap", gap.clone())
            .expression_attribute_values(":now", milliseconds(now))
            .return_values(ReturnValue::UpdatedOld)
            .send()
            .await;
        match taken {
            Ok(answer) => {
                let slot = answer
                    .attributes
                    .as_ref()
                    .and_then(|old| old.get("nextSlot")?.as_n().ok()?.parse().ok());
                let slot = slot.ok_or_else(|| unreadable("a slot that is no time"))?;
                return Timestamp::from_millisecond(slot).map_err(unreadable);
            }
            Err(error) if is_refused(&error) => {}
            Err(error) => return Err(unavailable(error)),
        }
        // Nobody is waiting. Of two who find that at the same moment, both go: that is within what a site bears.
        self.update_pace(tenant, now)
            .update_expression("SET nextSlot = :now + :gap, #ttl = :ttl")
            .expression_attribute_values(":gap", gap)
            .expression_attribute_values(":now", milliseconds(now))
            .send()
            .await
            .map_err(unavailable)?;
        Ok(now)
    }
}

impl Store {
    fn update_pace(
        &self,
        tenant: &TenantKey,
        until: Timestamp,
    ) -> aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder {
        let ttl = record::ttl(until, KEPT);
        self.client
            .update_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(tenant)))
            .key(keys::SK, AttributeValue::S(keys::PACE.into()))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":ttl", AttributeValue::N(ttl.to_string()))
    }
}

fn is_refused<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}

fn unless_refused<T, R>(answer: Result<T, SdkError<UpdateItemError, R>>) -> Result<(), StoreError>
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match answer {
        Ok(_) => Ok(()),
        Err(error) if is_refused(&error) => Ok(()),
        Err(error) => Err(unavailable(error)),
    }
}
