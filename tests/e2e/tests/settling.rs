//! Whoever looked says how a run of unknown outcome ended.

use confluence_simulator::Fault;
use confluence_simulator::people::ALICE;
use onbehalf_tests::paths::{COMMENTS, TOKEN};
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, wish};
use onbehalf_tests::{Reply, Worker, World, at_once};
use serde_json::{Value, json};

/// A run of Alice's whose outcome is unknown.
async fn unknown_run(world: &World, worker: &Worker, schedule: &Value) -> Value {
    let lost = Fault::on("POST", COMMENTS).after().reset();
    world.site.faults().add(lost.once());
    let taken = worker.take(&world.due(schedule)).await;
    assert_eq!(taken, "unknown: outcome-unknown");
    world.as_person("alice").newest_run(schedule).await
}

#[tokio::test]
async fn whoever_looked_says_how_a_run_of_unknown_outcome_ended() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    for (done, ended) in [(true, "done"), (false, "failed")] {
        world.clock.advance_seconds(60);
        let unknown = unknown_run(&world, &worker, &made).await;
        assert_eq!(unknown.get("settled"), None);
        let act_before = alice.activity().await.swap_remove(0);
        world.clock.advance_seconds(600);
        let settled = alice.settle(&unknown, done).await.expect(200);
        assert_eq!(
            (&settled["result"], &settled["settled"]),
            (&json!(ended), &json!(true))
        );
        assert_eq!((settled.get("reason"), settled.get("link")), (None, None));
        assert_eq!(alice.newest_run(&made).await, settled);
        let act = alice.activity().await.swap_remove(0);
        assert_eq!(
            (&act["outcome"], &act["settled"]),
            (&json!(ended), &json!(true))
        );
        assert_eq!(act["finishedAt"], act_before["finishedAt"]);
        // It stays so, whoever asks.
        for again in [true, false] {
            let reply = alice.settle(&unknown, again).await;
            assert_eq!(reply.problem(409), "run-not-unknown");
        }
        assert_eq!(alice.newest_run(&made).await, settled);
        let mut message = world.due(&made);
        message.due = unknown["due"].as_str().unwrap().parse().unwrap();
        assert_eq!(worker.take(&message).await, "nothing");
    }
    assert_eq!(world.comments_of(ALICE).len(), 2);
}

#[tokio::test]
async fn what_a_process_left_behind_that_died_can_be_settled() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let message = world.due(&made);
    let worker = world.worker();
    let held = world.site.faults().add(Fault::on("POST", TOKEN).hold());
    tokio::select! {
        taken = worker.take(&message) => panic!("{taken}"),
        () = held.arrived() => {}
    }
    // Here it dies. For as long as an act may take, nobody can say.
    let started = alice.newest_run(&made).await;
    assert_eq!(started["result"], "started");
    assert_eq!(
        alice.settle(&started, true).await.problem(409),
        "run-not-unknown"
    );
    world.clock.advance_seconds(11);
    assert_eq!(alice.newest_run(&made).await["result"], "unknown");
    let settled = alice.settle(&started, false).await.expect(200);
    assert_eq!(settled["result"], "failed");
    assert_eq!(alice.activity().await[0]["settled"], true);
    assert_eq!(world.worker().take(&message).await, "nothing");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn of_two_who_settle_a_run_at_once_one_does() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let unknown = unknown_run(&world, &world.worker(), &made).await;
    let replies = at_once([true, false].map(|done| alice.settle(&unknown, done))).await;
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let answered = replies.into_iter().find(|reply| reply.status == 200);
    assert_eq!(
        answered.map(|reply| reply.json()),
        Some(alice.newest_run(&made).await)
    );
}

#[tokio::test]
async fn nobody_settles_what_is_known_or_somebody_elses() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let worker = world.worker();
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let unknown = unknown_run(&world, &worker, &made).await;
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let done = alice.newest_run(&made).await;
    let failing = alice.make(&wish("Note", comment("404404"))).await;
    assert_eq!(worker.take(&world.due(&failing)).await, "failed: not-found");
    let failed = alice.newest_run(&failing).await;
    let before = world.table().await;

    for known in [&done, &failed] {
        assert_eq!(
            alice.settle(known, true).await.problem(409),
            "run-not-unknown"
        );
    }
    assert_eq!(ada.settle(&unknown, true).await.problem(404), "no-such-run");
    let run = id(&unknown);
    let other = id(&failing);
    for path in [
        format!("{}/runs/{}.1", id(&made), id(&made)),
        format!("{}/runs/{}", id(&made), id(&made)),
        format!("{other}/runs/{run}"),
        format!("daily-note/runs/{run}"),
        format!("{}/runs/{run}0", id(&made)),
        format!("{}/runs/{run}%23x", id(&made)),
        format!("{}/runs/{}.now", id(&made), id(&made)),
        format!("{}/runs/{}.99999999999999999999", id(&made), id(&made)),
    ] {
        let path = format!("/api/schedules/{path}/settle");
        let request = alice.request(http::Method::POST, &path);
        let reply: Reply = world.send(request.json(&json!({"done": true}))).await;
        assert_eq!(reply.problem(404), "no-such-run", "{path}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_run_without_an_act_has_nothing_to_settle() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    alice.revoke().await.expect(200);
    let taken = world.worker().take(&world.due(&made)).await;
    assert_eq!(taken, "refused: consent-revoked");
    let refused = alice.newest_run(&made).await;
    assert_eq!(
        alice.settle(&refused, true).await.problem(404),
        "no-such-run"
    );
}
