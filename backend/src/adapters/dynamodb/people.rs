//! The note that something is kept about a person. It is written together with the first such thing, so that nobody is
//! forgotten when it is time to forget.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;

use super::keys;
use super::store::{Store, unreadable};
use crate::capabilities::store::StoreError;
use crate::domain::ids::Subject;

impl Store {
    /// Notes that this person is there, as a part of a transaction. A note that is there already stays as it is.
    pub(super) fn note_person(
        &self,
        of: &Subject,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let people = keys::people(&of.tenant, keys::shard(of));
        let note = Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(keys::PERSON.into()))
            .update_expression(
                "SET people = if_not_exists(people, :people), since = if_not_exists(since, :now)",
            )
            .expression_attribute_values(":people", AttributeValue::S(people))
            .expression_attribute_values(
                ":now",
                AttributeValue::N(now.as_millisecond().to_string()),
            );
        Ok(TransactWriteItem::builder()
            .update(note.build().map_err(unreadable)?)
            .build())
    }
}
