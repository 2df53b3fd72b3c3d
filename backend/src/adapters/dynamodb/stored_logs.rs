//! Everybody's consent and log as they are stored, whether or not they can be read, for an operator's check.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::consents::{EventRecord, Record};
use super::keys;
use super::store::{Item, Store, text, unavailable};
use crate::capabilities::store::{
    LogOwner, ReadAllLogs, StoreError, StoredConsent, StoredEvent, StoredLog,
};
use crate::domain::consent_event::LogEntry;
use crate::domain::ids::Subject;

impl ReadAllLogs for Store {
    async fn log_owners(&self) -> Result<Vec<LogOwner>, StoreError> {
        let mut pages = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("sk = :consent OR begins_with(sk, :events)")
            .projection_expression("pk")
            .expression_attribute_values(":consent", AttributeValue::S(keys::CONSENT.into()))
            .expression_attribute_values(":events", AttributeValue::S(keys::EVENTS.into()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut owners = BTreeSet::new();
        while let Some(item) = pages.next().await {
            let item = item.map_err(unavailable)?;
            let pk = text(&item, keys::PK);
            owners.insert(match keys::person_of(pk) {
                Some(of) => LogOwner::Person(of),
                None => LogOwner::Nobody { key: pk.to_owned() },
            });
        }
        Ok(owners.into_iter().collect())
    }

    async fn stored_log(&self, of: &Subject) -> Result<StoredLog, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            // Both, and nothing else, are between these.
            .key_condition_expression("pk = :pk AND sk BETWEEN :consent AND :after_events")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":consent", AttributeValue::S(keys::CONSENT.into()))
            .expression_attribute_values(
                ":after_events",
                AttributeValue::S(format!("{}~", keys::EVENTS)),
            )
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut log = StoredLog {
            consent: None,
            events: Vec::new(),
        };
        while let Some(item) = pages.next().await {
            let item = item.map_err(unavailable)?;
            match text(&item, keys::SK) {
                keys::CONSENT => log.consent = Some(consent(item, of)),
                _ => log.events.push(event(item)),
            }
        }
        Ok(log)
    }
}

fn consent(item: Item, of: &Subject) -> StoredConsent {
    let read = || {
        let record: Record = from_item(item.clone()).map_err(|error| error.to_string())?;
        let consent = record.consent(of).map_err(|error| error.to_string())?;
        let written: Record = from_item(item).map_err(|error| error.to_string())?;
        Ok(StoredConsent::Readable {
            as_written: Record::of(&consent) == written,
            consent: Box::new(consent),
        })
    };
    read().unwrap_or_else(|reason: String| StoredConsent::Unreadable { reason })
}

fn event(item: Item) -> StoredEvent {
    let key = text(&item, keys::SK).to_owned();
    let number = key
        .strip_prefix(keys::EVENTS)
        .and_then(|number| number.parse().ok())
        .filter(|number| keys::event(*number) == key);
    match (number, from_item(item)) {
        (
            Some(number),
            Ok(EventRecord {
                at, event, hash, ..
            }),
        ) => StoredEvent::Readable {
            number,
            at,
            entry: LogEntry { text: event, hash },
        },
        _ => StoredEvent::Unreadable { key },
    }
}
