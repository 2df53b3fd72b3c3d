//! Runs of schedules, in the partition of their person.

use std::collections::HashMap;
use std::ops::Not;

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use onbehalf_contract::{NotRun, Outcome, RunResult};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value, to_item};

use super::people::milliseconds;
use super::record;
use super::store::{Store, Written, unavailable, unreadable};
use super::{acts, keys};
use crate::capabilities::store::{ReadRuns, RecordRuns, RunEnd, RunsPage, StoreError, WriteError};
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
    #[serde(default)]
    tries: u32,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    again_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Not::not", default)]
    as_app: bool,
    #[serde(skip_serializing_if = "Not::not", default)]
    settled: bool,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    unclear: Option<Timestamp>,
    ttl: i64,
}

impl ReadRuns for Store {
    async fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError> {
        Ok(self
            .run_record(id)
            .await?
            .map(|record| record.run(id.clone())))
    }

    async fn runs(
        &self,
        of: &Subject,
        schedule: &ScheduleId,
        limit: u32,
        before: Option<Timestamp>,
    ) -> Result<RunsPage, StoreError> {
        let start = before.map(|due| {
            let last = RunId::new(of.clone(), schedule.clone(), due);
            HashMap::from([
                (keys::PK.to_owned(), AttributeValue::S(keys::person(of))),
                (keys::SK.to_owned(), AttributeValue::S(keys::run(&last))),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :runs)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":runs", AttributeValue::S(keys::runs(schedule)))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let mut runs = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let record: Record = from_item(item).map_err(unreadable)?;
            let id = RunId::new(of.clone(), schedule.clone(), record.due);
            runs.push(record.run(id));
        }
        Ok(RunsPage { runs, more })
    }
}

impl RecordRuns for Store {
    async fn record_no_act(
        &self,
        id: &RunId,
        was: Option<&Run>,
        end: &RunEnd,
        kept_until: Timestamp,
    ) -> Result<(), StoreError> {
        // Not about somebody who was erased since the run began.
        let items = vec![
            self.putting_run(&Record::without_act(id, was, end, kept_until), was)?,
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
            self.end(act, finished, end, &[RunResult::Started])?,
        ];
        match self.transact_if(items).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }

    async fn settle(&self, act: &Act, finished: &Finished, end: &RunEnd) -> Result<(), WriteError> {
        let unsettled = [RunResult::Started, RunResult::Unknown];
        let items = vec![
            acts::settle(&self.table, act, finished)?,
            self.end(act, finished, end, &unsettled)?,
        ];
        match self.transact_if(items).await? {
            Written::Yes => Ok(()),
            Written::No => Err(WriteError::Changed),
        }
    }
}

impl Store {
    pub(super) async fn run_record(&self, id: &RunId) -> Result<Option<Record>, StoreError> {
        self.read(keys::person(&id.of), keys::run(id)).await
    }

