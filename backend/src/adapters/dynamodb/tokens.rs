//! Sealed user tokens, in the partition of their person. They go when the consent ends.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem, Update};
use jiff::Timestamp;
use onbehalf_contract::Access;
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::keys;
use super::people::{built, milliseconds};
use super::record;
use super::store::{Store, Written, unreadable};
use crate::capabilities::store::{KeepTokens, KeptToken, StoreError};
use crate::domain::ids::Subject;

/// A token, or the turn to ask for one, or both.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    generation: u64,
    #[serde(with = "serde_bytes", skip_serializing_if = "Option::is_none", default)]
    sealed: Option<Vec<u8>>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    expires_at: Option<Timestamp>,
    ttl: i64,
}

impl Record {
    pub(super) fn kept(self) -> Option<KeptToken> {
        Some(KeptToken {
            generation: self.generation,
            sealed: self.sealed?,
            expires_at: self.expires_at?,
        })
    }
}

impl KeepTokens for Store {
    async fn take_exchange(
        &self,
        of: &Subject,
        access: Access,
        generation: u64,
        now: Timestamp,
        until: Timestamp,
        useless: Option<&KeptToken>,
    ) -> Result<bool, StoreError> {
        let mut there_is_none =
            String::from("attribute_not_exists(expiresAt) OR expiresAt <= :now");
        if useless.is_some() {
            there_is_none.push_str(" OR sealed = :useless");
        }
        let mut turn = Update::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(of)))
            .key(keys::SK, AttributeValue::S(key(access)))
            .update_expression(
                "SET generation = :generation, turnUntil = :until, #ttl = :ttl REMOVE sealed, expiresAt",
            )
            .condition_expression(format!(
                "attribute_not_exists(pk) OR generation < :generation \
                 OR (generation = :generation \
                 AND (attribute_not_exists(turnUntil) OR turnUntil <= :now) \
                 AND ({there_is_none}))"
            ))
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":generation", AttributeValue::N(generation.to_string()))
            .expression_attribute_values(":now", milliseconds(now))
            .expression_attribute_values(":until", milliseconds(until))
            .expression_attribute_values(":ttl", AttributeValue::N(until.as_second().to_string()));
        if let Some(KeptToken { sealed, .. }) = useless {
            let sealed = AttributeValue::B(sealed.clone().into());
            turn = turn.expression_attribute_values(":useless", sealed);
        }
        // Nothing is kept of somebody who was erased since the act began.
        let items = vec![built(turn)?, self.addition(of)?];
        Ok(self.transact_if(items).await? == Written::Yes)
    }

    async fn kept_token(
        &self,
        of: &Subject,
        access: Access,
    ) -> Result<Option<KeptToken>, StoreError> {
        let record: Option<Record> = self.read(keys::person(of), key(access)).await?;
        Ok(record.and_then(Record::kept))
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
            sealed: Some(token.sealed.clone()),
            expires_at: Some(token.expires_at),
            ttl: token.expires_at.as_second(),
        };
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(to_item(record).map_err(unreadable)?))
            // Where the turn was taken, and not for a newer install. With a consent that ended the turn went, too.
            .condition_expression("attribute_exists(turnUntil) AND generation <= :generation")
            .expression_attribute_values(
                ":generation",
                AttributeValue::N(token.generation.to_string()),
            );
        let put = TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build();
        match self.transact_if(vec![put]).await? {
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
