//! Erasing people and tenants.
//!
//! Every step is one transaction that checks whether there still is a reason. A person's consent goes first, with its whole
//! log: from then on no act of theirs begins, and nobody finds half a log. It goes only as it was read, with all its events;
//! and their note goes last, only if nothing was added since. So nothing stays behind that nobody would find again.

use std::cmp::Reverse;

use aws_sdk_dynamodb::types::builders::DeleteBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ConditionCheck, Delete, TransactWriteItem};
use jiff::Timestamp;
use serde::Deserialize;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys::{self, Due};
use super::people::milliseconds;
use super::store::{
    Item, Store, Written, cancelled, condition_failed, text, unavailable, unreadable,
};
use crate::capabilities::store::{Erase, Erased, Plan, StoreError, WhyErase};
use crate::domain::ids::{Subject, TenantKey};

/// A transaction holds 100 writes. One of them may check the reason, and one write down a plan.
const AT_ONCE: usize = 98;

/// How many people or tenants are read at once.
const PAGE: i32 = 500;

/// How often a person is read anew to whom something was added meanwhile.
const TRIES: u32 = 5;

/// Of a tenant's item: it was removed, and not installed since.
const REMOVED: &str = "generation = :generation AND attribute_exists(uninstalledAt)";

impl Erase for Store {
    async fn people_to_erase(&self) -> Result<Vec<Subject>, StoreError> {
        let mut people = Vec::new();
        for shard in 0..keys::SHARDS {
            let due = Due::Erase.in_shard(shard);
            for item in self.due_until(due, Timestamp::MAX).await? {
                people.push(person_in(&item)?);
            }
        }
        Ok(people)
    }

    async fn tenants_to_erase(&self, now: Timestamp) -> Result<Vec<TenantKey>, StoreError> {
        let removed = self.due_until(keys::REMOVED.into(), now).await?;
        removed
            .iter()
            .map(|item| {
                keys::tenant_of(text(item, keys::PK))
                    .ok_or_else(|| unreadable("a removed tenant's key names no tenant"))
            })
            .collect()
    }

    async fn people_of(
        &self,
        tenant: &TenantKey,
        after: Option<&Subject>,
    ) -> Result<Vec<Subject>, StoreError> {
        let mut after = after;
        for shard in after.map_or(0, keys::shard)..keys::SHARDS {
            let people = self.people_in(tenant, shard, after.take()).await?;
            if !people.is_empty() {
                return Ok(people);
            }
        }
        Ok(Vec::new())
    }

    async fn erase_person(&self, of: &Subject, why: &WhyErase) -> Result<Erased, StoreError> {
        for _ in 0..TRIES {
            let kept = self.kept_about(of).await?;
            match self.erase_kept(of, &kept, *why).await? {
                Step::Done => return Ok(Erased::Everything),
                Step::NoReason => return Ok(Erased::NoReason),
                Step::Added => {}
            }
        }
        Err(StoreError::Unavailable(
            "something was added about a person each time that they were erased".into(),
        ))
    }

    async fn erase_tenant(&self, key: &TenantKey, generation: u64) -> Result<Erased, StoreError> {
        let pk = keys::tenant(key);
        let stored = self.stored_under(&pk).await?;
        if stored.is_empty() {
            return Ok(Erased::Everything);
        }
        // What its admins did may be long. The rest goes at once: a tenant never is without its policy.
        let (audit, rest): (Vec<_>, Vec<_>) = stored
            .into_iter()
            .partition(|item| item.sk.starts_with(keys::AUDIT));
        for some in audit.chunks(AT_ONCE) {
            let mut items = vec![self.removed(key, generation)?];
            for Stored { sk, .. } in some {
                items.push(built(self.deleting(&pk, sk))?);
            }
            if self.transact_if(items).await? == Written::No {
                return Ok(Erased::NoReason);
            }
        }
        let mut items = Vec::with_capacity(rest.len());
        for Stored { sk, .. } in rest {
            let mut delete = self.deleting(&pk, &sk);
            if sk == keys::TENANT {
                delete = delete
                    .condition_expression(REMOVED)
                    .expression_attribute_values(":generation", number(generation));
            }
            items.push(built(delete)?);
        }
        Ok(match self.transact_if(items).await? {
            Written::Yes => Erased::Everything,
            Written::No => Erased::NoReason,
        })
    }
}

