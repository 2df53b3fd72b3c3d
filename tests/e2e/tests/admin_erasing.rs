//! What admins decided and did is of the tenant, and goes with it; an ask is of the person, and goes with them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::AccountState;
use confluence_simulator::people::{ADA, ALICE};
use onbehalf::capabilities::store::{Erase, Erased};
use onbehalf::domain::ids::TenantKey;
use onbehalf_tests::{Row, Table, World};
use serde_json::json;

/// What is beside the tenant, by the beginning of its key.
fn beside(table: &Table, begin: &str) -> Vec<Row> {
    let rows = table.rows().iter();
    rows.filter(|row| {
        let (pk, sk) = (row["pk"].as_s().unwrap(), row["sk"].as_s().unwrap());
        pk.starts_with("tenant#") && sk.starts_with(begin)
    })
    .cloned()
    .collect()
}

/// A site whose admins made a policy, paused everything, asked Alice, and did 250 things beside. Then they removed the app,
/// and its time is over.
async fn removed_world() -> World {
    let world = World::start().await;
    let ada = world.as_person("ada");
    ada.change_policy(&json!({"longestDays": 7}))
        .await
        .expect(200);
    ada.pause_all("An incident.").await.expect(200);
    ada.ask(&[ALICE], "Please.").await.expect(200);
    let entries = beside(&world.table().await, "audit#");
    world
        .put_copies(&entries[0], 250, |number, row| {
            let sk = format!("audit#{number:015}#copy");
            row.insert("sk".into(), AttributeValue::S(sk));
        })
        .await;
    world.clock.advance_seconds(1);
    world.uninstall().await;
    world.clock.advance_days(30);
    world
}

#[tokio::test]
async fn a_removed_site_s_policy_pause_and_record_go_with_it() {
    let world = removed_world().await;
    let table = world.table().await;
    assert_eq!(beside(&table, "audit#").len(), 253);
    assert_eq!(beside(&table, "rules").len(), 1);
    assert!(table.holds(ALICE), "who is asked");
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert!(table.rows().is_empty(), "{table:?}");

    world.install().await;
    let ada = world.as_person("ada");
    let policy = ada.get("/api/admin/policy").await.expect(200);
    assert_eq!(policy, onbehalf_tests::usual_policy());
    let overview = ada.get("/api/admin/overview").await.expect(200);
    assert_eq!(overview.get("pause"), None);
    assert!(ada.all("/api/admin/audit").await.is_empty());
    assert!(ada.all("/api/admin/asks").await.is_empty());
}

#[tokio::test]
async fn a_site_that_is_installed_again_while_its_record_goes_keeps_its_policy() {
    // Alice goes in two steps, the record in three, and then the rest at once.
    for steps in 0..6 {
        let world = removed_world().await;
        let database = world.holding_database(steps).await;
        let instance = world.instance_on(database.aws());
        let between = async {
            database.arrived().await;
            world.install().await;
            let installed = world.table().await;
            database.release();
            installed
        };
        let (swept, installed) = tokio::join!(instance.sweep(), between);
        swept.unwrap();
        let table = world.table().await;
        assert!(table == installed, "after {steps} steps");
        assert_eq!(beside(&table, "rules").len(), 1, "after {steps} steps");
        let ada = world.as_person("ada");
        let policy = ada.get("/api/admin/policy").await.expect(200);
        assert_eq!(policy["longestDays"], 7, "after {steps} steps");
        let overview = ada.get("/api/admin/overview").await.expect(200);
        assert_eq!(overview["pause"]["reason"], "An incident.");
    }
}

#[tokio::test]
async fn a_record_that_is_killed_while_it_goes_is_gone_on_with() {
    let world = removed_world().await;
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    let mut left = 253;
    for steps in [3, 1] {
        database.conflict_after(steps, u32::MAX);
        instance.sweep().await.unwrap_err();
        let still = beside(&world.table().await, "audit#").len();
        assert!(still < left && still > 0, "{still} of {left}");
        assert_eq!(beside(&world.table().await, "rules").len(), 1);
        left = still;
    }
    database.conflict(0);
    instance.sweep().await.unwrap();
    assert!(world.table().await.rows().is_empty());
    let key = TenantKey::parse("a-tenant-that-never-was").unwrap();
    let nothing = world.app.store().erase_tenant(&key, 1).await.unwrap();
    assert_eq!(nothing, Erased::Everything);
}

#[tokio::test]
async fn who_is_only_asked_is_reported_and_erased_like_anybody() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    ada.ask(&[ALICE, ADA], "Please.").await.expect(200);
    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let reports = world.site.reports().all();
    let mut reported: Vec<_> = reports.iter().map(|report| &*report.account_id).collect();
    reported.sort_unstable();
    assert_eq!(reported, [ADA, ALICE]);

    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(table.of(ALICE).count(), 0, "{table:?}");
    assert_eq!(table.of(ADA).count(), 2);
    // That somebody was asked stays on record.
    assert_eq!(beside(&table, "audit#").len(), 2);
    let asks = ada.get("/api/admin/asks").await.expect(200);
    assert_eq!(asks["items"].as_array().unwrap().len(), 1);
}
