//! Who is to be reported, as their notes say it, and whose turn it is to report the people of a tenant.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, TransactWriteItem};
use jiff::Timestamp;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys::{self, Due};
use super::people::{Note, built, milliseconds};
use super::store::{Item, Store, cancelled, condition_failed, text, unavailable, unreadable};
use crate::capabilities::platform::KeptPerson;
use crate::capabilities::store::{DueList, DueWalk, Plan, PlanReports, StoreError, Turn};
use crate::domain::ids::{AccountId, Subject, TenantKey};

/// How often people are read that a batch has left out, as DynamoDB may under load.
const TRIES: u32 = 5;

impl PlanReports for Store {
    async fn next_due(
        &self,
        walk: &mut DueWalk,
        now: Timestamp,
    ) -> Result<Option<Subject>, StoreError> {
        walk.lists
            .resize_with(usize::from(keys::SHARDS), DueList::default);
        for (shard, list) in (0..).zip(&mut walk.lists) {
            if list.read.is_empty() && !list.at_end {
                self.read_due(shard, list, walk.page, now).await?;
            }
        }
        let oldest = walk
            .lists
            .iter_mut()
            .filter(|list| !list.read.is_empty())
            .min_by_key(|list| list.read.front().map(|(at, _)| *at));
        Ok(oldest
            .and_then(|list| list.read.pop_front())
            .map(|(_, of)| of))
    }

    async fn still_due(
        &self,
        tenant: &TenantKey,
        people: &[AccountId],
        now: Timestamp,
    ) -> Result<Vec<KeptPerson>, StoreError> {
        let mut due = Vec::with_capacity(people.len());
        for item in self.notes(tenant, people).await? {
            match due_by_note(item, now) {
                Ok(person) => due.extend(person),
                // It does not hold up the others.
                Err(error) => {
                    tracing::error!(%error, tenant.key = %tenant, "a person cannot be reported");
                }
            }
        }
        due.sort_by(|one, other| one.account.cmp(&other.account));
        Ok(due)
    }

    async fn take_turn(
        &self,
        tenant: &TenantKey,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Turn>, StoreError> {
        match self
            .set_not_before(tenant, until, Before::Free { now })
            .await?
        {
            true => Ok(Some(Turn {
                tenant: tenant.clone(),
                until,
            })),
            false => Ok(None),
        }
    }

    async fn end_turn(&self, turn: Turn, not_before: Option<Timestamp>) -> Result<(), StoreError> {
        let Turn { tenant, until } = turn;
        if let Some(not_before) = not_before {
            // Somebody else's turn is not ended: this one has ended by itself.
            self.set_not_before(&tenant, not_before, Before::Mine { until })
                .await?;
            return Ok(());
        }
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(&tenant)))
            .key(keys::SK, AttributeValue::S(keys::REPORTS.into()))
            .condition_expression("notBefore = :mine")
            .expression_attribute_values(":mine", milliseconds(until));
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(DeleteItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn plan(
        &self,
        tenant: &TenantKey,
        people: &[(AccountId, Plan)],
    ) -> Result<(), StoreError> {
        let mut people: Vec<_> = people
            .iter()
            .map(|(account, plan)| {
                let of = Subject {
                    tenant: tenant.clone(),
                    account: account.clone(),
                };
                (of, *plan)
            })
            .collect();
        while !people.is_empty() {
            let items = people
                .iter()
                .map(|(of, plan)| self.planning(of, *plan))
                .collect::<Result<Vec<_>, _>>()?;
            let Err(error) = self.transact(items).await else {
                return Ok(());
            };
            let gone: Vec<bool> = cancelled(&error)
                .unwrap_or_default()
                .iter()
                .map(condition_failed)
                .collect();
            if !gone.contains(&true) {
                return Err(unavailable(error));
            }
            // Whoever was erased meanwhile does not come back, and does not hold up the others.
            let mut gone = gone.into_iter();
            people.retain(|_| gone.next() != Some(true));
        }
        Ok(())
    }
}

/// What must be there for somebody to say when the people of a tenant may be reported.
enum Before {
    /// Nobody's turn.
    Free { now: Timestamp },
    /// The turn that ends at this time.
    Mine { until: Timestamp },
}

impl Store {
    /// Reads on in one part of the index.
    async fn read_due(
        &self,
        shard: u8,
        list: &mut DueList,
        page: u16,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let due = Due::Report.in_shard(shard);
        let start = list.last.as_ref().map(|(at, of)| {
            Item::from([
                (keys::DUE.into(), AttributeValue::S(due.clone())),
                (keys::DUE_AT.into(), milliseconds(*at)),
                (keys::PK.into(), AttributeValue::S(keys::person(of))),
                (keys::SK.into(), AttributeValue::S(keys::PERSON.into())),
            ])
        });
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(keys::DUE)
            .key_condition_expression("due = :due AND dueAt <= :now")
            .expression_attribute_values(":due", AttributeValue::S(due))
            .expression_attribute_values(":now", milliseconds(now))
            .set_exclusive_start_key(start)
            .limit(i32::from(page))
            .send()
            .await
            .map_err(unavailable)?;
        list.at_end = answer.last_evaluated_key.is_none();
        for item in answer.items() {
            list.read.push_back(due_person(item)?);
        }
        if let Some(last) = list.read.back() {
            list.last = Some(last.clone());
        }
        Ok(())
    }