/// What is kept about a person.
struct Kept {
    note: Option<Stored>,
    /// The version of their consent. Each change of it makes an event.
    consent: Option<u64>,
    /// How many of the items are the consent and its log.
    log: usize,
    /// The sort keys of all but the note, in the order in which they go: the consent, its events from the newest on,
    /// everything else.
    items: Vec<String>,
}

/// An item, as far as it matters here.
#[derive(Deserialize)]
struct Stored {
    sk: String,
    /// Of a person's note.
    #[serde(default)]
    due: Option<String>,
    #[serde(default)]
    additions: u64,
    /// Of a consent.
    #[serde(default)]
    version: Option<u64>,
}

/// How far a person was erased.
enum Step {
    Done,
    /// Something was added since they were read.
    Added,
    NoReason,
}

impl Store {
    async fn erase_kept(
        &self,
        of: &Subject,
        kept: &Kept,
        why: WhyErase,
    ) -> Result<Step, StoreError> {
        let planned = kept
            .note
            .as_ref()
            .is_some_and(|note| note.due == Some(Due::Erase.of(of)));
        if why == WhyErase::Planned && !planned {
            return Ok(Step::NoReason);
        }
        let pk = keys::person(of);
        for (place, some) in kept.items.chunks(AT_ONCE).enumerate() {
            let mut items = vec![self.reason(of, why)?];
            for sk in some {
                let mut delete = self.deleting(&pk, sk);
                if let Some(version) = kept.consent.filter(|_| sk == keys::CONSENT) {
                    delete = delete
                        .condition_expression("version = :version")
                        .expression_attribute_values(":version", number(version));
                }
                items.push(built(delete)?);
            }
            // A log that does not fit must not stay as a part of one, whatever comes between.
            if place == 0 && kept.log > AT_ONCE && !planned {
                let now = self.clock.now();
                items.push(self.planning(of, Plan::Erase { now })?);
            }
            let Err(error) = self.transact(items).await else {
                continue;
            };
            return match cancelled(&error) {
                Some([reason, ..]) if condition_failed(reason) => Ok(Step::NoReason),
                Some([_, consent, ..]) if condition_failed(consent) => Ok(Step::Added),
                Some(reasons) if reasons.iter().any(condition_failed) => Ok(Step::NoReason),
                _ => Err(unavailable(error)),
            };
        }
        match &kept.note {
            Some(note) => self.erase_note(of, note, why).await,
            None => Ok(Step::Done),
        }
    }

    async fn erase_note(
        &self,
        of: &Subject,
        note: &Stored,
        why: WhyErase,
    ) -> Result<Step, StoreError> {
        let delete = self
            .deleting(&keys::person(of), keys::PERSON)
            .expression_attribute_values(":additions", number(note.additions));
        let items = match why {
            WhyErase::Planned => {
                let delete = delete
                    .condition_expression("additions = :additions AND due = :due")
                    .expression_attribute_values(":due", AttributeValue::S(Due::Erase.of(of)));
                vec![built(delete)?]
            }
            WhyErase::TenantRemoved { .. } => {
                let delete = delete.condition_expression("additions = :additions");
                vec![built(delete)?, self.reason(of, why)?]
            }
        };
        let Err(error) = self.transact(items).await else {
            return Ok(Step::Done);
        };
        match cancelled(&error) {
            Some([_, reason]) if condition_failed(reason) => Ok(Step::NoReason),
            Some([note, ..]) if condition_failed(note) => Ok(Step::Added),
            _ => Err(unavailable(error)),
        }
    }

