//! The receipt of a consent: a record after ISO/IEC TS 27560 that only its own person gets, and only of a whole log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::types::AttributeValue;
use onbehalf_tests::World;
use serde_json::{Value, json};

fn states(receipt: &Value) -> Vec<&str> {
    let events = receipt["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| event["event_state"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_receipt_tells_the_whole_story_of_an_agreement() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let reply = alice.get("/api/consent/receipt").await;
    assert_eq!(
        reply.problem(404),
        "no-receipt",
        "nothing was agreed to yet"
    );

    let first = alice.allow("readWrite", 30).await.expect(201);
    world.clock.advance_seconds(60);
    let second = alice.allow("read", 7).await.expect(200);
    world.clock.advance_seconds(60);
    alice.revoke().await.expect(200);

    let reply = alice.get("/api/consent/receipt").await;
    assert_eq!(
        reply.header("content-disposition"),
        "attachment; filename=\"onbehalf-receipt.json\""
    );
    assert_eq!(reply.header("cache-control"), "no-cache, no-store");
    let newest = reply.expect(200);
    assert_eq!(newest["header"]["record_id"], second["id"]);
    assert_eq!(newest["header"]["pii_principal_id"], alice.account_id());
    assert_eq!(states(&newest), ["RenewedConsentGiven", "ConsentWithdrawn"]);
    assert_eq!(newest["pii_processing"]["purposes"][0]["access"], "read");
    assert_eq!(
        newest["pii_processing"]["privacy_notice"]["version"],
        first["notice"]
    );
    assert_eq!(
        newest["party_identification"][0]["party_role"],
        "pii_controller"
    );

    let id = first["id"].as_str().unwrap();
    let path = format!("/api/consent/receipt?id={id}");
    let superseded = alice.get(&path).await.expect(200);
    assert_eq!(superseded["header"]["record_id"], first["id"]);
    assert_eq!(states(&superseded), ["ConsentGiven", "ConsentSuperseded"]);
    assert_eq!(
        alice.get(&path).await.expect(200),
        superseded,
        "it is the same for ever"
    );
}

#[tokio::test]
async fn an_end_that_nobody_wrote_down_is_in_the_receipt() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let consent = alice.allow("read", 1).await.expect(201);
    world.clock.advance_seconds(2 * 86_400);
    let receipt = alice.get("/api/consent/receipt").await.expect(200);
    assert_eq!(states(&receipt), ["ConsentGiven", "ConsentExpired"]);
    assert_eq!(receipt["events"][1]["event_time"], consent["expiresAt"]);
}

#[tokio::test]
async fn nobody_gets_the_receipt_of_somebody_else() {
    let (world, other) = World::with_another_site().await;
    let [alice, ada] = ["alice", "ada"].map(|name| world.as_person(name));
    let hers = ada.allow("read", 7).await.expect(201);
    let elsewhere = world.as_person_of(&other, "alice");
    let elsewhere_id = elsewhere.allow("read", 7).await.expect(201);
    alice.allow("read", 7).await.expect(201);
    for id in [&hers["id"], &elsewhere_id["id"]] {
        let path = format!("/api/consent/receipt?id={}", id.as_str().unwrap());
        assert_eq!(alice.get(&path).await.problem(404), "no-receipt");
    }
    for (query, status) in [
        ("id=", 404),
        ("id=1%20or%201", 404),
        ("accountId=557058:someone-else", 400),
    ] {
        let reply = alice.get(&format!("/api/consent/receipt?{query}")).await;
        assert_eq!(reply.status, status, "{query}");
    }
}

#[tokio::test]
async fn a_log_that_was_altered_is_not_certified() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("read", 7).await.expect(201);
    let table = world.table().await;
    let event = table.row(&alice.account_id(), "event#");
    let text = event["event"]
        .as_s()
        .unwrap()
        .replace("\"read\"", "\"readWrite\"");
    world
        .database()
        .update_item()
        .table_name("onbehalf")
        .key("pk", event["pk"].clone())
        .key("sk", event["sk"].clone())
        .update_expression("SET event = :event")
        .expression_attribute_values(":event", AttributeValue::S(text))
        .send()
        .await
        .unwrap();
    let reply = alice.get("/api/consent/receipt").await;
    assert_eq!(reply.problem(500), "log-altered");
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (world, other) = World::with_another_site().await;
    let [alice, ada] = ["alice", "ada"].map(|name| world.as_person(name));
    for person in [&alice, &ada] {
        person.allow("readWrite", 30).await.expect(201);
        for _ in 0..3 {
            assert_eq!(person.run().await["result"], "done");
        }
    }
    let first = alice.get("/api/consent/activity?limit=2").await.expect(200);
    let cursor = first["next"].as_str().unwrap();
    let path = format!("/api/consent/activity?cursor={cursor}");
    let second = alice.get(&path).await.expect(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second.get("next"), None);

    let elsewhere = world.as_person_of(&other, "alice");
    for stranger in [&ada, &elsewhere] {
        assert_eq!(stranger.get(&path).await.problem(422), "unacceptable");
    }
    let forged = cursor.replacen('.', ".x", 1);
    for bad in ["", "0", "..", "a.b.c", &forged] {
        let path = format!("/api/consent/activity?cursor={bad}");
        assert_eq!(alice.get(&path).await.problem(422), "unacceptable", "{bad}");
    }
    assert_eq!(
        first["items"][0]["did"],
        json!({"kind": "createPage", "title": first["items"][0]["what"]
        .as_str().unwrap().trim_start_matches("Create the page “").trim_end_matches('”')})
    );
}
