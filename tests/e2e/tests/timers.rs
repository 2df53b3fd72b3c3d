//! The timer that asks for the runs of schedules: it asks when it should, and what it lacks is mended.

use std::sync::Arc;

use confluence_simulator::AccountState;
use confluence_simulator::people::ALICE;
use onbehalf::domain::timer::Drift;
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, wish, wish_at};
use onbehalf_tests::{TimerIsDown, World, timer};
use serde_json::json;

#[tokio::test]
async fn the_timer_runs_a_rate_from_when_it_was_made_and_misses_none() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    world.tick().await;
    world.clock.advance_seconds(10);
    let quarterly = wish_at("Note", "rate(15 minutes)", "UTC", comment(TEAM_PAGE));
    let made = alice.make(&quarterly).await;
    assert_eq!(made["nextRuns"][0], "2026-11-22T08:15:10Z");
    let due_until_now = async || {
        let runs = alice.runs(id(&made)).await;
        let mut due: Vec<_> = runs
            .iter()
            .map(|run| run["due"].as_str().unwrap().to_owned())
            .collect();
        due.reverse();
        due
    };
    world.clock.advance_seconds(5);
    world.tick().await;
    assert!(due_until_now().await.is_empty(), "made is not due");
    world.clock.advance_seconds(14 * 60 + 54);
    world.tick().await;
    assert!(due_until_now().await.is_empty(), "a second too early");
    world.clock.advance_seconds(1);
    world.tick().await;
    assert_eq!(due_until_now().await, ["2026-11-22T08:15:10Z"]);
    // A jump.
    world.clock.advance_seconds(40 * 60);
    world.tick().await;
    let all = [
        "2026-11-22T08:15:10Z",
        "2026-11-22T08:30:10Z",
        "2026-11-22T08:45:10Z",
    ];
    assert_eq!(due_until_now().await, all);
    world.tick().await;
    assert_eq!(due_until_now().await, all);
    assert_eq!(world.comments_of(ALICE).len(), 3);
}

#[tokio::test]
async fn a_schedule_for_one_time_runs_then_and_never_again() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let once = wish_at(
        "Once",
        "at(2026-11-22T10:30:00)",
        "Europe/Berlin",
        comment(TEAM_PAGE),
    );
    let made = alice.make(&once).await;
    assert_eq!(made["nextRuns"], json!(["2026-11-22T09:30:00Z"]));
    world.clock.advance_seconds(90 * 60);
    world.tick().await;
    let runs = alice.runs(id(&made)).await;
    assert_eq!(
        (runs.len(), &runs[0]["due"]),
        (1, &json!("2026-11-22T09:30:00Z"))
    );
    assert_eq!(alice.schedule(id(&made)).await["nextRuns"], json!([]));
    world.clock.advance_days(2);
    world.tick().await;
    assert_eq!(alice.runs(id(&made)).await.len(), 1);
    // Its time is over, so it cannot go on.
    alice
        .change(id(&made), json!({"state": "paused"}))
        .await
        .expect(200);
    let resume = alice.change(id(&made), json!({"state": "active"})).await;
    assert_eq!(resume.problem(422), "unacceptable");
}

#[tokio::test]
async fn other_times_are_the_timer_s_at_once() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let set = timer(&made, "2026-11-22T08:00:00Z");
    assert_eq!(world.drift(&made, Some(&set)).await, Drift::None);
    world.clock.advance_seconds(60);
    let when = json!({"expression": "cron(0 12 * * ? *)", "timeZone": "Asia/Tokyo"});
    let changed = alice
        .change(id(&made), json!({"when": when}))
        .await
        .expect(200);
    assert_eq!(changed["nextRuns"][0], "2026-11-23T03:00:00Z");
    let set = timer(&changed, "2026-11-22T08:01:00Z");
    assert_eq!(world.drift(&made, Some(&set)).await, Drift::None);
    // A new name is nothing to the timer.
    world.clock.advance_seconds(60);
    alice
        .change(id(&made), json!({"title": "Lunch"}))
        .await
        .expect(200);
    assert_eq!(world.drift(&made, Some(&set)).await, Drift::None);
}

