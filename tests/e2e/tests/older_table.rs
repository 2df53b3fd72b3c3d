//! A table that an older version made: what it lacks is said, and added without a loss.

use aws_sdk_dynamodb::types::{
    DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, Projection,
};
use onbehalf::adapters::dynamodb::create_table;
use onbehalf_tests::{TABLE, World};

const INDEX: &str = "listed";
const CONSENTS: &str = "/api/admin/consents";

async fn remove_index(world: &World) {
    let delete = DeleteGlobalSecondaryIndexAction::builder()
        .index_name(INDEX)
        .build()
        .expect("it has a name");
    let update = world.database().update_table().table_name(TABLE);
    update
        .global_secondary_index_updates(
            GlobalSecondaryIndexUpdate::builder().delete(delete).build(),
        )
        .send()
        .await
        .expect("the index is removed");
}

/// Of each index, its name and what it holds.
async fn indexes(world: &World) -> Vec<(String, Projection)> {
    let describe = world.database().describe_table().table_name(TABLE);
    let table = describe.send().await.expect("there is a table").table;
    let indexes = table
        .expect("it is described")
        .global_secondary_indexes
        .unwrap_or_default();
    let mut indexes: Vec<_> = indexes
        .into_iter()
        .map(|index| {
            let name = index.index_name.expect("an index has a name");
            (name, index.projection.expect("an index holds something"))
        })
        .collect();
    indexes.sort_by(|one, other| one.0.cmp(&other.0));
    indexes
}

#[tokio::test]
async fn a_table_of_an_older_version_gets_what_it_lacks_and_loses_nothing() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("read", 30).await.expect(201);
    let listed = ada.get(CONSENTS).await.expect(200);
    let (made, before) = (indexes(&world).await, world.table().await);
    remove_index(&world).await;

    // Only what needs the index fails, and it does not pass by itself: nobody is told to wait.
    assert_eq!(ada.get(CONSENTS).await.problem(500), "internal");
    assert_eq!(alice.consent().await["state"], "active");

    for _ in 0..2 {
        create_table(&world.database(), TABLE)
            .await
            .expect("the index is added");
        assert_eq!(indexes(&world).await, made);
    }
    assert!(world.table().await == before);
    assert_eq!(ada.get(CONSENTS).await.expect(200), listed);
}
