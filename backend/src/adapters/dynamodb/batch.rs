//! Several items in one request, as they are now.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::from_item;

use super::keys;
use super::store::{Item, Store, text, unavailable, unreadable};
use crate::capabilities::store::StoreError;

/// How often DynamoDB is asked for what it left out. It leaves out what it has no capacity for at this moment.
const ASKED: u32 = 4;

/// Items that were found.
pub(super) struct Found(Vec<Item>);

impl Store {
    /// Those of these items, at most 100, that are there: strongly consistent reads.
    pub(super) async fn read_all(
        &self,
        wanted: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Found, StoreError> {
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
                return Ok(Found(found));
            }
        }
        Err(StoreError::Unavailable(
            "the database has no capacity for this at the moment".into(),
        ))
    }
}

impl Found {
    /// The one with this sort key, of which there must be only one.
    pub(super) fn take<T: DeserializeOwned>(&mut self, sk: &str) -> Result<Option<T>, StoreError> {
        let place = self.0.iter().position(|item| text(item, keys::SK) == sk);
        place
            .map(|place| from_item(self.0.swap_remove(place)).map_err(unreadable))
            .transpose()
    }

    /// The one with these keys.
    pub(super) fn take_of<T: DeserializeOwned>(
        &mut self,
        pk: &str,
        sk: &str,
    ) -> Result<Option<T>, StoreError> {
        let is_it = |item: &Item| text(item, keys::PK) == pk && text(item, keys::SK) == sk;
        let place = self.0.iter().position(is_it);
        place
            .map(|place| from_item(self.0.swap_remove(place)).map_err(unreadable))
            .transpose()
    }
}
