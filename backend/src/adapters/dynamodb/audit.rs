//! What admins did, beside their tenant, in the order of time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};
use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::AdminDeed;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys;
use super::record::{self, ttl};
use super::store::{Store, text, unavailable, unreadable};
use crate::capabilities::store::{AuditEntries, StoreError};
use crate::domain::audit::AuditEntry;
use crate::domain::fingerprint::sha256;
use crate::domain::ids::{AccountId, TenantKey};

const KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    pk: String,
    sk: String,
    #[serde(with = "record::time")]
    at: Timestamp,
    by: AccountId,
    /// In one attribute, as it was.
    did: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    person: Option<AccountId>,
    ttl: i64,
}

impl Store {
    /// Notes what an admin did, as a part of a transaction. Nothing ever writes over it.
    pub(super) fn putting_audit(
        &self,
        tenant: &TenantKey,
        entry: &AuditEntry,
    ) -> Result<TransactWriteItem, StoreError> {
        let did = serde_json::to_string(&entry.did).map_err(unreadable)?;
        let mark = sha256(format!("{}{:?}{did}", entry.by, entry.person).as_bytes());
        self.putting_new(&Record {
            pk: keys::tenant(tenant),
            sk: keys::audit(entry.at, &mark[..8]),
            at: entry.at,
            by: entry.by.clone(),
            did,
            person: entry.person.clone(),
            ttl: ttl(entry.at, KEPT),
        })
    }

    pub(super) async fn audit_entries(
        &self,
        tenant: &TenantKey,
        limit: u32,
        cursor: Option<&str>,
    ) -> Result<AuditEntries, StoreError> {
        let pk = keys::tenant(tenant);
        let start = cursor.map(|place| {
            let sk = format!("{}{place}", keys::AUDIT);
            HashMap::from([
                (keys::PK.to_owned(), AttributeValue::S(pk.clone())),
                (keys::SK.to_owned(), AttributeValue::S(sk)),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :audit)")
            .expression_attribute_values(":pk", AttributeValue::S(pk))
            .expression_attribute_values(":audit", AttributeValue::S(keys::AUDIT.into()))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let next = answer.last_evaluated_key.as_ref().and_then(|last| {
            let place = text(last, keys::SK).strip_prefix(keys::AUDIT)?;
            Some(place.to_owned())
        });
        let mut entries = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let Record {
                at,
                by,
                did,
                person,
                ..
            } = from_item(item).map_err(unreadable)?;
            let did: AdminDeed = serde_json::from_str(&did).map_err(unreadable)?;
            entries.push(AuditEntry {
                at,
                by,
                did,
                person,
            });
        }
        Ok(AuditEntries { entries, next })
    }
}