#[tokio::test]
async fn what_somebody_did_to_a_timer_is_mended_within_a_day() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let yearly = wish_at("Note", "cron(0 9 1 1 ? *)", "UTC", comment(TEAM_PAGE));
    let (lost, moved) = (
        alice.make(&yearly).await,
        world.as_person("ada").make(&yearly).await,
    );
    let right = timer(&lost, "2026-11-22T08:00:00Z");
    let mut wrong = right.clone();
    wrong.when.expression = "rate(1 minute)".into();
    assert_eq!(world.drift(&lost, None).await, Drift::Extra);
    assert_eq!(world.drift(&moved, Some(&wrong)).await, Drift::Different);

    world.clock.advance_seconds(24 * 3600 + 60);
    world.tick().await;
    for schedule in [&lost, &moved] {
        assert_eq!(world.drift(schedule, Some(&right)).await, Drift::None);
    }
}

#[tokio::test]
async fn what_the_timer_could_not_be_told_the_next_sweep_tells_it() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let yearly = wish_at("Note", "cron(0 9 1 1 ? *)", "UTC", comment(TEAM_PAGE));
    let known = alice.make(&yearly).await;
    let deleted = alice.make(&wish("Deleted", comment(TEAM_PAGE))).await;
    // A process whose timer is down.
    let other = world.instance().with_timers(Arc::new(TimerIsDown));
    let at_other = world.as_person("alice").at(&other.serve().await);
    let added = at_other.make(&wish("Added", comment(TEAM_PAGE))).await;
    at_other
        .change(id(&known), json!({"state": "paused"}))
        .await
        .expect(200);
    at_other.delete_schedule(id(&deleted)).await.expect(204);
    // What the person wanted stands.
    assert_eq!(alice.schedule(id(&known)).await["state"], "paused");
    assert_eq!(alice.schedules().await.len(), 3);
    for message in [world.due(&deleted), world.due(&deleted).asked()] {
        assert_eq!(world.worker().take(&message).await, "nothing");
    }

    world.tick().await;
    let set = timer(&added, "2026-11-22T08:00:00Z");
    assert_eq!(world.drift(&added, Some(&set)).await, Drift::None);
    assert_eq!(world.drift(&known, None).await, Drift::None);
    assert_eq!(world.drift(&deleted, None).await, Drift::None);
    assert!(!world.table().await.holds(id(&deleted)));
    world.clock.advance_seconds(3600);
    world.tick().await;
    assert_eq!(alice.runs(id(&added)).await[0]["result"], "done");
}

#[tokio::test]
async fn with_a_person_s_data_their_timers_go() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let yearly = wish_at("Note", "cron(0 9 1 7 ? *)", "UTC", comment(TEAM_PAGE));
    let (hers, adas) = (alice.make(&yearly).await, ada.make(&yearly).await);
    let asked_before = world.due(&hers);
    world.clock.advance_days(7);
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    world.tick().await;

    let table = world.table().await;
    assert!(!table.holds(ALICE), "{table:?}");
    assert_eq!(world.drift(&hers, None).await, Drift::None);
    let kept = timer(&adas, "2026-11-22T08:00:00Z");
    assert_eq!(world.drift(&adas, Some(&kept)).await, Drift::None);
    // A message that is still on its way brings nobody back.
    assert_eq!(world.worker().take(&asked_before).await, "nothing");
    assert!(world.table().await == table);
}

#[tokio::test]
async fn while_the_timer_is_down_nobody_is_erased_whose_timers_it_has() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let yearly = wish_at("Note", "cron(0 9 1 7 ? *)", "UTC", comment(TEAM_PAGE));
    let made = alice.make(&yearly).await;
    world.clock.advance_days(7);
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let other = world.instance().with_timers(Arc::new(TimerIsDown));
    other.sweep().await.unwrap_err();
    assert!(world.table().await.holds(id(&made)), "it says which timers");
    world.tick().await;
    assert!(!world.table().await.holds(ALICE));
    assert_eq!(world.drift(&made, None).await, Drift::None);
}
