//! The record of what was done as a person, in that person's partition, in the order of time.

use std::collections::HashMap;
use std::ops::Not;

use aws_sdk_dynamodb::types::{AttributeValue, Select, TransactWriteItem, Update};
use jiff::Timestamp;
use onbehalf_contract::{Access, Deed, Outcome};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value};

use super::keys::{self, Listed};
use super::record;
use super::store::{Store, unavailable, unreadable};
use crate::capabilities::store::{ActCursor, ActsPage, CountActs, ReadActs, StoreError};
use crate::domain::act::{Act, Finished};
use crate::domain::ids::{ScheduleId, Subject};
use crate::domain::run::RunId;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    schedule: String,
    /// Not `due`: that is a key of an index.
    #[serde(rename = "dueTime", with = "record::time")]
    due: Timestamp,
    deed: Deed,
    access: Access,
    #[serde(with = "record::time")]
    started_at: Timestamp,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    finished_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    outcome: Option<Outcome>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    link: Option<String>,
    #[serde(skip_serializing_if = "Not::not", default)]
    as_app: bool,
    #[serde(skip_serializing_if = "Not::not", default)]
    settled: bool,
    /// The keys of the index of what admins list.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    listed: Option<String>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    listed_at: Option<Timestamp>,
    ttl: i64,
}

impl ReadActs for Store {
    async fn acts(
        &self,
        of: &Subject,
        limit: u32,
        cursor: Option<&ActCursor>,
    ) -> Result<ActsPage, StoreError> {
        let start = cursor.map(|cursor| {
            HashMap::from([
                (keys::PK.to_owned(), AttributeValue::S(keys::person(of))),
                (
                    keys::SK.to_owned(),
                    AttributeValue::S(format!("{}{}", keys::ACTS, cursor.place())),
                ),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :acts)")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(":acts", AttributeValue::S(keys::ACTS.into()))
            .set_exclusive_start_key(start)
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .consistent_read(true)
            .send()
            .await
            .map_err(unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let records: Vec<Record> = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| from_item(item).map_err(unreadable))
            .collect::<Result<_, _>>()?;
        let acts: Vec<Act> = records
            .into_iter()
            .map(|record| record.act(of))
            .collect::<Result<_, _>>()?;
        let next = acts.last().filter(|_| more).map(ActCursor::after);
        Ok(ActsPage { acts, next })
    }

    async fn act(&self, run: &RunId) -> Result<Option<Act>, StoreError> {
        let started_at = self
            .run_record(run)
            .await?
            .and_then(|record| record.started_at);
        let Some(started_at) = started_at else {
            return Ok(None);
        };
        let record: Option<Record> = self
            .read(keys::person(&run.of), keys::act(started_at, run))
            .await?;
        record.map(|record| record.act(&run.of)).transpose()
    }
}

impl CountActs for Store {
    async fn count_acts(
        &self,
        of: &Subject,
        since: Timestamp,
        most: u32,
    ) -> Result<u32, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :since AND :end")
            .expression_attribute_values(":pk", AttributeValue::S(keys::person(of)))
            .expression_attribute_values(
                ":since",
                AttributeValue::S(format!(
                    "{}{:015}",
                    keys::ACTS,
                    since.as_millisecond().max(0)
                )),
            )
            .expression_attribute_values(":end", AttributeValue::S(format!("{}~", keys::ACTS)))
            .select(Select::Count)
            .limit(i32::try_from(most).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(unavailable)?;
        Ok(u32::try_from(answer.count).unwrap_or_default())
    }
}

/// Completes an act, unless it is complete already.
pub(super) fn finish(
    table: &str,
    act: &Act,
    finished: &Finished,
) -> Result<TransactWriteItem, StoreError> {
    complete(table, act, finished, "attribute_not_exists(#outcome)", [])
}

/// Notes what its person says of an act, if its outcome is unknown.
pub(super) fn settle(
    table: &str,
    act: &Act,
    finished: &Finished,
) -> Result<TransactWriteItem, StoreError> {
    let unknown = to_attribute_value(Outcome::Unknown).map_err(unreadable)?;
    let condition = "(attribute_not_exists(#outcome) OR #outcome = :unknown)";
    complete(table, act, finished, condition, [(":unknown", unknown)])
}

fn complete<const VALUES: usize>(
    table: &str,
    act: &Act,
    finished: &Finished,
    condition: &str,
    values: [(&str, AttributeValue); VALUES],
) -> Result<TransactWriteItem, StoreError> {
    let mut update = Update::builder()
        .table_name(table)
        .key(keys::PK, AttributeValue::S(keys::person(act.of())))
        .key(
            keys::SK,
            AttributeValue::S(keys::act(act.started_at, &act.run)),
        )
        .condition_expression(format!("attribute_exists(pk) AND {condition}"))
        .expression_attribute_names("#outcome", "outcome")
        .expression_attribute_values(
            ":outcome",
            to_attribute_value(finished.outcome).map_err(unreadable)?,
        )
        .expression_attribute_values(
            ":at",
            AttributeValue::N(finished.at.as_millisecond().to_string()),
        );
    for (name, value) in values {
        update = update.expression_attribute_values(name, value);
    }
    let mut set = String::from("SET #outcome = :outcome, finishedAt = :at");
    if finished.settled {
        set.push_str(", settled = :settled");
        update = update.expression_attribute_values(":settled", AttributeValue::Bool(true));
    }
    if let Some(status) = finished.status {
        set.push_str(", #status = :status");
        update = update
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":status", AttributeValue::N(status.to_string()));
    }
    if let Some(link) = &finished.link {
        set.push_str(", link = :link");
        update = update.expression_attribute_values(":link", AttributeValue::S(link.clone()));
    }
    let update = update.update_expression(set).build().map_err(unreadable)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

impl Record {
    pub(super) fn of(act: &Act) -> Self {
        Self {
            pk: keys::person(act.of()),
            sk: keys::act(act.started_at, &act.run),
            schedule: act.run.schedule.to_string(),
            due: act.run.due,
            deed: act.deed.clone(),
            access: act.access,
            started_at: act.started_at,
            finished_at: None,
            outcome: None,
            status: None,
            link: None,
            as_app: act.as_app,
            settled: false,
            listed: Some(Listed::Acts.of(act.of())),
            listed_at: Some(act.started_at),
            ttl: act.kept_until.as_second(),
        }
    }

    pub(super) fn act(self, of: &Subject) -> Result<Act, StoreError> {
        let schedule = ScheduleId::parse(self.schedule).map_err(unreadable)?;
        let finished = self
            .outcome
            .zip(self.finished_at)
            .map(|(outcome, at)| Finished {
                at,
                outcome,
                status: self.status,
                link: self.link,
                settled: self.settled,
            });
        Ok(Act {
            run: RunId::new(of.clone(), schedule, self.due),
            deed: self.deed,
            access: self.access,
            as_app: self.as_app,
            started_at: self.started_at,
            kept_until: Timestamp::from_second(self.ttl).map_err(unreadable)?,
            finished,
        })
    }
}
