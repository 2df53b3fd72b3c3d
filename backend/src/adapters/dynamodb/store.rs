use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put, TransactWriteItem};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::keys::{PK, SK};
use crate::capabilities::store::StoreError;
use crate::capabilities::world::SharedClock;

/// The table. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: String,
    pub(super) clock: SharedClock,
}

impl Store {
    pub fn new(client: Client, table: impl Into<String>, clock: SharedClock) -> Self {
        Self {
            client,
            table: table.into(),
            clock,
        }
    }

    /// One item, as it is now.
    pub(super) async fn read<T: DeserializeOwned>(
        &self,
        pk: String,
        sk: String,
    ) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .key(PK, AttributeValue::S(pk))
            .key(SK, AttributeValue::S(sk))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        answer
            .item
            .map(|item| from_item(item).map_err(unreadable))
            .transpose()
    }
}

/// An item as the database gives it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The text of an attribute; empty if there is none.
pub(super) fn text<'a>(item: &'a Item, name: &str) -> &'a str {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map_or("", String::as_str)
}

/// What became of a conditional write.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Yes,
    /// The condition failed: what is there stays as it is.
    No,
}

impl Store {
    /// Writes an item, unless there is one under its key.
    pub(super) async fn put_new<T: Serialize>(&self, record: T) -> Result<Written, StoreError> {
        self.put_if(record, "attribute_not_exists(pk)", None).await
    }

    /// The same as a part of a transaction.
    pub(super) fn putting_new(
        &self,
        record: &impl Serialize,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(record).map_err(unreadable)?))
            .condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build())
    }

    /// Writes these items, if the conditions of all of them hold.
    pub(super) async fn transact_if(
        &self,
        items: Vec<TransactWriteItem>,
    ) -> Result<Written, StoreError> {
        match self.transact(items).await {
            Ok(()) => Ok(Written::Yes),
            Err(error)
                if cancelled(&error)
                    .is_some_and(|reasons| reasons.iter().any(condition_failed)) =>
            {
                Ok(Written::No)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    /// Writes an item, if this condition holds for what is there. `value` is a name in the condition, and its number. It is
    /// a transaction of its own, so that one that meets another is tried again.
    pub(super) async fn put_if<T: Serialize>(
        &self,
        record: T,
        condition: &str,
        value: Option<(&str, u64)>,
    ) -> Result<Written, StoreError> {
        let mut put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(record).map_err(unreadable)?))
            .condition_expression(condition);
        if let Some((name, number)) = value {
            put = put.expression_attribute_values(name, AttributeValue::N(number.to_string()));
        }
        let put = TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build();
        self.transact_if(vec![put]).await
    }
}

pub(super) fn unavailable<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let said = error.message().unwrap_or_default();
    match error.code() {
        Some("ResourceNotFoundException") => StoreError::OtherTable(said.to_owned()),
        Some("ValidationException") if said.contains("does not have the specified index") => {
            StoreError::OtherTable(said.to_owned())
        }
        _ => StoreError::Unavailable(Box::new(error)),
    }
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

/// Why a transaction was cancelled: one reason for each of its items, in their order. `None`: it failed otherwise.
pub(super) fn cancelled<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Option<&[CancellationReason]> {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            Some(cancelled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Whether the condition of this item of the transaction failed.
pub(super) fn condition_failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}
