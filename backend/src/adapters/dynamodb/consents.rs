//! Consents and their events.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::keys::{self, Due, Listed};
use super::record;
use super::store::{Store, Written, unavailable, unreadable};
use super::tokens;
use crate::capabilities::store::{
    ExpiringConsents, ReadConsentLogs, ReadConsents, StoreError, WriteConsents, WriteError,
};
use crate::domain::agreement::Agreement;
use crate::domain::audit::AuditEntry;
use crate::domain::consent::{Change, Consent, End, Revoker, Why};
use crate::domain::consent_event::{ConsentEvent, EventHash, Invalid, LogEntry};
use crate::domain::ids::{AccountId, ConsentId, Subject};
use crate::domain::language::Language;
use crate::domain::schedule::Schedule;

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    state: StoredState,
    id: ConsentId,
    access: Access,
    #[serde(with = "record::time")]
    granted_at: Timestamp,
    #[serde(with = "record::time")]
    expires_at: Timestamp,
    notice: String,
    language: Language,
    notice_sha256: String,
    installation: u64,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    ended_at: Option<Timestamp>,
    /// Of one that is invalidated: why.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ended_because: Option<Invalid>,
    /// Of one that an admin took back: who, and what they said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ended_by: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ended_note: Option<String>,
    version: u64,
    newest_event: String,
    /// The key of the index of what is due. Only an active consent is in it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due: Option<String>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    due_at: Option<Timestamp>,
    /// The keys of the index of what admins list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    listed: Option<String>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    listed_at: Option<Timestamp>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum StoredState {
    Active,
    Expired,
    Revoked,
    Invalidated,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventRecord {
    pk: String,
    pub(super) sk: String,
    #[serde(with = "record::time")]
    pub(super) at: Timestamp,
    /// The event as it is hashed, in one attribute: what is verified later is exactly what was written.
    pub(super) event: String,
    pub(super) hash: String,
}

impl ReadConsents for Store {
    async fn consent(&self, of: &Subject) -> Result<Option<Consent>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), keys::CONSENT.into()).await?;
        record.map(|record| record.consent(of)).transpose()
    }
}

impl ReadConsentLogs for Store {
    async fn consent_log(&self, of: &Subject) -> Result<Vec<LogEntry>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :events)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":events", AttributeValue::S(keys::EVENTS.into()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut log = Vec::new();
        while let Some(item) = pages.next().await {
            let EventRecord { event, hash, .. } =
                from_item(item.map_err(unavailable)?).map_err(unreadable)?;
            log.push(LogEntry { text: event, hash });
        }
        Ok(log)
    }
}

impl WriteConsents for Store {
    async fn write_consent(&self, change: &Change) -> Result<(), WriteError> {
        match self.transact_if(self.writing_consent(change)?).await? {
            Written::Yes => Ok(()),
            Written::No => Err(WriteError::Changed),
        }
    }

    async fn write_first_consent(
        &self,
        change: &Change,
        starter: &Schedule,
    ) -> Result<(), WriteError> {
        let mut items = self.writing_consent(change)?;
        items.push(self.putting_schedule(starter, starter.since)?);
        match self.transact_if(items).await? {
            Written::Yes => Ok(()),
            // Either is there already. If that is the schedule, the consent can be written alone.
            Written::No => self.write_consent(change).await,
        }
    }
}

impl Store {
    /// All that is written with a consent.
    fn writing_consent(&self, change: &Change) -> Result<Vec<TransactWriteItem>, StoreError> {
        let Change {
            consent,
            events,
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
        let mut items = vec![
            TransactWriteItem::builder()
                .put(put.build().map_err(unreadable)?)
                .build(),
        ];
        for event in events {
            items.push(self.putting_new(&EventRecord::of(&consent.of, event))?);
            if let Some(entry) = AuditEntry::of_event(&consent.of, event) {
                items.push(self.putting_audit(&consent.of.tenant, &entry)?);
            }
        }
        // Whoever agrees is not asked any more.
        if consent.ended.is_none() {
            items.push(self.forgetting_ask(&consent.of)?);
        }
        if replaces.is_none() {
            items.push(self.note_consenter(&consent.of, consent.granted_at)?);
        }
        for &access in tokens_to_forget(consent) {
            let forget = Delete::builder()
                .table_name(&self.table)
                .key(keys::PK, AttributeValue::S(keys::person(&consent.of)))
                .key(keys::SK, AttributeValue::S(tokens::key(access)));
            items.push(
                TransactWriteItem::builder()
                    .delete(forget.build().map_err(unreadable)?)
                    .build(),
            );
        }
        Ok(items)
    }
}

/// What the consent does not allow any more, no token that is kept must allow.
fn tokens_to_forget(consent: &Consent) -> &'static [Access] {
    match (&consent.ended, consent.agreement.access) {
        (Some(_), _) => &[Access::Read, Access::ReadWrite],
        (None, Access::Read) => &[Access::ReadWrite],
        (None, Access::ReadWrite) => &[],
    }
}

