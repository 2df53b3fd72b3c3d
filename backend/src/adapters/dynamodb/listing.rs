//! What admins list: everything of a tenant, by an index that is spread over shards, so that no tenant makes one hot.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::try_join_all;
use jiff::Timestamp;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys::{self, Listed as Kind};
use super::people::milliseconds;
use super::store::{Item, Store, text, unavailable, unreadable};
use super::{acts, asks, consents, schedules};
use crate::capabilities::store::{ListCursor, ListTenant, Listed, StoreError, Within};
use crate::domain::act::Act;
use crate::domain::ask::Ask;
use crate::domain::consent::Consent;
use crate::domain::ids::{Subject, TenantKey};
use crate::domain::schedule::Schedule;

/// An item of the index, and its place.
struct Entry {
    at: i64,
    /// Partition and sort key.
    key: String,
    item: Item,
}

impl ListTenant for Store {
    async fn consents_of(&self, tenant: &TenantKey) -> Result<Vec<Consent>, StoreError> {
        let items = self.all_listed(Kind::Consents, tenant).await?;
        items
            .into_iter()
            .map(|item| {
                let of = person_in(&item)?;
                let record: consents::Record = from_item(item).map_err(unreadable)?;
                record.consent(&of)
            })
            .collect()
    }

    async fn asks_of(&self, tenant: &TenantKey) -> Result<Vec<(Subject, Ask)>, StoreError> {
        let items = self.all_listed(Kind::Asks, tenant).await?;
        items
            .into_iter()
            .map(|item| {
                let of = person_in(&item)?;
                let record: asks::Record = from_item(item).map_err(unreadable)?;
                Ok((of, record.ask()))
            })
            .collect()
    }

    async fn schedules_of(
        &self,
        tenant: &TenantKey,
        limit: u32,
        cursor: Option<&ListCursor>,
    ) -> Result<Listed<Schedule>, StoreError> {
        let ever = Within {
            from: Timestamp::MIN,
            before: Timestamp::MAX,
        };
        let page = self
            .listed(Kind::Schedules, tenant, ever, limit, cursor)
            .await?;
        // The index does not hold what a schedule does: that can be long.
        let wanted: Vec<_> = page.items.iter().map(keys_in).collect();
        if wanted.is_empty() {
            return Ok(Listed {
                items: Vec::new(),
                next: None,
            });
        }
        let mut found = self.read_all(wanted.clone()).await?;
        let mut items = Vec::with_capacity(wanted.len());
        for (pk, sk) in wanted {
            let of = keys::person_of(&pk).ok_or_else(nobody)?;
            let record: Option<schedules::Record> = found.take_of(&pk, &sk)?;
            let schedule = record.map(|record| record.schedule(&of)).transpose()?;
            items.extend(schedule.filter(|schedule| !schedule.is_deleted()));
        }
        Ok(Listed {
            items,
            next: page.next,
        })
    }

    async fn acts_of(
        &self,
        tenant: &TenantKey,
        within: Within,
        limit: u32,
        cursor: Option<&ListCursor>,
    ) -> Result<Listed<(Act, ListCursor)>, StoreError> {
        let page = self
            .listed(Kind::Acts, tenant, within, limit, cursor)
            .await?;
        let items = page.items.into_iter().map(|item| {
            let of = person_in(&item)?;
            let entry = Entry::of(item);
            let place = entry.cursor()?;
            let record: acts::Record = from_item(entry.item).map_err(unreadable)?;
            Ok::<_, StoreError>((record.act(&of)?, place))
        });
        Ok(Listed {
            items: items.collect::<Result<_, _>>()?,
            next: page.next,
        })
    }
}

impl Store {
    /// Some of a list, newest first: the newest of each shard, of which the newest are taken.
    async fn listed(
        &self,
        kind: Kind,
        tenant: &TenantKey,
        within: Within,
        limit: u32,
        cursor: Option<&ListCursor>,
    ) -> Result<Listed<Item>, StoreError> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let shards = (0..keys::SHARDS)
            .map(|shard| self.newest_in_shard(kind.in_shard(tenant, shard), within, limit, cursor));
        let mut entries: Vec<Entry> = try_join_all(shards).await?.into_iter().flatten().collect();
        entries.sort_by(|a, b| (b.at, &b.key).cmp(&(a.at, &a.key)));
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries
            .last()
            .filter(|_| more)
            .map(Entry::cursor)
            .transpose()?;
        Ok(Listed {
            items: entries.into_iter().map(|entry| entry.item).collect(),
            next,
        })
    }

    /// One more than `limit`, so that it shows whether there are more.
    async fn newest_in_shard(
        &self,
        shard: String,
        within: Within,
        limit: usize,
        cursor: Option<&ListCursor>,
    ) -> Result<Vec<Entry>, StoreError> {
        let before = within.before.as_millisecond();
        let last = cursor.map_or(before - 1, |cursor| {
            cursor.at.as_millisecond().min(before - 1)
        });
        let page = i32::try_from(limit.saturating_add(1)).unwrap_or(i32::MAX);
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::LISTED)
            .key_condition_expression("listed = :listed AND listedAt BETWEEN :from AND :last")
            .expression_attribute_values(":listed", AttributeValue::S(shard))
            .expression_attribute_values(":from", milliseconds(within.from))
            .expression_attribute_values(":last", AttributeValue::N(last.to_string()))
            .scan_index_forward(false)
            .limit(page)
            .into_paginator()
            .items()
            .send();
        let mut entries = Vec::new();
        while entries.len() <= limit {
            let Some(item) = items.next().await else {
                break;
            };
            let entry = Entry::of(item.map_err(unavailable)?);
            // What is as old as the last that was listed may have been listed itself.
            let is_new = cursor.is_none_or(|cursor| {
                (entry.at, entry.key.as_str()) < (cursor.at.as_millisecond(), cursor.key.as_str())
            });
            if is_new {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// All of a list, in no order.
    async fn all_listed(&self, kind: Kind, tenant: &TenantKey) -> Result<Vec<Item>, StoreError> {
        let shards = (0..keys::SHARDS).map(|shard| async move {
            let mut pages = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::LISTED)
                .key_condition_expression("listed = :listed")
                .expression_attribute_values(
                    ":listed",
                    AttributeValue::S(kind.in_shard(tenant, shard)),
                )
                .into_paginator()
                .items()
                .send();
            let mut items = Vec::new();
            while let Some(item) = pages.next().await {
                items.push(item.map_err(unavailable)?);
            }
            Ok::<_, StoreError>(items)
        });
        Ok(try_join_all(shards).await?.into_iter().flatten().collect())
    }
}

impl Entry {
    fn of(item: HashMap<String, AttributeValue>) -> Self {
        let at = item
            .get(keys::LISTED_AT)
            .and_then(|at| at.as_n().ok()?.parse().ok())
            .unwrap_or_default();
        let (pk, sk) = keys_in(&item);
        Self {
            at,
            key: format!("{pk}/{sk}"),
            item,
        }
    }

    fn cursor(&self) -> Result<ListCursor, StoreError> {
        Ok(ListCursor {
            at: Timestamp::from_millisecond(self.at).map_err(unreadable)?,
            key: self.key.clone(),
        })
    }
}

fn keys_in(item: &Item) -> (String, String) {
    let key = |name| text(item, name).to_owned();
    (key(keys::PK), key(keys::SK))
}

fn person_in(item: &Item) -> Result<Subject, StoreError> {
    keys::person_of(text(item, keys::PK)).ok_or_else(nobody)
}

fn nobody() -> StoreError {
    unreadable("what is listed is under a key that names nobody")
}
