//! What a tenant's admins decided: its policy, and whether everything pauses. It is beside the tenant, so that an install
//! and a decision at the same moment do not undo each other.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Update};
use jiff::Timestamp;
use onbehalf_contract::AdminPolicy;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::keys;
use super::people::built;
use super::record;
use super::store::{Store, Written, unreadable};
use crate::capabilities::store::{Administer, AuditEntries, StoreError, WriteError};
use crate::domain::audit::AuditEntry;
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::policy::Policy;
use crate::domain::tenant::Pause;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    /// As admins see it.
    #[serde(default)]
    policy: Option<AdminPolicy>,
    #[serde(default)]
    pause: Option<PauseRecord>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PauseRecord {
    by: AccountId,
    #[serde(with = "record::time")]
    at: Timestamp,
    reason: String,
}

impl Record {
    /// What counts. A policy that cannot be read is no reason to allow everything.
    pub(super) fn decided(self) -> Result<(Policy, Option<Pause>), StoreError> {
        let policy = match self.policy {
            None => Policy::default(),
            Some(policy) => Policy::parse(&policy).map_err(unreadable)?,
        };
        let pause = self.pause.map(|pause| Pause {
            by: pause.by,
            at: pause.at,
            reason: pause.reason,
        });
        Ok((policy, pause))
    }
}

impl Administer for Store {
    async fn write_policy(
        &self,
        tenant: &TenantKey,
        policy: &Policy,
        entry: &AuditEntry,
    ) -> Result<(), WriteError> {
        let record = policy.as_admins_see_it();
        let before = policy.version.saturating_sub(1);
        let update = self
            .update_rules(tenant)
            .update_expression("SET #policy = :policy")
            .condition_expression(
                "#policy.version = :before OR (attribute_not_exists(#policy) AND :before = :none)",
            )
            .expression_attribute_names("#policy", "policy")
            .expression_attribute_values(":policy", to_attribute_value(record).map_err(unreadable)?)
            .expression_attribute_values(":before", AttributeValue::N(before.to_string()))
            .expression_attribute_values(":none", AttributeValue::N("0".into()));
        self.decide(tenant, update, entry).await
    }

    async fn write_pause(
        &self,
        tenant: &TenantKey,
        pause: Option<&Pause>,
        entry: &AuditEntry,
    ) -> Result<(), WriteError> {
        let update = self
            .update_rules(tenant)
            .expression_attribute_names("#pause", "pause");
        let update = match pause {
            None => update
                .update_expression("REMOVE #pause")
                .condition_expression("attribute_exists(#pause)"),
            Some(Pause { by, at, reason }) => {
                let record = PauseRecord {
                    by: by.clone(),
                    at: *at,
                    reason: reason.clone(),
                };
                update
                    .update_expression("SET #pause = :pause")
                    .condition_expression("attribute_not_exists(#pause)")
                    .expression_attribute_values(
                        ":pause",
                        to_attribute_value(record).map_err(unreadable)?,
                    )
            }
        };
        self.decide(tenant, update, entry).await
    }

    async fn note_audit(&self, tenant: &TenantKey, entry: &AuditEntry) -> Result<(), StoreError> {
        match self
            .transact_if(vec![self.putting_audit(tenant, entry)?])
            .await?
        {
            Written::Yes | Written::No => Ok(()),
        }
    }

    async fn audit(
        &self,
        tenant: &TenantKey,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<AuditEntries, StoreError> {
        self.audit_entries(tenant, limit, cursor).await
    }
}

impl Store {
    fn update_rules(&self, tenant: &TenantKey) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(tenant)))
            .key(keys::SK, AttributeValue::S(keys::RULES.into()))
    }

    async fn decide(
        &self,
        tenant: &TenantKey,
        update: UpdateBuilder,
        entry: &AuditEntry,
    ) -> Result<(), WriteError> {
        let items = vec![built(update)?, self.putting_audit(tenant, entry)?];
        match self.transact_if(items).await? {
            Written::Yes => Ok(()),
            Written::No => Err(WriteError::Changed),
        }
    }
}
