//! Creating the table, from the one definition that the AWS template uses too: infra/table.json.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexDescription, GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType,
    Projection, ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use serde::Deserialize;

use super::store::{unavailable, unreadable};
use crate::capabilities::store::StoreError;

const DEFINITION: &str = include_str!("../../../../infra/table.json");

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Definition {
    billing_mode: String,
    attribute_definitions: Vec<Attribute>,
    key_schema: Vec<Key>,
    global_secondary_indexes: Vec<Index>,
    time_to_live_specification: TimeToLive,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Attribute {
    attribute_name: String,
    attribute_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Key {
    attribute_name: String,
    key_type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Index {
    index_name: String,
    key_schema: Vec<Key>,
    projection: IndexProjection,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct IndexProjection {
    projection_type: String,
    #[serde(default)]
    non_key_attributes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TimeToLive {
    attribute_name: String,
    enabled: bool,
}

/// Creates the table. One that is there already keeps what is in it, and gets the indexes that it lacks, if an older version
/// made it.
pub async fn create_table(client: &Client, name: &str) -> Result<(), StoreError> {
    let definition: Definition = serde_json::from_str(DEFINITION).map_err(unreadable)?;
    let indexes = definition.global_secondary_indexes.iter();
    let indexes: Result<_, _> = indexes.map(Index::build).collect();
    let create = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::from(definition.billing_mode.as_str()))
        .set_attribute_definitions(Some(definition.attributes()?))
        .set_key_schema(Some(keys(&definition.key_schema).map_err(unreadable)?))
        .set_global_secondary_indexes(Some(indexes.map_err(unreadable)?));
    match create.send().await {
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            return add_missing_indexes(client, name, &definition).await;
        }
        Err(error) => return Err(unavailable(error)),
    }
    let time_to_live = TimeToLiveSpecification::builder()
        .attribute_name(definition.time_to_live_specification.attribute_name)
        .enabled(definition.time_to_live_specification.enabled)
        .build()
        .map_err(unreadable)?;
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(time_to_live)
        .send()
        .await
        .map_err(unavailable)?;
    Ok(())
}

/// DynamoDB adds one index at a time.
async fn add_missing_indexes(
    client: &Client,
    name: &str,
    definition: &Definition,
) -> Result<(), StoreError> {
    let answer = client.describe_table().table_name(name).send().await;
    let table = answer.map_err(unavailable)?.table;
    let there: BTreeSet<_> = table
        .iter()
        .flat_map(|table| table.global_secondary_indexes())
        .filter_map(GlobalSecondaryIndexDescription::index_name)
        .collect();
    for index in &definition.global_secondary_indexes {
        if there.contains(index.index_name.as_str()) {
            continue;
        }
        let create = CreateGlobalSecondaryIndexAction::builder()
            .index_name(&index.index_name)
            .set_key_schema(Some(keys(&index.key_schema).map_err(unreadable)?))
            .projection(index.projection.build())
            .build()
            .map_err(unreadable)?;
        let update = GlobalSecondaryIndexUpdate::builder().create(create).build();
        client
            .update_table()
            .table_name(name)
            .set_attribute_definitions(Some(definition.attributes()?))
            .global_secondary_index_updates(update)
            .send()
            .await
            .map_err(unavailable)?;
        tracing::info!(index.name = index.index_name, "the table got an index");
    }
    Ok(())
}

impl Definition {
    fn attributes(&self) -> Result<Vec<AttributeDefinition>, StoreError> {
        let attributes = self.attribute_definitions.iter().map(Attribute::build);
        attributes.collect::<Result<_, _>>().map_err(unreadable)
    }
}

impl Attribute {
    fn build(&self) -> Result<AttributeDefinition, BuildError> {
        AttributeDefinition::builder()
            .attribute_name(&self.attribute_name)
            .attribute_type(ScalarAttributeType::from(self.attribute_type.as_str()))
            .build()
    }
}

impl Index {
    fn build(&self) -> Result<GlobalSecondaryIndex, BuildError> {
        GlobalSecondaryIndex::builder()
            .index_name(&self.index_name)
            .set_key_schema(Some(keys(&self.key_schema)?))
            .projection(self.projection.build())
            .build()
    }
}

impl IndexProjection {
    fn build(&self) -> Projection {
        Projection::builder()
            .projection_type(ProjectionType::from(self.projection_type.as_str()))
            .set_non_key_attributes(self.non_key_attributes.clone())
            .build()
    }
}

fn keys(keys: &[Key]) -> Result<Vec<KeySchemaElement>, BuildError> {
    keys.iter()
        .map(|key| {
            KeySchemaElement::builder()
                .attribute_name(&key.attribute_name)
                .key_type(KeyType::from(key.key_type.as_str()))
                .build()
        })
        .collect()
}
