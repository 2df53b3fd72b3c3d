//! The transaction that an act begins with: the consent is checked, the run claimed and the act recorded, or nothing is.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use onbehalf_contract::Access;
use serde_dynamo::aws_sdk_dynamodb_1::to_item;

use super::store::{Store, cancelled, condition_failed, unavailable, unreadable};
use super::{acts, consents, keys, runs};
use crate::capabilities::store::{BeginError, CommitBegin, StoreError};
use crate::domain::act::Act;
use crate::domain::consent::covers;

impl CommitBegin for Store {
    async fn commit_begin(&self, act: &Act) -> Result<(), BeginError> {
        // The order matters: the reasons of a cancelled transaction come in it.
        let items = vec![
            self.consent_allows(act)?,
            self.claim(act)?,
            self.record(act)?,
        ];
        let Err(error) = self.transact(items).await else {
            return Ok(());
        };
        let Some([consent, claim, ..]) = cancelled(&error) else {
            return Err(unavailable(error).into());
        };
        if condition_failed(claim) {
            return Err(BeginError::Claimed);
        }
        if condition_failed(consent) {
            let found = consent
                .item
                .clone()
                .map(|item| consents::consent_in(item, act.of()))
                .transpose()?;
            return Err(BeginError::NotAllowed(found.map(Box::new)));
        }
        Err(unavailable(error).into())
    }
}

impl Store {
    fn consent_allows(&self, act: &Act) -> Result<TransactWriteItem, StoreError> {
        let accesses = [Access::Read, Access::ReadWrite]
            .into_iter()
            .filter(|given| covers(*given, act.access));
        let mut check = ConditionCheck::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(act.of())))
            .key(keys::SK, AttributeValue::S(keys::CONSENT.into()))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", AttributeValue::S("active".into()))
            .expression_attribute_values(
                ":now",
                AttributeValue::N(act.started_at.as_millisecond().to_string()),
            )
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut names = Vec::new();
        for (number, access) in accesses.enumerate() {
            let name = format!(":access{number}");
            let value =
                serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(access).map_err(unreadable)?;
            check = check.expression_attribute_values(&name, value);
            names.push(name);
        }
        let check = check.condition_expression(format!(
            "#state = :active AND expiresAt > :now AND access IN ({})",
            names.join(", ")
        ));
        Ok(TransactWriteItem::builder()
            .condition_check(check.build().map_err(unreadable)?)
            .build())
    }

    fn claim(&self, act: &Act) -> Result<TransactWriteItem, StoreError> {
        self.putting_new(to_item(runs::Record::started(act)).map_err(unreadable)?)
    }

    fn record(&self, act: &Act) -> Result<TransactWriteItem, StoreError> {
        self.putting_new(to_item(acts::Record::of(act)).map_err(unreadable)?)
    }

    fn putting_new(
        &self,
        item: HashMap<String, AttributeValue>,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)");
        Ok(TransactWriteItem::builder()
            .put(put.build().map_err(unreadable)?)
            .build())
    }
}
