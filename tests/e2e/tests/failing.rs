//! A schedule that keeps failing pauses, and says why.

use confluence_simulator::Fault;
use onbehalf_tests::World;
use onbehalf_tests::paths::{COMMENTS, USERS};
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, wish};
use serde_json::{Value, json};

#[tokio::test]
async fn a_schedule_that_keeps_failing_pauses_and_says_why() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment("404404"))).await;
    for _ in 0..2 {
        assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
        world.clock.advance_seconds(60);
        assert_eq!(alice.schedule(id(&made)).await["state"], "active");
    }
    assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(
        (&paused["state"], &paused["nextRuns"]),
        (&json!("paused"), &json!([]))
    );
    assert_eq!(paused["pausedBecause"]["code"], "not-found");
    assert_eq!(
        paused["pausedBecause"],
        alice.newest_run(&made).await["reason"]
    );
    assert_eq!(
        paused["version"], made["version"],
        "its person changed nothing"
    );

    // Nothing runs any more, not even what was asked for before.
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&made)).await, "nothing");
    world.clock.advance_days(1);
    world.clock.tick().await;
    world.app.idle().await;
    assert_eq!(alice.runs(id(&made)).await.len(), 3);

    let resumed = alice.change(id(&made), json!({"state": "active"})).await;
    let resumed = resumed.expect(200);
    assert_eq!(
        (&resumed["state"], resumed.get("pausedBecause")),
        (&json!("active"), None)
    );
    for expected in ["active", "active", "paused"] {
        world.clock.advance_seconds(60);
        assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
        assert_eq!(alice.schedule(id(&made)).await["state"], expected);
    }
}

#[tokio::test]
async fn a_success_forgets_the_failures_before_it() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    for expected in ["failed", "failed", "done", "failed", "failed", "done"] {
        if expected == "failed" {
            let gone = Fault::on("POST", COMMENTS).respond(404, Value::Null);
            world.site.faults().add(gone.once());
        }
        world.clock.advance_seconds(60);
        let taken = worker.take(&world.due(&made)).await;
        assert!(taken.starts_with(expected), "{taken}");
        assert_eq!(alice.schedule(id(&made)).await["state"], "active");
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_given_ten_runs() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let down = Fault::on("POST", USERS).respond(500, Value::Null);
    world.site.faults().add(down);
    for number in 1..=10 {
        let message = world.due(&made);
        for _ in 0..3 {
            assert_eq!(worker.take(&message).await, "waiting: confluence-down");
            // A run that waits is not one that came to nothing.
            world.clock.advance_seconds(700);
        }
        assert_eq!(
            alice.schedule(id(&made)).await["state"],
            "active",
            "{number}"
        );
        assert_eq!(worker.take(&message).await, "failed: confluence-down");
        let expected = if number < 10 { "active" } else { "paused" };
        assert_eq!(
            alice.schedule(id(&made)).await["state"],
            expected,
            "{number}"
        );
        world.clock.advance_seconds(60);
    }
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(paused["pausedBecause"]["code"], "confluence-down");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn a_schedule_whose_consent_has_ended_pauses_too() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    alice.revoke().await.expect(200);
    for _ in 0..3 {
        world.clock.advance_seconds(60);
        assert_eq!(
            worker.take(&world.due(&made)).await,
            "refused: consent-revoked"
        );
    }
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(paused["pausedBecause"]["code"], "consent-revoked");
    let resume = alice.change(id(&made), json!({"state": "active"})).await;
    assert_eq!(resume.problem(403), "no-consent-for-schedule");
    alice.allow("readWrite", 30).await.expect(201);
    alice
        .change(id(&made), json!({"state": "active"}))
        .await
        .expect(200);
    assert_eq!(
        worker.take(&world.due(&made).asked()).await,
        "nothing",
        "that run is over"
    );
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
}
