//! Schedules, in the partition of their person. Each is in the index of what is due, by when its timer is to be looked at.

use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use onbehalf_contract::{Action, Fallback, NotRun, When};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value, to_item};

use super::keys::{self, Due, Listed};
use super::people::{built, milliseconds};
use super::record;
use super::store::{Store, Written, text, unavailable, unreadable};
use crate::capabilities::store::{
    KeepTimers, NoteFailures, ReadSchedules, StoreError, WriteError, WriteSchedules,
};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::schedule::{Schedule, State};
use crate::domain::task::Task;
use crate::domain::timer::TimerId;

/// How many timers are looked at in one sweep, of each shard.
const CHECKED_AT_ONCE: i32 = 200;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    #[serde(default = "first_version")]
    version: u64,
    title: String,
    when: When,
    action: Action,
    fallback: Fallback,
    state: StateRecord,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    paused_because: Option<NotRun>,
    #[serde(with = "record::time", default)]
    since: Timestamp,
    #[serde(default)]
    failures: u32,
    /// When its timer is to be looked at. What an earlier release wrote has none; the next change gives it one.
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

fn first_version() -> u64 {
    1
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum StateRecord {
    Active,
    Paused,
    Deleted,
}

impl ReadSchedules for Store {
    async fn schedules(&self, of: &Subject) -> Result<Vec<Schedule>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :schedules)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":schedules", AttributeValue::S(keys::SCHEDULES.into()))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut schedules = Vec::new();
        while let Some(item) = pages.next().await {
            let record: Record = from_item(item.map_err(unavailable)?).map_err(unreadable)?;
            schedules.push(record.schedule(of)?);
        }
        Ok(schedules)
    }

    async fn schedule(
        &self,
        of: &Subject,
        id: &ScheduleId,
    ) -> Result<Option<Schedule>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), keys::schedule(id)).await?;
        record.map(|record| record.schedule(of)).transpose()
    }
}

impl Store {
    /// Every schedule of every person, for a timer on one machine. It reads the whole table: no request may call this.
    pub async fn all_schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        let mut pages = self
            .client
            .scan()
            .table_name(&self.table)
            .filter_expression("begins_with(sk, :schedules)")
            .expression_attribute_values(":schedules", AttributeValue::S(keys::SCHEDULES.into()))
            .into_paginator()
            .items()
            .send();
        let mut schedules = Vec::new();
        while let Some(item) = pages.next().await {
            let record: Record = from_item(item.map_err(unavailable)?).map_err(unreadable)?;
            let of = keys::person_of(&record.pk)
                .ok_or_else(|| unreadable("a schedule's key names no person"))?;
            schedules.push(record.schedule(&of)?);
        }
        Ok(schedules)
    }

    /// A new schedule as a part of a transaction. Its timer is to be looked at at once.
    pub(super) fn putting_schedule(
        &self,
        schedule: &Schedule,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        self.putting_new(&Record::of(schedule, now))
    }

    fn update_schedule(
        &self,
        schedule: &Schedule,
    ) -> aws_sdk_dynamodb::types::builders::UpdateBuilder {
        Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(&schedule.of)))
            .key(keys::SK, AttributeValue::S(keys::schedule(&schedule.id)))
            .expression_attribute_values(":version", number(schedule.version))
    }
}

impl WriteSchedules for Store {
    async fn add_schedule(&self, schedule: &Schedule, now: Timestamp) -> Result<(), StoreError> {
        let items = vec![
            self.putting_schedule(schedule, now)?,
            self.note_person(&schedule.of, now)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }

    async fn change_schedule(
        &self,
        schedule: &Schedule,
        replaces: u64,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let record = to_item(Record::of(schedule, now)).map_err(unreadable)?;
        // What an earlier release wrote counts as its first version.
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(record))
            .condition_expression(
                "attribute_exists(pk) AND (version = :replaces OR (:replaces = :first AND attribute_not_exists(version)))",
            )
            .expression_attribute_values(":replaces", number(replaces))
            .expression_attribute_values(":first", number(first_version()));
        let put = TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build();
        match self.transact_if(vec![put]).await? {
            Written::Yes => Ok(()),
            Written::No => Err(WriteError::Changed),
        }
    }
}

impl KeepTimers for Store {
    async fn timers_to_check(&self, now: Timestamp) -> Result<Vec<TimerId>, StoreError> {
        let mut found = Vec::new();
        for shard in 0..keys::SHARDS {
            let answer = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(keys::DUE)
                .key_condition_expression("due = :due AND dueAt <= :now")
                .expression_attribute_values(":due", AttributeValue::S(Due::Timer.in_shard(shard)))
                .expression_attribute_values(":now", milliseconds(now))
                .limit(CHECKED_AT_ONCE)
                .send()
                .await
                .map_err(unavailable)?;
            for item in answer.items.unwrap_or_default() {
                let of = keys::person_of(text(&item, keys::PK));
                let id = text(&item, keys::SK)
                    .strip_prefix(keys::SCHEDULES)
                    .and_then(|id| ScheduleId::parse(id).ok());
                let due_at = item
                    .get(keys::DUE_AT)
                    .and_then(|at| at.as_n().ok()?.parse::<i64>().ok());
                if let (Some(of), Some(schedule)) = (of, id) {
                    found.push((due_at, TimerId { of, schedule }));
                }
            }
        }
        found.sort_by_key(|(due_at, _)| *due_at);
        Ok(found.into_iter().map(|(_, timer)| timer).collect())
    }