    /// There still is a reason, or nothing happens.
    fn reason(&self, of: &Subject, why: WhyErase) -> Result<TransactWriteItem, StoreError> {
        let check = match why {
            WhyErase::TenantRemoved { generation } => return self.removed(&of.tenant, generation),
            WhyErase::Planned => ConditionCheck::builder()
                .table_name(&self.table)
                .key(keys::PK, AttributeValue::S(keys::person(of)))
                .key(keys::SK, AttributeValue::S(keys::PERSON.into()))
                .condition_expression("due = :due")
                .expression_attribute_values(":due", AttributeValue::S(Due::Erase.of(of))),
        };
        Ok(TransactWriteItem::builder()
            .condition_check(check.build().map_err(unreadable)?)
            .build())
    }

    /// The tenant is still removed.
    fn removed(&self, key: &TenantKey, generation: u64) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(key)))
            .key(keys::SK, AttributeValue::S(keys::TENANT.into()))
            .condition_expression(REMOVED)
            .expression_attribute_values(":generation", number(generation));
        Ok(TransactWriteItem::builder()
            .condition_check(check.build().map_err(unreadable)?)
            .build())
    }

    async fn kept_about(&self, of: &Subject) -> Result<Kept, StoreError> {
        let (notes, others): (Vec<_>, Vec<_>) = self
            .stored_under(&keys::person(of))
            .await?
            .into_iter()
            .partition(|item| item.sk == keys::PERSON);
        let consent = others.iter().find(|item| item.sk == keys::CONSENT);
        let consent = consent.and_then(|item| item.version);
        let mut items: Vec<_> = others.into_iter().map(|item| item.sk).collect();
        let is_event = |sk: &str| sk.starts_with(keys::EVENTS);
        items.sort_by_key(|sk| {
            let kind = [sk == keys::CONSENT, is_event(sk)];
            (Reverse(kind), Reverse(sk.clone()))
        });
        Ok(Kept {
            note: notes.into_iter().next(),
            consent,
            log: items
                .iter()
                .filter(|sk| *sk == keys::CONSENT || is_event(sk))
                .count(),
            items,
        })
    }

    /// All that is under a partition key, as it is now.
    async fn stored_under(&self, pk: &str) -> Result<Vec<Stored>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk")
            .projection_expression("sk, due, additions, version")
            .expression_attribute_values(":pk", AttributeValue::S(pk.into()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut stored = Vec::new();
        while let Some(item) = pages.next().await {
            stored.push(from_item(item.map_err(unavailable)?).map_err(unreadable)?);
        }
        Ok(stored)
    }

    /// The first of what is due, oldest first.
    async fn due_until(&self, due: String, until: Timestamp) -> Result<Vec<Item>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::DUE)
            .key_condition_expression("due = :due AND dueAt <= :until")
            .expression_attribute_values(":due", AttributeValue::S(due))
            .expression_attribute_values(":until", milliseconds(until))
            .limit(PAGE)
            .send()
            .await
            .map_err(unavailable)?;
        Ok(answer.items.unwrap_or_default())
    }

    async fn people_in(
        &self,
        tenant: &TenantKey,
        shard: u8,
        after: Option<&Subject>,
    ) -> Result<Vec<Subject>, StoreError> {
        let people = keys::people(tenant, shard);
        let start = after.map(|of| {
            Item::from([
                (keys::PEOPLE.into(), AttributeValue::S(people.clone())),
                (keys::PK.into(), AttributeValue::S(keys::person(of))),
                (keys::SK.into(), AttributeValue::S(keys::PERSON.into())),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::PEOPLE)
            .key_condition_expression("people = :people")
            .expression_attribute_values(":people", AttributeValue::S(people))
            .set_exclusive_start_key(start)
            .limit(PAGE)
            .send()
            .await
            .map_err(unavailable)?;
        answer.items().iter().map(person_in).collect()
    }

    fn deleting(&self, pk: &str, sk: &str) -> DeleteBuilder {
        Delete::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(pk.into()))
            .key(keys::SK, AttributeValue::S(sk.into()))
    }
}

fn built(delete: DeleteBuilder) -> Result<TransactWriteItem, StoreError> {
    Ok(TransactWriteItem::builder()
        .delete(delete.build().map_err(unreadable)?)
        .build())
}

fn person_in(item: &Item) -> Result<Subject, StoreError> {
    keys::person_of(text(item, keys::PK))
        .ok_or_else(|| unreadable("a person's note is under a key that names nobody"))
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
