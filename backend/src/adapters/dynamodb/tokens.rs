//! Sealed user tokens, in the partition of their person. They go when the consent ends.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::keys;
use super::record;
use super::store::{Store, Written, unreadable};
use crate::capabilities::store::{KeepTokens, KeptToken, StoreError};
use crate::domain::ids::Subject;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    pk: String,
    sk: String,
    generation: u64,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
    #[serde(with = "record::time")]
    expires_at: Timestamp,
    ttl: i64,
}

impl KeepTokens for Store {
    async fn kept_token(
        &self,
        of: &Subject,
        access: Access,
    ) -> Result<Option<KeptToken>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), key(access)).await?;
        Ok(record.map(|record| KeptToken {
            generation: record.generation,
            sealed: record.sealed,
            expires_at: record.expires_at,
        }))
    }

    async fn keep_token(
        &self,
        of: &Subject,
        access: Access,
        token: &KeptToken,
    ) -> Result<(), StoreError> {
        let record = Record {
            pk: keys::person(of),
            sk: key(access),
            generation: token.generation,
            sealed: token.sealed.clone(),
            expires_at: token.expires_at,
            ttl: token.expires_at.as_second(),
        };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(record).map_err(unreadable)?))
            // A token never takes the place of one of a newer install.
            .condition_expression("attribute_not_exists(pk) OR generation <= :generation")
            .expression_attribute_values(
                ":generation",
                AttributeValue::N(token.generation.to_string()),
            );
        let put = TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build();
        // Nothing is kept of somebody who was erased since the act began.
        match self.transact_if(vec![put, self.addition(of)?]).await? {
            Written::Yes | Written::No => Ok(()),
        }
    }
}

/// Where a person's token for this access is.
pub(super) fn key(access: Access) -> String {
    match access {
        Access::Read => "token#read".into(),
        Access::ReadWrite => "token#readWrite".into(),
    }
}