    async fn note_timer(&self, schedule: &Schedule, next: Timestamp) -> Result<bool, StoreError> {
        let update = self
            .update_schedule(schedule)
            .condition_expression("version = :version AND #state = :state")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", state(schedule)?)
            .update_expression("SET due = :due, dueAt = :next")
            .expression_attribute_values(":due", AttributeValue::S(Due::Timer.of(&schedule.of)))
            .expression_attribute_values(":next", milliseconds(next));
        Ok(self.transact_if(vec![built(update)?]).await? == Written::Yes)
    }

    async fn remove_schedule(&self, schedule: &Schedule) -> Result<bool, StoreError> {
        // That everybody's first schedule was deleted must be remembered, or it would be there again.
        let item = if schedule.id == ScheduleId::of_starter() {
            let update = self
                .update_schedule(schedule)
                .condition_expression("version = :version")
                .update_expression("REMOVE due, dueAt, listed, listedAt");
            built(update)?
        } else {
            let delete = Delete::builder()
                .table_name(&self.table)
                .key(keys::PK, AttributeValue::S(keys::person(&schedule.of)))
                .key(keys::SK, AttributeValue::S(keys::schedule(&schedule.id)))
                .condition_expression("version = :version")
                .expression_attribute_values(":version", number(schedule.version));
            TransactWriteItem::builder()
                .delete(delete.build().map_err(unreadable)?)
                .build()
        };
        Ok(self.transact_if(vec![item]).await? == Written::Yes)
    }
}

impl NoteFailures for Store {
    async fn note_failures(
        &self,
        schedule: &Schedule,
        before: u32,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut update = self
            .update_schedule(schedule)
            .condition_expression(
                "version = :version AND (failures = :before OR attribute_not_exists(failures)) AND #state = :active",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":before", number(before.into()))
            .expression_attribute_values(
                ":active",
                to_attribute_value(StateRecord::Active).map_err(unreadable)?,
            )
            .expression_attribute_values(":failures", number(schedule.failures.into()));
        let mut set = String::from("SET failures = :failures");
        if let State::Paused(Some(reason)) = &schedule.state {
            // The timer is to be looked at: it need not fire any more.
            set.push_str(", #state = :state, pausedBecause = :reason, due = :due, dueAt = :now");
            update = update
                .expression_attribute_values(":state", state(schedule)?)
                .expression_attribute_values(
                    ":reason",
                    to_attribute_value(reason).map_err(unreadable)?,
                )
                .expression_attribute_values(":due", AttributeValue::S(Due::Timer.of(&schedule.of)))
                .expression_attribute_values(":now", milliseconds(now));
        }
        let update = built(update.update_expression(set))?;
        match self.transact_if(vec![update]).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }
}

impl Record {
    fn of(schedule: &Schedule, check_at: Timestamp) -> Self {
        let paused_because = match &schedule.state {
            State::Paused(because) => because.clone(),
            State::Active | State::Deleted => None,
        };
        Self {
            pk: keys::person(&schedule.of),
            sk: keys::schedule(&schedule.id),
            version: schedule.version,
            title: schedule.title.clone(),
            when: schedule.when.clone(),
            action: schedule.task.action(),
            fallback: schedule.fallback,
            state: StateRecord::of(schedule),
            paused_because,
            since: schedule.since,
            failures: schedule.failures,
            due: Some(Due::Timer.of(&schedule.of)),
            due_at: Some(check_at),
            listed: (!schedule.is_deleted()).then(|| Listed::Schedules.of(&schedule.of)),
            listed_at: (!schedule.is_deleted()).then_some(schedule.since),
        }
    }

    pub(super) fn schedule(self, of: &Subject) -> Result<Schedule, StoreError> {
        let id = self.sk.strip_prefix(keys::SCHEDULES).unwrap_or_default();
        Ok(Schedule {
            of: of.clone(),
            id: ScheduleId::parse(id).map_err(unreadable)?,
            version: self.version,
            title: self.title,
            when: self.when,
            task: Task::parse(self.action).map_err(unreadable)?,
            fallback: self.fallback,
            state: match self.state {
                StateRecord::Active => State::Active,
                StateRecord::Paused => State::Paused(self.paused_because),
                StateRecord::Deleted => State::Deleted,
            },
            since: self.since,
            failures: self.failures,
        })
    }
}

impl StateRecord {
    fn of(schedule: &Schedule) -> Self {
        match schedule.state {
            State::Active => Self::Active,
            State::Paused(_) => Self::Paused,
            State::Deleted => Self::Deleted,
        }
    }
}

fn state(schedule: &Schedule) -> Result<AttributeValue, StoreError> {
    to_attribute_value(StateRecord::of(schedule)).map_err(unreadable)
}

fn number(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
