//! Who is asked for a consent, in the partition of that person.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::keys::{self, Listed};
use super::people::{built, milliseconds};
use super::record;
use super::store::{Store, Written, unreadable};
use crate::capabilities::store::{KeepAsks, StoreError};
use crate::domain::ask::Ask;
use crate::domain::audit::AuditEntry;
use crate::domain::ids::{AccountId, Subject};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    asked_by: AccountId,
    #[serde(with = "record::time")]
    asked_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    note: Option<String>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    declined_at: Option<Timestamp>,
    /// The keys of the index of what admins list.
    listed: String,
    #[serde(with = "record::time")]
    listed_at: Timestamp,
}

impl Record {
    pub(super) fn ask(self) -> Ask {
        Ask {
            by: self.asked_by,
            at: self.asked_at,
            note: self.note,
            declined_at: self.declined_at,
        }
    }
}

impl KeepAsks for Store {
    async fn ask(&self, of: &Subject) -> Result<Option<Ask>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), keys::ASK.into()).await?;
        Ok(record.map(Record::ask))
    }

    async fn write_ask(
        &self,
        of: &Subject,
        ask: &Ask,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let record = Record {
            pk: keys::person(of),
            sk: keys::ASK.into(),
            asked_by: ask.by.clone(),
            asked_at: ask.at,
            note: ask.note.clone(),
            declined_at: None,
            listed: Listed::Asks.of(of),
            listed_at: ask.at,
        };
        let put = aws_sdk_dynamodb::types::Put::builder()
            .table_name(&self.table)
            .set_item(Some(
                serde_dynamo::aws_sdk_dynamodb_1::to_item(record).map_err(unreadable)?,
            ));
        let items = vec![
            TransactWriteItem::builder()
                .put(put.build().map_err(unreadable)?)
                .build(),
            self.note_person(of, ask.at)?,
            self.putting_audit(&of.tenant, entry)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }

    async fn decline_ask(&self, of: &Subject, at: Timestamp) -> Result<bool, StoreError> {
        let decline = Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(keys::ASK.into()))
            .update_expression("SET declinedAt = if_not_exists(declinedAt, :at)")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":at", milliseconds(at));
        Ok(self.transact_if(vec![built(decline)?]).await? == Written::Yes)
    }

    async fn remove_ask(&self, of: &Subject, entry: &AuditEntry) -> Result<bool, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(keys::ASK.into()))
            .condition_expression("attribute_exists(pk)");
        let items = vec![
            TransactWriteItem::builder()
                .delete(delete.build().map_err(unreadable)?)
                .build(),
            self.putting_audit(&of.tenant, entry)?,
        ];
        Ok(self.transact_if(items).await? == Written::Yes)
    }
}

impl Store {
    /// Whoever agrees is not asked any more: a part of a transaction.
    pub(super) fn forgetting_ask(&self, of: &Subject) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(keys::ASK.into()));
        Ok(TransactWriteItem::builder()
            .delete(delete.build().map_err(unreadable)?)
            .build())
    }
}
