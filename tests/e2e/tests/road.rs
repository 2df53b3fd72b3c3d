//! The main road: install, consent, run, see, take back. And where it ends for who has not consented, or not enough.

use confluence_simulator::Scope;
use confluence_simulator::people::{ADA, ALICE};
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::RunResult;
use onbehalf_tests::{NOTICE, World};
use serde_json::json;

#[tokio::test]
async fn a_person_consents_and_is_acted_for_until_they_take_it_back() {
    let world = World::start().await;
    let alice = world.as_person("alice");

    assert_eq!(
        alice.consent().await,
        json!({"state": "none", "notice": NOTICE})
    );
    let schedules = alice.schedules().await;
    assert_eq!(schedules.len(), 1);
    assert_eq!(schedules[0]["id"], "daily-note");
    assert_eq!(schedules[0]["accountId"], ALICE);
    assert_eq!(schedules[0].get("lastRun"), None);

    let run = alice.run().await;
    assert_eq!(run["result"], "refused");
    assert_eq!(run["reason"]["code"], "no-consent");
    assert!(world.site.exchanges().all().is_empty());
    assert!(alice.calls_as_them().is_empty());
    assert!(alice.activity().await.is_empty());

    let consent = alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(consent["state"], "active");
    assert_eq!(consent["access"], "readWrite");
    assert_eq!(consent["grantedAt"], "2026-11-22T08:00:01Z");
    assert_eq!(consent["expiresAt"], "2026-12-22T08:00:01Z");
    assert_eq!(consent["notice"], NOTICE);
    assert_eq!(consent, alice.consent().await);

    let run = alice.run().await;
    assert_eq!(run["result"], "done");
    let [page] = &alice.new_pages()[..] else {
        panic!("not exactly one page: {:?}", alice.new_pages())
    };
    assert_eq!(page.title, "Daily note, 22 November 2026, 08:00:02");
    let [call] = &alice.calls_as_them()[..] else {
        panic!("not exactly one call: {:?}", alice.calls_as_them())
    };
    assert_eq!((&*call.method, &*call.path), ("POST", "/wiki/api/v2/pages"));
    assert_eq!(call.caller, format!("user:{ALICE}"));
    assert_eq!(call.scopes, [Scope::Read, Scope::Write]);

    let [act] = &alice.activity().await[..] else {
        panic!("not exactly one act")
    };
    assert_eq!(act["id"], run["id"]);
    assert_eq!(act["outcome"], "done");
    assert_eq!(act["status"], 200);
    assert_eq!(
        act["what"],
        "Create the page “Daily note, 22 November 2026, 08:00:02”"
    );
    let link = act["link"].as_str().unwrap();
    assert!(link.starts_with(world.site.base_url()), "{link}");
    assert!(link.ends_with(&page.id), "{link}");
    assert_eq!(run["link"], link);

    let renewed = alice.allow("readWrite", 7).await.expect(200);
    assert_eq!(renewed["expiresAt"], "2026-11-29T08:00:02Z");

    let revoked = alice.revoke().await.expect(200);
    assert_eq!(revoked["state"], "revoked");
    assert_eq!(revoked["endedAt"], "2026-11-22T08:00:02Z");
    let run = alice.run().await;
    assert_eq!(run["result"], "refused");
    assert_eq!(run["reason"]["code"], "consent-revoked");
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(alice.activity().await.len(), 1);
}

#[tokio::test]
async fn a_revoke_can_be_repeated_and_needs_nothing_to_take_back() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    assert_eq!(alice.revoke().await.expect(200)["state"], "none");
    alice.allow("read", 1).await.expect(201);
    let revoked = alice.revoke().await.expect(200);
    world.clock.advance_seconds(60);
    assert_eq!(alice.revoke().await.expect(200), revoked);
}

#[tokio::test]
async fn after_a_revoke_a_new_consent_is_new() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    alice.revoke().await.expect(200);
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn a_consent_to_read_does_not_cover_writing() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("read", 30).await.expect(201);
    let run = alice.run().await;
    assert_eq!(run["result"], "refused");
    assert_eq!(run["reason"]["code"], "consent-read-only");
    assert!(world.site.exchanges().all().is_empty());
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn less_access_counts_from_the_next_act_on_whatever_token_is_at_hand() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
    alice.allow("read", 30).await.expect(200);
    assert_eq!(alice.run().await["reason"]["code"], "consent-read-only");
    assert_eq!(alice.calls_as_them().len(), 1);
}

