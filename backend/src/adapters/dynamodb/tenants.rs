//! Tenants: one item each, under a partition of its own.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::keys;
use super::record;
use super::rules;
use super::store::{Store, Written, unavailable, unreadable};
use crate::capabilities::store::{ReadTenants, StoreError, WriteError, WriteTenants};
use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::tenant::{Callbacks, SealedCredentials, Tenant, TenantState};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Record {
    pk: String,
    sk: String,
    site: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    display_site: Option<String>,
    generation: u64,
    installation: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    app_account: Option<AccountId>,
    /// Present while installed.
    #[serde(with = "serde_bytes", skip_serializing_if = "Option::is_none", default)]
    credentials: Option<Vec<u8>>,
    enabled: bool,
    /// Present once uninstalled.
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    uninstalled_at: Option<Timestamp>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    erase_at: Option<Timestamp>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    newest_callback: Option<Timestamp>,
    callbacks_seen: Vec<String>,
    /// The keys of the index of what is due. Only a tenant that was removed is in it, until it is erased.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    due: Option<String>,
    #[serde(
        with = "record::optional_time",
        skip_serializing_if = "Option::is_none",
        default
    )]
    due_at: Option<Timestamp>,
}

impl ReadTenants for Store {
    async fn tenant(&self, key: &TenantKey) -> Result<Option<Tenant>, StoreError> {
        let pk = keys::tenant(key);
        let wanted = [keys::TENANT, keys::RULES].map(|sk| (pk.clone(), sk.to_owned()));
        let mut found = self.read_all(wanted).await?;
        let record: Option<Record> = found.take(keys::TENANT)?;
        let rules: Option<rules::Record> = found.take(keys::RULES)?;
        record.map(|record| record.tenant(key, rules)).transpose()
    }
}

impl WriteTenants for Store {
    async fn write_tenant(&self, tenant: &Tenant, replaces: Option<u64>) -> Result<(), WriteError> {
        let record = Record::of(tenant);
        let written = match replaces {
            None => self.put_new(record).await?,
            Some(generation) => {
                self.put_if(
                    record,
                    "generation = :replaces",
                    Some((":replaces", generation)),
                )
                .await?
            }
        };
        match written {
            Written::Yes => Ok(()),
            Written::No => Err(WriteError::Changed),
        }
    }

    async fn note_enabled(
        &self,
        key: &TenantKey,
        enabled: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(key)))
            .key(keys::SK, AttributeValue::S(keys::TENANT.into()))
            .update_expression("SET enabled = :enabled, enabledNotedAt = :at")
            .condition_expression(
                "attribute_exists(credentials) AND newestCallback <= :at \
                 AND (attribute_not_exists(enabledNotedAt) OR enabledNotedAt <= :at)",
            )
            .expression_attribute_values(":enabled", AttributeValue::Bool(enabled))
            .expression_attribute_values(":at", AttributeValue::N(at.as_millisecond().to_string()));
        match update.send().await {
            Ok(_) => Ok(()),
            // A newer note, or a newer install, has said it already.
            Err(error) if update_condition_failed(&error) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn note_app_account(
        &self,
        key: &TenantKey,
        generation: u64,
        account: &AccountId,
    ) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(keys::PK, AttributeValue::S(keys::tenant(key)))
            .key(keys::SK, AttributeValue::S(keys::TENANT.into()))
            .update_expression("SET appAccount = :account")
            .condition_expression("generation = :generation")
            .expression_attribute_values(":account", AttributeValue::S(account.to_string()))
            .expression_attribute_values(":generation", AttributeValue::N(generation.to_string()));
        match update.send().await {
            Ok(_) => Ok(()),
            // Installed anew meanwhile: it is asked again.
            Err(error) if update_condition_failed(&error) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

impl Record {
    fn of(tenant: &Tenant) -> Self {
        let (credentials, enabled, removed) = match &tenant.state {
            TenantState::Installed {
                credentials,
                enabled,
            } => (Some(credentials.0.clone()), *enabled, None),
            TenantState::Uninstalled { at, erase_at } => (None, false, Some((*at, *erase_at))),
        };
        Self {
            pk: keys::tenant(&tenant.key),
            sk: keys::TENANT.into(),
            site: tenant.site.to_string(),
            display_site: tenant.display_site.as_ref().map(Url::to_string),
            generation: tenant.generation,
            installation: tenant.installation,
            app_account: tenant.app_account.clone(),
            credentials,
            enabled,
            uninstalled_at: removed.map(|(at, _)| at),
            erase_at: removed.map(|(_, erase_at)| erase_at),
            newest_callback: tenant.callbacks.newest(),
            callbacks_seen: tenant.callbacks.seen().to_vec(),
            due: removed.map(|_| keys::REMOVED.into()),
            due_at: removed.map(|(_, erase_at)| erase_at),
        }
    }

    pub(super) fn tenant(
        self,
        key: &TenantKey,
        rules: Option<rules::Record>,
    ) -> Result<Tenant, StoreError> {
        let decided = rules.map(rules::Record::decided).transpose()?;
        let (policy, pause) = decided.unwrap_or_default();
        let state = match (self.credentials, self.uninstalled_at, self.erase_at) {
            (Some(credentials), None, None) => TenantState::Installed {
                credentials: SealedCredentials(credentials),
                enabled: self.enabled,
            },
            (None, Some(at), Some(erase_at)) => TenantState::Uninstalled { at, erase_at },
            _ => return Err(unreadable("a tenant is neither installed nor uninstalled")),
        };
        Ok(Tenant {
            key: key.clone(),
            site: Url::parse(&self.site).map_err(unreadable)?,
            display_site: self
                .display_site
                .as_deref()
                .map(Url::parse)
                .transpose()
                .map_err(unreadable)?,
            state,
            generation: self.generation,
            installation: self.installation,
            app_account: self.app_account,
            callbacks: Callbacks::stored(self.newest_callback, self.callbacks_seen),
            policy,
            pause,
        })
    }
}

fn update_condition_failed<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error
        .as_service_error()
        .is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