    /// The notes of these people, as they are now.
    async fn notes(
        &self,
        tenant: &TenantKey,
        people: &[AccountId],
    ) -> Result<Vec<Item>, StoreError> {
        let keys = people.iter().map(|account| {
            let of = Subject {
                tenant: tenant.clone(),
                account: account.clone(),
            };
            Item::from([
                (keys::PK.into(), AttributeValue::S(keys::person(&of))),
                (keys::SK.into(), AttributeValue::S(keys::PERSON.into())),
            ])
        });
        let notes = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .consistent_read(true)
            .build()
            .map_err(unreadable)?;
        let mut asked = HashMap::from([(self.table.clone(), notes)]);
        let mut found = Vec::with_capacity(people.len());
        for _ in 0..TRIES {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(asked))
                .send()
                .await
                .map_err(unavailable)?;
            let mut responses = answer.responses.unwrap_or_default();
            found.extend(responses.remove(&self.table).unwrap_or_default());
            asked = answer.unprocessed_keys.unwrap_or_default();
            if asked.is_empty() {
                break;
            }
        }
        // Whoever was left out each time is still due in the next sweep.
        Ok(found)
    }

    /// Says when the people of a tenant may be reported next. Answers whether it was ours to say.
    async fn set_not_before(
        &self,
        tenant: &TenantKey,
        not_before: Timestamp,
        before: Before,
    ) -> Result<bool, StoreError> {
        let (condition, value) = match before {
            Before::Free { now } => ("attribute_not_exists(pk) OR notBefore <= :before", now),
            Before::Mine { until } => ("notBefore = :before", until),
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .item(keys::PK, AttributeValue::S(keys::tenant(tenant)))
            .item(keys::SK, AttributeValue::S(keys::REPORTS.into()))
            .item("notBefore", milliseconds(not_before))
            .condition_expression(condition)
            .expression_attribute_values(":before", milliseconds(value));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(false)
            }
            Err(error) => Err(unavailable(error)),
        }
    }

    pub(super) fn planning(
        &self,
        of: &Subject,
        plan: Plan,
    ) -> Result<TransactWriteItem, StoreError> {
        let (due, at, updated) = match plan {
            Plan::Report { at } => (Due::Report, at, None),
            Plan::Renewed { at, now } => (Due::Report, at, Some(now)),
            Plan::Erase { now } => (Due::Erase, now, None),
        };
        let mut set = String::from("SET due = :due, dueAt = :at");
        let mut update = self
            .update_note(of)
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_values(":due", AttributeValue::S(due.of(of)))
            .expression_attribute_values(":at", milliseconds(at));
        if let Some(updated) = updated {
            set.push_str(", updatedAt = :updated");
            update = update.expression_attribute_values(":updated", milliseconds(updated));
        }
        built(update.update_expression(set))
    }
}

/// The person of this note, if it is time to report them.
fn due_by_note(item: Item, now: Timestamp) -> Result<Option<KeptPerson>, StoreError> {
    let note: Note = from_item(item).map_err(unreadable)?;
    let of = keys::person_of(&note.pk)
        .ok_or_else(|| unreadable("a person's note is under a key that names nobody"))?;
    let is_due = note.due == Due::Report.of(&of) && note.due_at <= now;
    Ok(is_due.then_some(KeptPerson {
        account: of.account,
        updated_at: note.updated_at,
    }))
}

fn due_person(item: &Item) -> Result<(Timestamp, Subject), StoreError> {
    let of = keys::person_of(text(item, keys::PK))
        .ok_or_else(|| unreadable("a person's note is under a key that names nobody"))?;
    let at = item
        .get(keys::DUE_AT)
        .and_then(|at| at.as_n().ok()?.parse().ok())
        .and_then(|at| Timestamp::from_millisecond(at).ok())
        .ok_or_else(|| unreadable("it is not said when a person is due"))?;
    Ok((at, of))
}
