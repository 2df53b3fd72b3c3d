//! Schedules, in the partition of their person.

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use onbehalf_contract::{Action, Fallback, ScheduleState, When};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys;
use super::store::{Store, Written, unavailable, unreadable};
use crate::capabilities::store::{AddSchedules, ReadSchedules, StoreError};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::schedule::Schedule;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    pk: String,
    sk: String,
    title: String,
    when: When,
    action: Action,
    fallback: Fallback,
    state: ScheduleState,
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
}

impl AddSchedules for Store {
    async fn add_schedule(&self, schedule: &Schedule, now: Timestamp) -> Result<(), StoreError> {
        let items = vec![
            self.putting_new(&Record::of(schedule))?,
            self.note_person(&schedule.of, now)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }
}

impl Record {
    fn of(schedule: &Schedule) -> Self {
        Self {
            pk: keys::person(&schedule.of),
            sk: keys::schedule(&schedule.id),
            title: schedule.title.clone(),
            when: schedule.when.clone(),
            action: schedule.action.clone(),
            fallback: schedule.fallback,
            state: schedule.state,
        }
    }

    fn schedule(self, of: &Subject) -> Result<Schedule, StoreError> {
        let id = self.sk.strip_prefix(keys::SCHEDULES).unwrap_or_default();
        Ok(Schedule {
            of: of.clone(),
            id: ScheduleId::parse(id).map_err(unreadable)?,
            title: self.title,
            when: self.when,
            action: self.action,
            fallback: self.fallback,
            state: self.state,
        })
    }
}