#[tokio::test]
async fn a_consent_ends_at_its_time_to_the_second() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 1).await.expect(201);

    world.clock.advance_seconds(24 * 3600 - 2);
    assert_eq!(alice.run().await["result"], "done");
    assert_eq!(alice.consent().await["state"], "active");

    // One second later, which is what a run takes.
    let run = alice.run().await;
    assert_eq!(run["reason"]["code"], "consent-expired");
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "expired");
    assert_eq!(consent["endedAt"], "2026-11-23T08:00:00Z");
    assert_eq!(alice.calls_as_them().len(), 1);

    alice.allow("readWrite", 1).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn the_sweep_writes_down_that_a_consent_has_ended() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    world
        .as_person("ada")
        .allow("readWrite", 90)
        .await
        .expect(201);
    world.clock.advance_days(31);
    assert!(!format!("{:?}", world.table().await).contains("expired"));

    world.clock.tick().await;

    let table = world.table().await;
    let state = &table.row(ALICE, "consent")["state"];
    assert_eq!(state.as_s().unwrap(), "expired");
    let event = table.row(ALICE, "event#0000000002");
    assert!(event["event"].as_s().unwrap().contains("expired"));
    let state = &table.row(ADA, "consent")["state"];
    assert_eq!(state.as_s().unwrap(), "active");
    // When it ended is when its time was over, not when that was noticed.
    assert_eq!(alice.consent().await["endedAt"], "2026-12-22T08:00:00Z");
}

#[tokio::test]
async fn the_timer_runs_a_schedule_once_when_it_is_due() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    world.clock.tick().await;
    world.app.idle().await;
    assert!(alice.new_pages().is_empty());

    world.clock.advance_seconds(3600);
    for _ in 0..3 {
        world.clock.tick().await;
        world.app.idle().await;
        assert_eq!(alice.new_pages().len(), 1);
    }
    assert_eq!(alice.last_run().await["due"], "2026-11-22T09:00:00Z");
}

#[tokio::test]
async fn a_person_without_a_space_of_their_own_is_told_so() {
    let world = World::start().await;
    let bob = confluence_simulator::Person::ordinary("bob", "712020:b0b", "Bob Example");
    world.site.people().add(bob).unwrap();
    let bob = world.as_person("bob");
    bob.allow("readWrite", 30).await.expect(201);
    let run = bob.run().await;
    assert_eq!(run["result"], "failed");
    assert_eq!(run["reason"]["code"], "no-space");
    assert!(bob.calls_as_them().is_empty());
}

#[tokio::test]
async fn nobody_sees_or_uses_what_is_somebody_elses() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 30).await.expect(201);
    alice.run().await;

    assert_eq!(ada.consent().await["state"], "none");
    assert!(ada.activity().await.is_empty());
    let schedules = ada.schedules().await;
    assert_eq!(schedules.len(), 1);
    assert_eq!(schedules[0]["accountId"], ADA);
    assert_eq!(schedules[0].get("lastRun"), None);
    assert_eq!(ada.run().await["reason"]["code"], "no-consent");
    ada.revoke().await.expect(200);

    assert_eq!(alice.consent().await["state"], "active");
    assert_eq!(alice.activity().await.len(), 1);
    assert!(ada.calls_as_them().is_empty());
}

#[tokio::test]
async fn the_same_account_in_another_site_is_somebody_else() {
    let (world, other) = World::with_another_site().await;
    let here = world.as_person("alice");
    let there = world.as_person_of(&other, "alice");
    assert_eq!(here.account_id(), there.account_id());
    here.allow("readWrite", 30).await.expect(201);
    here.run().await;

    assert_eq!(there.consent().await["state"], "none");
    assert!(there.activity().await.is_empty());
    assert_eq!(there.schedules().await[0].get("lastRun"), None);
    assert_eq!(there.run().await["reason"]["code"], "no-consent");
    assert!(there.calls_as_them().is_empty());
    assert!(other.exchanges().all().is_empty());
    there.revoke().await.expect(200);

    assert_eq!(here.consent().await["state"], "active");
    assert_eq!(here.run().await["result"], "done");
}

#[tokio::test]
async fn a_page_of_the_activity_is_no_longer_than_asked_for_and_leads_to_the_next() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let instance = world.instance();
    for _ in 0..5 {
        world.clock.advance_seconds(1);
        let run = world.run_due_in("alice", 0);
        assert_eq!(
            instance.run(&run).await.unwrap(),
            Ran::Ended(RunResult::Done)
        );
    }
    let mut seen = Vec::new();
    let mut path = "/api/consent/activity?limit=2".to_owned();
    let pages = loop {
        let page = alice.get(&path).await.expect(200);
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|act| act["startedAt"].to_string()));
        match page["next"].as_str() {
            Some(next) => {
                path = format!(
                    "/api/consent/activity?limit=2&cursor={}",
                    next.replace('#', "%23")
                );
            }
            None => break seen.len(),
        }
    };
    assert_eq!(pages, 5);
    assert!(seen.is_sorted_by(|newer, older| newer > older), "{seen:?}");
    for bad in [
        "limit=0",
        "limit=101",
        "cursor=x",
        "cursor=",
        "limit=2&limit=3",
        "page=2",
    ] {
        let reply = alice.get(&format!("/api/consent/activity?{bad}")).await;
        assert!(
            [400, 422].contains(&reply.status),
            "{bad}: {}",
            reply.status
        );
        reply.problem(reply.status);
    }
}

#[tokio::test]
async fn only_ones_own_schedules_can_be_run() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    for id in [
        "nightly-note",
        "daily-note%23",
        "..%2Fdaily-note",
        "%00",
        "a%20b",
    ] {
        let reply = alice.post(&format!("/api/schedules/{id}/run")).await;
        assert_eq!(reply.problem(404), "no-such-schedule", "{id}");
    }
}
