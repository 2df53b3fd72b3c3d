//! What a run has to know, in one request.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use onbehalf_contract::Access;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::store::{Item, Store, text, unavailable, unreadable};
use super::{keys, pace, runs, schedules, tenants, tokens};
use crate::capabilities::store::{ReadRunContext, RunContext, StoreError};
use crate::domain::run::RunId;

/// How often DynamoDB is asked for what it left out. It leaves out what it has no capacity for at this moment.
const ASKED: u32 = 4;

impl ReadRunContext for Store {
    async fn run_context(&self, run: &RunId) -> Result<RunContext, StoreError> {
        let (tenant, person) = (keys::tenant(&run.of.tenant), keys::person(&run.of));
        let accesses = [Access::Read, Access::ReadWrite];
        let mut wanted = vec![
            (tenant.clone(), keys::TENANT.to_owned()),
            (tenant, keys::PACE.to_owned()),
            (person.clone(), keys::schedule(&run.schedule)),
            (person.clone(), keys::run(run)),
        ];
        wanted.extend(accesses.map(|access| (person.clone(), tokens::key(access))));
        let mut found = Found(self.read_all(wanted).await?);

        let tenant: Option<tenants::Record> = found.take(keys::TENANT)?;
        let pace: Option<pace::Record> = found.take(keys::PACE)?;
        let schedule: Option<schedules::Record> = found.take(&keys::schedule(&run.schedule))?;
        let this: Option<runs::Record> = found.take(&keys::run(run))?;
        let mut kept = Vec::new();
        for access in accesses {
            let token: Option<tokens::Record> = found.take(&tokens::key(access))?;
            if let Some(token) = token.and_then(tokens::Record::kept) {
                kept.push((access, token));
            }
        }
        Ok(RunContext {
            tenant: tenant
                .map(|tenant| tenant.tenant(&run.of.tenant))
                .transpose()?,
            pace: pace.map(pace::Record::pace).unwrap_or_default(),
            schedule: schedule
                .map(|schedule| schedule.schedule(&run.of))
                .transpose()?,
            run: this.map(|this| this.run(run.clone())),
            tokens: kept,
        })
    }
}

impl Store {
    /// Those of these items that are there, as they are now.
    async fn read_all(&self, wanted: Vec<(String, String)>) -> Result<Vec<Item>, StoreError> {
        let keys = wanted.into_iter().map(|(pk, sk)| {
            HashMap::from([
                (keys::PK.to_owned(), AttributeValue::S(pk)),
                (keys::SK.to_owned(), AttributeValue::S(sk)),
            ])
        });
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys.collect()))
            .consistent_read(true)
            .build()
            .map_err(unreadable)?;
        let mut requests = HashMap::from([(self.table.clone(), request)]);
        let mut found = Vec::new();
        for _ in 0..ASKED {
            let answer = self
                .client
                .batch_get_item()
                .set_request_items(Some(requests))
                .send()
                .await
                .map_err(unavailable)?;
            for items in answer.responses.unwrap_or_default().into_values() {
                found.extend(items);
            }
            requests = answer.unprocessed_keys.unwrap_or_default();
            if requests.is_empty() {
                return Ok(found);
            }
        }
        Err(StoreError::Unavailable(
            "the database has no capacity for this at the moment".into(),
        ))
    }
}

/// Items that were found. No two of them have the same sort key.
struct Found(Vec<Item>);

impl Found {
    fn take<T: DeserializeOwned>(&mut self, sk: &str) -> Result<Option<T>, StoreError> {
        let place = self.0.iter().position(|item| text(item, keys::SK) == sk);
        place
            .map(|place| from_item(self.0.swap_remove(place)).map_err(unreadable))
            .transpose()
    }
}
