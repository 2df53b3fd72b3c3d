//! Runs of schedules, in the partition of their person.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem, Update};
use jiff::Timestamp;
use onbehalf_contract::{NotRun, RunResult};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value};

use super::record::{self, ACTIVITY_KEPT, ttl};
use super::store::{Store, Written, unavailable, unreadable};
use super::{acts, keys};
use crate::capabilities::store::{ReadRuns, RecordRuns, RunEnd, StoreError};
use crate::domain::act::{Act, Finished};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::{Run, RunId};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    /// Not `due`: that is a key of an index.
    #[serde(rename = "dueTime", with = "record::time")]
    due: Timestamp,
    result: RunResult,
    /// When its act started, if it came to one: half of the act's key.
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub(super) started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    reason: Option<NotRun>,
    ttl: i64,
}

impl ReadRuns for Store {
    async fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError> {
        Ok(self
            .run_record(id)
            .await?
            .map(|record| record.run(id.clone())))
    }

    async fn last_run(
        &self,
        of: &Subject,
        schedule: &ScheduleId,
    ) -> Result<Option<Run>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :runs)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":runs", AttributeValue::S(keys::runs(schedule)))
            .scan_index_forward(false)
            .limit(1)
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let newest = answer.items.unwrap_or_default().into_iter().next();
        let record: Option<Record> = newest.map(from_item).transpose().map_err(unreadable)?;
        Ok(record.map(|record| {
            let id = RunId::new(of.clone(), schedule.clone(), record.due);
            record.run(id)
        }))
    }
}

impl RecordRuns for Store {
    async fn record_refusal(
        &self,
        id: &RunId,
        reason: &NotRun,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        // Not about somebody who was erased since the run began.
        let items = vec![
            self.putting_new(&Record::refused(id, reason, at))?,
            self.addition(&id.of)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }

    async fn record_finish(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
    ) -> Result<(), StoreError> {
        let items = vec![
            acts::finish(&self.table, act, finished)?,
            self.end(act, finished, end)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }
}

impl Store {
    pub(super) async fn run_record(&self, id: &RunId) -> Result<Option<Record>, StoreError> {
        self.read(keys::person(&id.of), keys::run(id)).await
    }

    fn end(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(act.of())))
            .key(keys::SK, AttributeValue::S(keys::run(&act.run)))
            .condition_expression("#result = :started")
            .expression_attribute_names("#result", "result")
            .expression_attribute_values(
                ":started",
                to_attribute_value(RunResult::Started).map_err(unreadable)?,
            )
            .expression_attribute_values(
                ":result",
                to_attribute_value(end.result).map_err(unreadable)?,
            );
        let mut set = String::from("SET #result = :result");
        if let Some(link) = &finished.link {
            set.push_str(", link = :link");
            update = update.expression_attribute_values(":link", AttributeValue::S(link.clone()));
        }
        if let Some(reason) = &end.reason {
            set.push_str(", reason = :reason");
            let reason = to_attribute_value(reason).map_err(unreadable)?;
            update = update.expression_attribute_values(":reason", reason);
        }
        let update = update.update_expression(set).build().map_err(unreadable)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

impl Record {
    pub(super) fn started(act: &Act) -> Self {
        Self {
            pk: keys::person(act.of()),
            sk: keys::run(&act.run),
            due: act.run.due,
            result: RunResult::Started,
            started_at: Some(act.started_at),
            link: None,
            reason: None,
            ttl: ttl(act.started_at, ACTIVITY_KEPT),
        }
    }

    fn refused(id: &RunId, reason: &NotRun, at: Timestamp) -> Self {
        Self {
            pk: keys::person(&id.of),
            sk: keys::run(id),
            due: id.due,
            result: RunResult::Refused,
            started_at: None,
            link: None,
            reason: Some(reason.clone()),
            ttl: ttl(at, ACTIVITY_KEPT),
        }
    }

    fn run(self, id: RunId) -> Run {
        Run {
            id,
            result: self.result,
            started_at: self.started_at,
            link: self.link,
            reason: self.reason,
        }
    }
}
