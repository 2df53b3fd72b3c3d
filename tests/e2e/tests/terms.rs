//! What people can agree to: access, time, the notice and its purpose; and what a renewal is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::Timestamp;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::RunResult;
use onbehalf_tests::{NOTICE, Person, Reply, World};
use serde_json::{Value, json};

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

async fn wish(person: &Person<'_>, changes: Value) -> Reply {
    let mut wish = json!({"access": "readWrite", "days": 30, "notice": NOTICE});
    for (name, value) in changes.as_object().unwrap() {
        wish[name] = value.clone();
    }
    wish.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    person.put("/api/consent", &wish).await
}

#[tokio::test]
async fn a_consent_can_last_until_a_time_within_the_policy() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let now = world.clock.epoch_seconds();
    let at = |seconds: i64| Timestamp::from_second(now + seconds).unwrap().to_string();
    let until = async |until: &str| wish(&alice, json!({"days": null, "until": until})).await;

    for seconds in [3600, 86_400 * 90] {
        let consent = until(&at(seconds)).await;
        assert!([200, 201].contains(&consent.status));
        assert_eq!(consent.json()["expiresAt"], at(seconds));
    }
    let before = world.table().await;
    for (wrong, problem) in [
        (at(3599), "too-soon"),
        (at(-1), "too-soon"),
        ("1970-01-01T00:00:00Z".into(), "too-soon"),
        ("-009999-01-01T00:00:00Z".into(), "unacceptable"),
        (at(86_400 * 90 + 1), "too-long-a-time"),
        ("9999-12-30T00:00:00Z".into(), "too-long-a-time"),
        ("tomorrow".into(), "unacceptable"),
        ("2026-12-24".into(), "unacceptable"),
        (String::new(), "unacceptable"),
    ] {
        assert_eq!(until(&wrong).await.problem(422), problem, "{wrong}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_consent_says_for_three_days_that_it_ends_soon() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("read", 4).await.expect(201);
    assert_eq!(alice.consent().await.get("endsSoon"), None);
    world.clock.advance_seconds(86_400);
    assert_eq!(alice.consent().await["endsSoon"], true);
    world.clock.advance_seconds(3 * 86_400);
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "expired");
    assert_eq!(consent["endedBecause"], "expired");
    assert_eq!(consent.get("endsSoon"), None);
}

#[tokio::test]
async fn a_renewal_supersedes_what_was_there_and_nothing_else() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let first = alice.allow("readWrite", 30).await.expect(201);
    world.clock.advance_seconds(60);
    let second = wish(
        &alice,
        json!({"renews": first["id"], "access": "read", "days": 7}),
    )
    .await
    .expect(200);
    assert_ne!(second["id"], first["id"]);
    assert_eq!(second["access"], "read");

    // Whoever renews what is no longer there, or never was theirs, changes nothing.
    let ada = world.as_person("ada");
    let hers = ada.allow("read", 7).await.expect(201);
    let before = world.table().await;
    for old in [&first["id"], &hers["id"]] {
        let reply = wish(&alice, json!({"renews": old})).await;
        assert_eq!(reply.problem(409), "not-the-current-consent");
    }
    assert!(world.table().await == before);
    alice.revoke().await.expect(200);
    let reply = wish(&alice, json!({"renews": second["id"]})).await;
    assert_eq!(
        reply.problem(409),
        "not-the-current-consent",
        "it has ended"
    );
    let again = wish(&alice, json!({})).await.expect(201);
    assert_eq!(again["state"], "active");
}

#[tokio::test]
async fn narrowing_counts_at_once_and_leaves_no_wider_token() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
    let account = alice.account_id();
    assert_eq!(
        world
            .table()
            .await
            .of(&account)
            .filter(|row| is_token(row))
            .count(),
        1
    );
    alice.allow("read", 30).await.expect(200);
    assert_eq!(alice.run().await["reason"]["code"], "consent-read-only");
    assert_eq!(
        world
            .table()
            .await
            .of(&account)
            .filter(|row| is_token(row))
            .count(),
        0
    );
}

fn is_token(row: &onbehalf_tests::Row) -> bool {
    row["sk"].as_s().is_ok_and(|sk| sk.starts_with("token#"))
}

#[tokio::test]
async fn a_changed_purpose_asks_again_unless_the_operator_keeps_the_old_notice() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let purpose =
        r#"{"en": "It writes your weekly report.", "de": "Es schreibt Ihren Wochenbericht."}"#;

    let keeping = world.instance_with(&[
        ("ONBEHALF_PURPOSE", purpose),
        ("ONBEHALF_NOTICES_KEPT", NOTICE),
    ]);
    assert_eq!(
        keeping.run(&world.run_due_in("alice", 0)).await.unwrap(),
        Ran::Ended(RunResult::Done)
    );

    let asking = world.instance_with(&[("ONBEHALF_PURPOSE", purpose)]);
    assert_eq!(
        asking.run(&world.run_due_in("alice", 1)).await.unwrap(),
        Ran::Ended(RunResult::Refused)
    );
    assert_eq!(
        alice.last_run().await["reason"]["code"],
        "consent-invalidated-notice"
    );
    let url = asking.serve().await;
    let there = || world.as_person("alice").at(&url);
    let consent = there().consent().await;
    assert_eq!(consent["state"], "invalidated");
    assert_eq!(consent["endedBecause"], "noticeChanged");

    // The notice that was read before is not the one to agree to now.
    let reply = there().allow("readWrite", 30).await;
    assert_eq!(reply.problem(409), "notice-replaced");
    let texts = there().get("/api/texts/de").await.expect(200);
    assert_eq!(
        texts["notice"]["purpose"],
        "Es schreibt Ihren Wochenbericht."
    );
    let version = &texts["notice"]["version"];
    assert_ne!(*version, NOTICE);
    let agreed = wish(&there(), json!({"notice": version, "language": "de"}))
        .await
        .expect(201);
    assert_eq!(agreed["language"], "de");
    let receipt = there().get("/api/consent/receipt").await.expect(200);
    let processing = &receipt["pii_processing"];
    assert_eq!(
        processing["purposes"][0]["purpose"],
        "Es schreibt Ihren Wochenbericht."
    );
    assert_eq!(processing["language"], "de");
    // And the process of before does not take the new agreement for its own.
    assert_eq!(alice.consent().await["endedBecause"], "noticeChanged");
    assert!(time(&agreed["expiresAt"]) > time(&agreed["grantedAt"]));
}
