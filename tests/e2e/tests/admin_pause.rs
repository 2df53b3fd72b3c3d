//! One switch of the admins stops everything that is done as anybody, and lets it go on.

use std::time::Duration;

use confluence_simulator::Fault;
use confluence_simulator::people::{ADA, ALICE};
use onbehalf::use_cases::fresh_tenant::TENANT_FRESH_FOR;
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, request, wish, wish_at};
use onbehalf_tests::{World, at_once};
use serde_json::{Value, json};

const PAUSED: &str = "refused: paused-by-admin";

/// How much is in the site, and how often a token was asked for.
fn done_in(world: &World) -> (usize, usize) {
    let contents = world.site.contents().len();
    (contents, world.site.exchanges().all().len())
}

#[tokio::test]
async fn once_a_pause_is_answered_nothing_is_done_anywhere() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let mut fallback = wish("By the app", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let by_app = ada.make(&fallback).await;
    ada.revoke().await.expect(200);
    // Processes that know the tenant, the person and her token.
    let workers = [world.worker(), world.worker()];
    for worker in &workers {
        world.clock.advance_seconds(1);
        for schedule in [&hers, &by_app] {
            assert_eq!(worker.take(&world.due(schedule)).await, "done");
        }
    }
    let waits = world.clock.waits().len();
    let pause = ada.pause_all("  An incident. ").await.expect(200);
    assert_eq!(pause["reason"], "An incident.");
    assert_eq!(pause["by"]["name"], "Ada Admin");
    // A run may know the tenant for so long.
    let fresh_for = Duration::try_from(TENANT_FRESH_FOR).unwrap();
    assert_eq!(world.clock.waits()[waits..], [fresh_for]);

    let before = done_in(&world);
    for seconds in [1, 86_400] {
        world.clock.advance_seconds(seconds);
        for worker in &workers {
            world.clock.advance_seconds(1);
            for schedule in [&hers, &by_app] {
                assert_eq!(worker.take(&world.due(schedule)).await, PAUSED);
            }
        }
    }
    // What the timer asks for, too.
    let soon = wish_at("Soon", "rate(1 minute)", "UTC", comment(TEAM_PAGE));
    let soon = alice.make(&soon).await;
    world.clock.advance_seconds(60);
    world.clock.tick().await;
    world.app.idle().await;
    let runs = alice.runs(id(&soon)).await;
    assert_eq!(runs[0]["reason"]["code"], "paused-by-admin", "{runs:?}");
    assert_eq!(runs[0]["result"], "refused");
    assert!(
        runs[0]["reason"]["detail"]
            .as_str()
            .unwrap()
            .contains("An incident.")
    );
    assert_eq!(done_in(&world), before);
    assert_eq!(alice.activity().await.len(), 2);

    ada.delete("/api/admin/pause").await.expect(204);
    world.clock.advance_seconds(1);
    for schedule in [&hers, &by_app] {
        assert_eq!(workers[1].take(&world.due(schedule)).await, "done");
    }
}

#[tokio::test]
async fn what_is_under_way_makes_no_call_after_the_answer() {
    for path in ["/wiki/api/v2/users-bulk", "/oauth2/token"] {
        let world = World::with_consents().await;
        let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
        let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
        let fault = Fault::on("POST", path).once().hold();
        let held = world.site.faults().add(fault);
        let worker = world.worker();
        let message = world.due(&hers);
        let meanwhile = async {
            held.arrived().await;
            ada.pause_all("An incident.").await.expect(200);
            // The second for which the answer was kept back.
            world.clock.advance_seconds(1);
            held.release();
        };
        let before = world.site.contents().len();
        let (ran, ()) = tokio::join!(worker.take(&message), meanwhile);
        assert!(ran.ends_with(": paused-by-admin"), "{path}: {ran}");
        assert_eq!(world.site.contents().len(), before);
        assert!(alice.calls_as_them().is_empty(), "{path}");
        let run = alice.runs(id(&hers)).await.swap_remove(0);
        assert_eq!(run["reason"]["code"], "paused-by-admin", "{path}: {run}");
        assert_ne!(run["result"], "unknown");
        let schedule = alice.schedule(id(&hers)).await;
        assert_eq!(schedule["state"], "active");
    }
}

#[tokio::test]
async fn a_run_that_waits_to_be_tried_again_is_not() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let spaces = request("GET", "/wiki/api/v2/spaces", &Value::Null);
    let hers = alice.make(&wish("Hers", spaces)).await;
    let down = Fault::on("GET", "/wiki/api/v2/spaces").respond(503, Value::Null);
    world.site.faults().add(down.once());
    let worker = world.worker();
    let message = world.due(&hers);
    assert_eq!(worker.take(&message).await, "waiting: confluence-down");
    let again = worker.sent().unwrap();
    ada.pause_all("An incident.").await.expect(200);
    world.clock.advance_seconds(3600);
    let calls = alice.calls_as_them().len();
    assert_eq!(worker.take(&again.message).await, PAUSED);
    assert_eq!(alice.calls_as_them().len(), calls);
    assert_eq!(worker.sent(), None, "nor later");
    ada.delete("/api/admin/pause").await.expect(204);
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&again.message).await, "nothing");
    assert_eq!(worker.take(&world.due(&hers)).await, "done");
}

