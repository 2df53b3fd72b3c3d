//! The note that something is kept about a person. It is written together with the first such thing, so that nobody is
//! forgotten when it is time to report or to forget them.
//!
//! It counts what is added about its person, but for what goes with their consent alone. So whoever erases can tell that
//! nothing was added since they looked, and the note that goes last leaves nothing behind.

use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use serde::Deserialize;

use super::keys::{self, Due};
use super::record;
use super::store::{Store, unreadable};
use crate::capabilities::store::StoreError;
use crate::domain::ids::Subject;
use crate::domain::report_plan::first_report;

/// The note, as far as anybody reads it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Note {
    pub(super) pk: String,
    /// When the oldest of what is kept was learned, or was last told to be right.
    #[serde(with = "record::time")]
    pub(super) updated_at: Timestamp,
    /// What is due for them: a report, or erasing.
    pub(super) due: String,
    #[serde(with = "record::time")]
    pub(super) due_at: Timestamp,
}

impl Store {
    /// Notes that this person is there, as a part of a transaction. A note that is there already stays as it is.
    pub(super) fn note_person(
        &self,
        of: &Subject,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let set = "due = if_not_exists(due, :due), dueAt = if_not_exists(dueAt, :dueAt)";
        self.note(of, now, set)
    }

    /// The same for a first consent. It puts an end to a plan to erase this person: the product has just said that the
    /// account is active.
    pub(super) fn note_consenter(
        &self,
        of: &Subject,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        self.note(of, now, "due = :due, dueAt = :dueAt")
    }

    /// Goes with whatever is added about a person that is no consent: it is added only while there is a note.
    pub(super) fn addition(&self, of: &Subject) -> Result<TransactWriteItem, StoreError> {
        let addition = self
            .update_note(of)
            .update_expression("ADD additions :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        built(addition)
    }

    pub(super) fn update_note(&self, of: &Subject) -> UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(keys::PERSON.into()))
    }

    fn note(
        &self,
        of: &Subject,
        now: Timestamp,
        set_due: &str,
    ) -> Result<TransactWriteItem, StoreError> {
        let people = keys::people(&of.tenant, keys::shard(of));
        let note = self
            .update_note(of)
            .update_expression(format!(
                "SET people = if_not_exists(people, :people), \
                 updatedAt = if_not_exists(updatedAt, :now), {set_due} ADD additions :one"
            ))
            .expression_attribute_values(":people", AttributeValue::S(people))
            .expression_attribute_values(":now", milliseconds(now))
            .expression_attribute_values(":due", AttributeValue::S(Due::Report.of(of)))
            .expression_attribute_values(":dueAt", milliseconds(first_report(&of.tenant, now)))
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        built(note)
    }
}

pub(super) fn built(update: UpdateBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder()
        .update(update.build().map_err(unreadable)?)
        .build())
}

pub(super) fn milliseconds(at: Timestamp) -> AttributeValue {
    AttributeValue::N(at.as_millisecond().to_string())
}
