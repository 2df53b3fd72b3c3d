//! Consents and their events.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::keys;
use super::record;
use super::store::{Store, cancelled, condition_failed, unavailable, unreadable};
use super::tokens;
use crate::capabilities::store::{
    ExpiringConsents, ReadConsents, StoreError, WriteConsents, WriteError,
};
use crate::domain::consent::{Change, Consent, State};
use crate::domain::consent_event::{ConsentEvent, EventHash};
use crate::domain::ids::Subject;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    state: StoredState,
    access: Access,
    #[serde(with = "record::time")]
    granted_at: Timestamp,
    #[serde(with = "record::time")]
    expires_at: Timestamp,
    notice: String,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    ended_at: Option<Timestamp>,
    version: u64,
    newest_event: String,
    /// The key of the index of consents by the day they end. Only an active consent is in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ending: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum StoredState {
    Active,
    Expired,
    Revoked,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventRecord<'a> {
    pk: String,
    sk: String,
    #[serde(with = "record::time")]
    at: Timestamp,
    /// The event as it is hashed, in one attribute: what is verified later is exactly what was written.
    event: String,
    hash: &'a str,
}

impl ReadConsents for Store {
    async fn consent(&self, of: &Subject) -> Result<Option<Consent>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), keys::CONSENT.into()).await?;
        Ok(record.map(|record| record.consent(of)))
    }
}

impl WriteConsents for Store {
    async fn write_consent(&self, change: &Change) -> Result<(), WriteError> {
        let Change {
            consent,
            event,
            replaces,
        } = change;
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(Record::of(consent)).map_err(unreadable)?));
        let put = match replaces {
            None => put.condition_expression("attribute_not_exists(pk)"),
            Some(version) => put
                .condition_expression("version = :replaces")
                .expression_attribute_values(":replaces", AttributeValue::N(version.to_string())),
        };
        let log = Put::builder()
            .table_name(&self.table)
            .set_item(Some(event_item(consent, event)?))
            .condition_expression("attribute_not_exists(pk)");
        let mut items = vec![
            TransactWriteItem::builder()
                .put(put.build().map_err(unreadable)?)
                .build(),
            TransactWriteItem::builder()
                .put(log.build().map_err(unreadable)?)
                .build(),
        ];
        if consent.state != State::Active {
            for key in tokens::all_keys() {
                let forget = Delete::builder()
                    .table_name(&self.table)
                    .key(keys::PK, AttributeValue::S(keys::person(&consent.of)))
                    .key(keys::SK, AttributeValue::S(key));
                items.push(
                    TransactWriteItem::builder()
                        .delete(forget.build().map_err(unreadable)?)
                        .build(),
                );
            }
        }
        self.transact(items)
            .await
            .map_err(|error| match cancelled(&error) {
                Some(reasons) if reasons.iter().any(condition_failed) => WriteError::Changed,
                _ => unavailable(error).into(),
            })
    }
}

impl ExpiringConsents for Store {
    async fn ending_on(&self, on: Timestamp) -> Result<Vec<Subject>, StoreError> {
        let mut people = Vec::new();
        for shard in 0..keys::ENDING_SHARDS {
            let mut pages = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::ENDING)
                .key_condition_expression("ending = :ending")
                .expression_attribute_values(":ending", AttributeValue::S(keys::ending(on, shard)))
                .into_paginator()
                .items()
                .send();
            while let Some(item) = pages.next().await {
                let item = item.map_err(unavailable)?;
                let pk = item.get(keys::PK).and_then(|pk| pk.as_s().ok());
                let person = pk.and_then(|pk| keys::person_of(pk));
                people.push(person.ok_or_else(|| unreadable("a consent's key names no person"))?);
            }
        }
        Ok(people)
    }
}

impl Record {
    fn of(consent: &Consent) -> Self {
        let state = match consent.state {
            State::Active => StoredState::Active,
            State::Expired => StoredState::Expired,
            State::Revoked => StoredState::Revoked,
        };
        Self {
            pk: keys::person(&consent.of),
            sk: keys::CONSENT.into(),
            state,
            access: consent.access,
            granted_at: consent.granted_at,
            expires_at: consent.expires_at,
            notice: consent.notice.clone(),
            ended_at: consent.ended_at,
            version: consent.version,
            newest_event: consent.newest_event.as_str().into(),
            ending: (state == StoredState::Active)
                .then(|| keys::ending(consent.expires_at, keys::shard(&consent.of))),
        }
    }

    pub(super) fn consent(self, of: &Subject) -> Consent {
        Consent {
            of: of.clone(),
            access: self.access,
            granted_at: self.granted_at,
            expires_at: self.expires_at,
            notice: self.notice,
            state: match self.state {
                StoredState::Active => State::Active,
                StoredState::Expired => State::Expired,
                StoredState::Revoked => State::Revoked,
            },
            ended_at: self.ended_at,
            version: self.version,
            newest_event: EventHash::from_stored(self.newest_event),
        }
    }
}

/// The consent in an item that a transaction found in its way.
pub(super) fn consent_in(
    item: HashMap<String, AttributeValue>,
    of: &Subject,
) -> Result<Consent, StoreError> {
    let record: Record = from_item(item).map_err(unreadable)?;
    Ok(record.consent(of))
}

fn event_item(
    consent: &Consent,
    event: &ConsentEvent,
) -> Result<HashMap<String, AttributeValue>, StoreError> {
    to_item(EventRecord {
        pk: keys::person(&consent.of),
        sk: keys::event(event.number),
        at: event.at,
        event: event.text(),
        hash: consent.newest_event.as_str(),
    })
    .map_err(unreadable)
}