    /// Writes a run that nobody has written, or that is still as it was found.
    pub(super) fn putting_run(
        &self,
        record: &Record,
        was: Option<&Run>,
    ) -> Result<TransactWriteItem, StoreError> {
        let Some(was) = was else {
            return self.putting_new(record);
        };
        let mut put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(record).map_err(unreadable)?))
            .expression_attribute_names("#result", "result")
            .expression_attribute_values(
                ":was",
                to_attribute_value(was.result).map_err(unreadable)?,
            )
            .expression_attribute_values(":tries", AttributeValue::N(was.tries.to_string()));
        let mut condition = String::from("#result = :was AND tries = :tries");
        if let Some(started_at) = was.started_at {
            condition.push_str(" AND startedAt = :startedAt");
            put = put.expression_attribute_values(":startedAt", milliseconds(started_at));
        }
        let put = put.condition_expression(condition).build();
        Ok(TransactWriteItem::builder()
            .put(put.map_err(unreadable)?)
            .build())
    }

    /// Notes how the run of this act ended, if it stands like one of these.
    fn end(
        &self,
        act: &Act,
        finished: &Finished,
        end: &RunEnd,
        stands: &[RunResult],
    ) -> Result<TransactWriteItem, StoreError> {
        let mut update = Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(act.of())))
            .key(keys::SK, AttributeValue::S(keys::run(&act.run)))
            .expression_attribute_names("#result", "result")
            .expression_attribute_values(":startedAt", milliseconds(act.started_at))
            .expression_attribute_values(
                ":result",
                to_attribute_value(end.result).map_err(unreadable)?,
            );
        let mut names = Vec::with_capacity(stands.len());
        for (number, result) in stands.iter().enumerate() {
            let name = format!(":stands{number}");
            let result = to_attribute_value(result).map_err(unreadable)?;
            update = update.expression_attribute_values(&name, result);
            names.push(name);
        }
        // Of several tries of a run, each has its own act.
        update = update.condition_expression(format!(
            "#result IN ({}) AND startedAt = :startedAt",
            names.join(", ")
        ));
        let mut set = String::from("SET #result = :result");
        if (finished.outcome, end.result) == (Outcome::Failed, RunResult::Unknown) {
            // This try came to nothing, and the run is about the one of which nobody knows.
            set.push_str(", startedAt = unclear");
        }
        let mut remove = Vec::new();
        match &finished.link {
            Some(link) => {
                set.push_str(", link = :link");
                update =
                    update.expression_attribute_values(":link", AttributeValue::S(link.clone()));
            }
            None => remove.push("link"),
        }
        match &end.reason {
            Some(reason) => {
                set.push_str(", reason = :reason");
                let reason = to_attribute_value(reason).map_err(unreadable)?;
                update = update.expression_attribute_values(":reason", reason);
            }
            None => remove.push("reason"),
        }
        match end.again_at {
            Some(again_at) => {
                set.push_str(", againAt = :againAt");
                update = update.expression_attribute_values(":againAt", milliseconds(again_at));
            }
            None => remove.push("againAt"),
        }
        if finished.settled {
            set.push_str(", settled = :settled");
            update = update.expression_attribute_values(":settled", AttributeValue::Bool(true));
        }
        if !remove.is_empty() {
            set.push_str(" REMOVE ");
            set.push_str(&remove.join(", "));
        }
        let update = update.update_expression(set).build().map_err(unreadable)?;
        Ok(TransactWriteItem::builder().update(update).build())
    }
}

impl Record {
    /// A run whose act begins now.
    pub(super) fn started(act: &Act, was: Option<&Run>) -> Self {
        Self {
            pk: keys::person(act.of()),
            sk: keys::run(&act.run),
            due: act.run.due,
            result: RunResult::Started,
            started_at: Some(act.started_at),
            link: None,
            reason: None,
            tries: next_try(was),
            again_at: None,
            as_app: act.as_app,
            settled: false,
            unclear: was.and_then(Run::unclear_act),
            ttl: act.kept_until.as_second(),
        }
    }

    /// A run whose newest try came to no act. If it has ended as unknown, it is about the act of which nobody knows.
    fn without_act(id: &RunId, was: Option<&Run>, end: &RunEnd, kept_until: Timestamp) -> Self {
        let unclear = was.and_then(Run::unclear_act);
        Self {
            pk: keys::person(&id.of),
            sk: keys::run(id),
            due: id.due,
            result: end.result,
            started_at: unclear.filter(|_| end.result == RunResult::Unknown),
            link: None,
            reason: end.reason.clone(),
            tries: next_try(was),
            again_at: end.again_at,
            as_app: false,
            settled: false,
            unclear,
            ttl: kept_until.as_second(),
        }
    }

    pub(super) fn run(self, id: RunId) -> Run {
        Run {
            id,
            result: self.result,
            started_at: self.started_at,
            link: self.link,
            reason: self.reason,
            tries: self.tries,
            again_at: self.again_at,
            as_app: self.as_app,
            settled: self.settled,
            unclear: self.unclear,
        }
    }
}

fn next_try(was: Option<&Run>) -> u32 {
    was.map_or(0, |was| was.tries).saturating_add(1)
}
