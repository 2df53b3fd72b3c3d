//! The transaction that an act begins with: the consent is checked, the run claimed and the act recorded, or nothing is.

use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use onbehalf_contract::Access;
use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::people::milliseconds;
use super::store::{Store, Written, cancelled, condition_failed, unavailable, unreadable};
use super::{acts, consents, keys, runs};
use crate::capabilities::store::{BeginError, CommitBegin, CommitBeginAsApp, StoreError};
use crate::domain::act::Act;
use crate::domain::consent::{Circumstances, covers};
use crate::domain::run::Run;

impl CommitBegin for Store {
    async fn commit_begin(
        &self,
        act: &Act,
        was: Option<&Run>,
        when: &Circumstances<'_>,
    ) -> Result<(), BeginError> {
        // The order matters: the reasons of a cancelled transaction come in it.
        let items = vec![
            self.consent_allows(act, when)?,
            self.claim(act, was)?,
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

impl CommitBeginAsApp for Store {
    async fn commit_begin_as_app(&self, act: &Act, was: Option<&Run>) -> Result<(), BeginError> {
        // Not about somebody who was erased since the run began.
        let items = vec![
            self.claim(act, was)?,
            self.record(act)?,
            self.addition(act.of())?,
        ];
        match self.transact_if(items).await? {
            Written::Yes => Ok(()),
            Written::No => Err(BeginError::Claimed),
        }
    }
}

impl Store {
    /// The condition says in the database's words what [`Consent::standing`](crate::domain::consent::Consent::standing)
    /// says in ours.
    fn consent_allows(
        &self,
        act: &Act,
        when: &Circumstances<'_>,
    ) -> Result<TransactWriteItem, StoreError> {
        let accesses = [Access::Read, Access::ReadWrite]
            .into_iter()
            .filter(|given| covers(*given, act.access))
            .map(|access| to_attribute_value(access).map_err(unreadable))
            .collect::<Result<Vec<_>, _>>()?;
        let notices = when
            .notices
            .counting()
            .map(|version| AttributeValue::S(version.into()));
        let mut check = ConditionCheck::builder()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::person(act.of())))
            .key(keys::SK, AttributeValue::S(keys::CONSENT.into()))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":active", AttributeValue::S("active".into()))
            .expression_attribute_values(
                ":now",
                AttributeValue::N(when.now.as_millisecond().to_string()),
            )
            .expression_attribute_values(
                ":oldest",
                milliseconds(when.policy.oldest_that_counts(when.now)),
            )
            .expression_attribute_values(
                ":installation",
                AttributeValue::N(when.installation.to_string()),
            )
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let mut one_of = |name: &str, values: Vec<AttributeValue>| {
            let mut names = Vec::with_capacity(values.len());
            for (number, value) in values.into_iter().enumerate() {
                let placeholder = format!(":{name}{number}");
                check = check
                    .clone()
                    .expression_attribute_values(&placeholder, value);
                names.push(placeholder);
            }
            format!("{name} IN ({})", names.join(", "))
        };
        let access = one_of("access", accesses);
        let notice = one_of("notice", notices.collect());
        let check = check.condition_expression(format!(
            "#state = :active AND expiresAt > :now AND grantedAt > :oldest AND installation = :installation AND {access} AND {notice}"
        ));
        Ok(TransactWriteItem::builder()
            .condition_check(check.build().map_err(unreadable)?)
            .build())
    }

    fn claim(&self, act: &Act, was: Option<&Run>) -> Result<TransactWriteItem, StoreError> {
        self.putting_run(&runs::Record::started(act, was), was)
    }

    fn record(&self, act: &Act) -> Result<TransactWriteItem, StoreError> {
        self.putting_new(&acts::Record::of(act))
    }
}