#[tokio::test]
async fn schedules_do_not_pause_themselves_because_everything_pauses() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let worker = world.worker();
    ada.pause_all("An incident.").await.expect(200);
    for _ in 0..12 {
        world.clock.advance_days(1);
        assert_eq!(worker.take(&world.due(&hers)).await, PAUSED);
    }
    let schedule = alice.schedule(id(&hers)).await;
    assert_eq!(schedule["state"], "active", "{schedule}");
    let overview = ada.get("/api/admin/overview").await.expect(200);
    assert_eq!(overview["failing"], json!([]));
    ada.delete("/api/admin/pause").await.expect(204);
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&world.due(&hers)).await, "done");
}

#[tokio::test]
async fn other_sites_go_on() {
    let (world, other) = World::with_another_site().await;
    let mut schedules = Vec::new();
    for site in [&world.site, &other] {
        let ada = world.as_person_of(site, "ada");
        ada.allow("readWrite", 90).await.expect(201);
        // As itself: only the first site has an authorization server that knows its people.
        let mut fallback = wish("Note", comment(TEAM_PAGE));
        fallback["fallback"] = json!("app");
        schedules.push(ada.make(&fallback).await);
        ada.revoke().await.expect(200);
    }
    let here = world.as_person("ada");
    here.pause_all("An incident.").await.expect(200);
    world.clock.advance_seconds(1);
    let tenant = other.installation("onbehalf").unwrap().client_key;
    let worker = world.worker();
    let messages = [
        world.due(&schedules[0]),
        world.due_in(&tenant, &schedules[1]),
    ];
    let ran = at_once(messages.iter().map(|message| worker.take(message))).await;
    assert_eq!(ran, [PAUSED, "done"]);
    let there = world.as_person_of(&other, "ada");
    let overview = there.get("/api/admin/overview").await.expect(200);
    assert_eq!(overview.get("pause"), None);
}

#[tokio::test]
async fn everybody_sees_who_paused_everything_when_and_why() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    assert_eq!(world.page_state("alice").await.get("pause"), None);
    ada.pause_all("An incident.").await.expect(200);
    let pause = json!({
        "by": {"accountId": ADA, "name": "Ada Admin"},
        "at": "2026-11-22T08:00:00Z",
        "reason": "An incident.",
    });
    let overview = ada.get("/api/admin/overview").await.expect(200);
    let on_page = world.page_state("alice").await["pause"].take();
    for mut shown in [overview["pause"].clone(), on_page] {
        let by = shown["by"].as_object_mut().unwrap();
        assert!(by.remove("avatar").is_some());
        assert_eq!(shown, pause);
    }
    // Nobody's consent ends by it, and it can be taken back meanwhile.
    assert_eq!(alice.consent().await["state"], "active");
    let reply = alice.post("/api/schedules/daily-note/run").await;
    assert_eq!(reply.problem(409), "paused");
    assert_eq!(alice.schedule("daily-note").await.get("lastRun"), None);
    alice.revoke().await.expect(200);
    alice.allow("readWrite", 7).await.expect(201);

    ada.delete("/api/admin/pause").await.expect(204);
    assert_eq!(world.page_state("alice").await.get("pause"), None);
    let overview = ada.get("/api/admin/overview").await.expect(200);
    assert_eq!(overview.get("pause"), None);
    assert_eq!(alice.run().await["result"], "done");
    let entries = ada.all("/api/admin/audit").await;
    let did: Vec<_> = entries.iter().map(|entry| entry["did"].clone()).collect();
    assert!(did.contains(&json!({"kind": "paused", "reason": "An incident."})));
    assert!(did.contains(&json!({"kind": "liftedPause"})));
    assert_eq!(did.len(), 2);
}

#[tokio::test]
async fn of_two_admins_at_once_one_pauses_and_one_lifts() {
    let world = World::with_consents().await;
    world.set_admin("alice", true);
    let (ada, alice) = (world.as_person("ada"), world.as_person("alice"));
    let replies = at_once([ada.pause_all("Ada's."), alice.pause_all("Alice's.")]).await;
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    let (who, reason, late) = match statuses[..] {
        [200, 409] => (ADA, "Ada's.", &replies[1]),
        [409, 200] => (ALICE, "Alice's.", &replies[0]),
        _ => panic!("{statuses:?}"),
    };
    assert_eq!(late.problem(409), "changed");
    let pause = ada.get("/api/admin/overview").await.expect(200)["pause"].take();
    assert_eq!(
        (&pause["by"]["accountId"], &pause["reason"]),
        (&json!(who), &json!(reason))
    );
    // Whoever comes later does not take its place either.
    world.clock.advance_seconds(1);
    assert_eq!(ada.pause_all("Again.").await.problem(409), "changed");

    let lifts = [
        ada.delete("/api/admin/pause"),
        alice.delete("/api/admin/pause"),
    ];
    let mut statuses: Vec<_> = at_once(lifts).await.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409]);
    assert_eq!(ada.all("/api/admin/audit").await.len(), 2);
    for wrong in [
        json!({"reason": " "}),
        json!({"reason": "x".repeat(501)}),
        json!({}),
    ] {
        let reply = ada.put("/api/admin/pause", &wrong).await;
        assert_eq!(reply.problem(422), "unacceptable", "{wrong:.40}");
    }
}

#[tokio::test]
async fn a_pause_outlives_a_removal() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    ada.pause_all("An incident.").await.expect(200);
    world.clock.advance_seconds(1);
    world.uninstall().await;
    world.clock.advance_seconds(1);
    world.install().await;
    alice.allow("readWrite", 7).await.expect(201);
    assert_eq!(world.worker().take(&world.due(&hers)).await, PAUSED);
}