impl ExpiringConsents for Store {
    async fn ended_by(&self, now: Timestamp) -> Result<Vec<Subject>, StoreError> {
        let mut people = Vec::new();
        for shard in 0..keys::SHARDS {
            let mut pages = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::DUE)
                .key_condition_expression("due = :due AND dueAt <= :now")
                .expression_attribute_values(":due", AttributeValue::S(Due::Ending.in_shard(shard)))
                .expression_attribute_values(
                    ":now",
                    AttributeValue::N(now.as_millisecond().to_string()),
                )
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
    pub(super) fn of(consent: &Consent) -> Self {
        let Agreement {
            access,
            expires_at,
            notice,
            language,
            notice_sha256,
            installation,
        } = consent.agreement.clone();
        let active = consent.ended.is_none();
        let mut record = Self {
            pk: keys::person(&consent.of),
            sk: keys::CONSENT.into(),
            state: StoredState::Active,
            id: consent.id.clone(),
            access,
            granted_at: consent.granted_at,
            expires_at,
            notice,
            language,
            notice_sha256,
            installation,
            ended_at: None,
            ended_because: None,
            ended_by: None,
            ended_note: None,
            version: consent.version,
            newest_event: consent.newest_event.as_str().into(),
            due: active.then(|| Due::Ending.of(&consent.of)),
            due_at: active.then_some(expires_at),
            listed: Some(Listed::Consents.of(&consent.of)),
            listed_at: Some(consent.granted_at),
        };
        if let Some(End { at, why }) = &consent.ended {
            record.ended_at = *at;
            record.state = match why {
                Why::Expired => StoredState::Expired,
                Why::Revoked { by } => {
                    if let Revoker::Admin { account, reason } = by {
                        record.ended_by = Some(account.clone());
                        record.ended_note = Some(reason.clone());
                    }
                    StoredState::Revoked
                }
                Why::Invalid(because) => {
                    record.ended_because = Some(*because);
                    StoredState::Invalidated
                }
            };
        }
        record
    }

    pub(super) fn consent(self, of: &Subject) -> Result<Consent, StoreError> {
        let why = match (
            self.state,
            self.ended_because,
            self.ended_by,
            self.ended_note,
        ) {
            (StoredState::Active, None, None, None) => None,
            (StoredState::Expired, None, None, None) => Some(Why::Expired),
            (StoredState::Revoked, None, None, None) => Some(Why::Revoked {
                by: Revoker::Person,
            }),
            (StoredState::Revoked, None, Some(account), Some(reason)) => Some(Why::Revoked {
                by: Revoker::Admin { account, reason },
            }),
            (StoredState::Invalidated, Some(because), None, None) => Some(Why::Invalid(because)),
            _ => return Err(unreadable("a consent ended in no known way")),
        };
        Ok(Consent {
            of: of.clone(),
            id: self.id,
            agreement: Agreement {
                access: self.access,
                expires_at: self.expires_at,
                notice: self.notice,
                language: self.language,
                notice_sha256: self.notice_sha256,
                installation: self.installation,
            },
            granted_at: self.granted_at,
            ended: why.map(|why| End {
                at: self.ended_at,
                why,
            }),
            version: self.version,
            newest_event: EventHash::from_stored(self.newest_event),
        })
    }
}

impl EventRecord {
    fn of(of: &Subject, event: &ConsentEvent) -> Self {
        Self {
            pk: keys::person(of),
            sk: keys::event(event.number),
            at: event.at,
            event: event.text(),
            hash: event.hash(of).as_str().to_owned(),
        }
    }
}

/// The consent in an item that a transaction found in its way.
pub(super) fn consent_in(
    item: HashMap<String, AttributeValue>,
    of: &Subject,
) -> Result<Consent, StoreError> {
    let record: Record = from_item(item).map_err(unreadable)?;
    record.consent(of)
}
