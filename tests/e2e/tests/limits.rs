//! A site's limits are kept by all processes together: one that asks to be left alone is, and others are not held up.

use std::ops::RangeInclusive;

use confluence_simulator::people::ALICE;
use confluence_simulator::{Call, Effect, Fault, Limits, Simulator, TenantLimits};
use jiff::SignedDuration;
use onbehalf::capabilities::store::KeepPace;
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::pace::Pace;
use onbehalf_tests::paths::{COMMENTS, TOKEN, USERS};
use onbehalf_tests::wish::{TEAM_PAGE, comment, commenting, id, wish};
use onbehalf_tests::{Sent, World, at_once};
use serde_json::{Value, json};

fn calls(site: &Simulator) -> usize {
    site.calls()
        .filter(|call: &Call| call.path.starts_with("/wiki/"))
        .len()
}

fn refused(site: &Simulator) -> usize {
    site.calls().filter(|call| call.status == Some(429)).len()
}

#[tokio::test]
async fn a_site_that_asks_to_be_left_alone_is_left_alone_by_every_process() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let (hers, adas) = (
        alice.make(&commenting("Hers")).await,
        ada.make(&commenting("Ada's")).await,
    );
    let (one, another) = (world.worker(), world.worker());
    let busy = Fault::on("POST", COMMENTS).too_many_requests(120);
    world.site.faults().add(busy.once());
    let first = world.due(&hers);
    assert_eq!(one.take(&first).await, "waiting: rate-limited");

    let before = (calls(&world.site), world.site.exchanges().all().len());
    let held = world.due(&adas);
    for worker in [&one, &another] {
        assert_eq!(worker.take(&held).await, "heldBack");
    }
    world.clock.advance_seconds(119);
    assert_eq!(another.take(&held).await, "heldBack");
    let after = (calls(&world.site), world.site.exchanges().all().len());
    assert_eq!(after, before, "nothing at all is asked of it");
    assert!(
        ada.runs(id(&adas)).await.is_empty(),
        "what is held back is no run yet"
    );

    let of_first = one.sent().unwrap();
    assert_eq!(
        (of_first.message, of_first.after.as_secs()),
        (first.clone(), 120)
    );
    let Sent { message, after } = one.sent().unwrap();
    assert!(spread_after(120).contains(&after.as_secs()), "{after:?}");
    assert_eq!(message, held.held_back(None));
    world.clock.advance_seconds(1);
    assert_eq!(one.take(&message).await, "done");
    assert_eq!(one.take(&first).await, "done");
    assert_eq!(ada.runs(id(&adas)).await.len(), 1);
}

#[tokio::test]
async fn one_site_that_is_blocked_holds_up_no_other() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let here = alice.make(&commenting("Here")).await;
    // There the app acts as itself, for which it needs no token.
    let there = world.as_person_of(&other, "ada");
    there.allow("readWrite", 30).await.expect(201);
    let mut fallback = wish("There", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let made_there = there.add(&fallback).await.expect(201);
    there.revoke().await.expect(200);

    let busy = Fault::on("POST", COMMENTS).too_many_requests(600);
    world.site.faults().add(busy.once());
    let worker = world.worker();
    assert_eq!(
        worker.take(&world.due(&here)).await,
        "waiting: rate-limited"
    );
    world.clock.advance_seconds(1);
    let tenant = other.installations()[0].client_key.clone();
    let bodies = [world.due(&here), world.due_in(&tenant, &made_there)];
    let taken = at_once(bodies.iter().map(|message| worker.take(message))).await;
    assert_eq!(taken, ["heldBack", "done"]);
}

#[tokio::test]
async fn what_the_app_itself_asks_counts_too() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    world
        .site
        .faults()
        .add(Fault::on("POST", USERS).too_many_requests(60).once());
    let (one, another) = (world.worker(), world.worker());
    let message = world.due(&made);
    assert_eq!(one.take(&message).await, "waiting: rate-limited");
    world.clock.advance_seconds(1);
    assert_eq!(another.take(&world.due(&made)).await, "heldBack");
    world.clock.advance_seconds(59);
    assert_eq!(one.take(&message).await, "done");
}

#[tokio::test]
async fn while_the_authorization_server_asks_to_be_left_alone_no_process_asks_it() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = alice.make(&commenting("Hers")).await;
    let adas = ada.make(&commenting("Ada's")).await;
    let (one, another) = (world.worker(), world.worker());
    // Its word is followed for an hour at most.
    for (asked, followed) in [(120, 120), (1_000_000, 3600)] {
        let busy = Fault::on("POST", TOKEN).too_many_requests(asked);
        world.site.faults().add(busy.once());
        let taken = one.take(&world.due(&hers)).await;
        assert_eq!(taken, "waiting: rate-limited", "{asked}");
        let asked_before = world.site.exchanges().all().len();
        world.clock.advance_seconds(followed - 1);
        let message = world.due(&adas);
        assert_eq!(another.take(&message).await, "heldBack", "{asked}");
        assert_eq!(world.site.exchanges().all().len(), asked_before);
        world.clock.advance_seconds(1);
        assert_eq!(another.take(&message).await, "done", "{asked}");
    }
}

/// Two calls were on the wire, and the later answer says less.
#[tokio::test]
async fn a_short_block_does_not_end_a_long_one() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    let (of, now) = (world.subject(ALICE), world.clock.now());
    for seconds in [120, 5] {
        let pace = Pace {
            blocked_until: Some(now + SignedDuration::from_secs(seconds)),
            slow: None,
        };
        let noted = world.app.store().slow_down(&of.tenant, &pace).await;
        noted.expect("the table can be written");
    }
    let worker = world.worker();
    world.clock.advance_seconds(119);
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "heldBack");
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&message).await, "done");
}

#[tokio::test]
async fn a_site_that_does_not_say_for_how_long_is_left_alone_for_a_moment() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    let busy = Fault::on("POST", COMMENTS).respond(429, Value::Null);
    world.site.faults().add(busy.once());
    let worker = world.worker();
    assert_eq!(
        worker.take(&world.due(&made)).await,
        "waiting: rate-limited"
    );
    world.clock.advance_seconds(4);
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "heldBack");
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&message).await, "done");
}

#[tokio::test]
async fn a_site_s_word_is_followed_for_an_hour_at_most() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    let busy = Fault::on("POST", COMMENTS).too_many_requests(1_000_000);
    world.site.faults().add(busy.once());
    let worker = world.worker();
    assert_eq!(
        worker.take(&world.due(&made)).await,
        "waiting: rate-limited"
    );
    world.clock.advance_seconds(3599);
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "heldBack");
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&message).await, "done");
}

#[tokio::test]
async fn near_the_limit_runs_keep_their_distance_before_they_are_refused() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    // A run takes two points: so this one is nearly used up with the eighth.
    let tenant = world.installation().client_key;
    let limits = TenantLimits {
        points_per_hour: Some(40),
        ..TenantLimits::default()
    };
    world.site.set_tenant_limits(&tenant, Some(limits));
    let (one, another) = (world.worker(), world.worker());
    let mut near = Vec::new();
    for message in world.due_before(&made, 30) {
        match &*one.take(&message).await {
            "done" => assert!(near.is_empty(), "{near:?}"),
            "heldBack" => near.push(message),
            other => panic!("{other}"),
        }
    }
    assert_eq!(refused(&world.site), 0);
    let done = alice.runs(id(&made)).await.len();
    assert!((15..20).contains(&done), "{done}");
    assert_eq!(near.len(), 30 - done);
    // Each has a slot of its own, also with another process.
    let mut slots: Vec<_> = std::iter::from_fn(|| one.sent())
        .map(|sent| sent.after)
        .collect();
    let later = world.due(&made);
    assert_eq!(
        another.take(&later.clone().asked()).await,
        "nothing",
        "it is done"
    );
    let mut new = later;
    new.due += jiff::SignedDuration::from_millis(1);
    assert_eq!(another.take(&new).await, "heldBack");
    slots.push(another.sent().unwrap().after);
    let gap = slots[1] - slots[0];
    assert!(gap.as_secs() >= 2, "{slots:?}");
    assert!(slots.is_sorted_by(|a, b| *b - *a == gap), "{slots:?}");
}

#[tokio::test]
async fn who_had_a_slot_goes_when_its_time_has_come() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    let runs = world.due_before(&made, 4);
    // The first is told how near it is. The next takes the first slot, and those after it wait.
    let expected = ["done", "done", "heldBack", "heldBack"];
    for (message, expected) in runs.iter().zip(expected) {
        assert_eq!(worker.take(message).await, expected);
    }
    let (third, fourth) = (worker.sent().unwrap(), worker.sent().unwrap());
    // 600 seconds for ten points, of which a run takes five.
    assert_eq!((third.after.as_secs(), fourth.after.as_secs()), (60, 120));
    assert_eq!(alice.runs(id(&made)).await.len(), 2);
    for slot in [third, fourth] {
        world.clock.advance_seconds(60);
        assert_eq!(slot.message.held, 1);
        assert_eq!(worker.take(&slot.message).await, "done");
    }
    assert_eq!(worker.sent(), None);
}

#[tokio::test]
async fn a_slot_that_comes_soon_is_waited_for() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    near_limit(&world, 3000, 600);
    let worker = world.worker();
    for message in world.due_before(&made, 4) {
        assert_eq!(worker.take(&message).await, "done");
    }
    let waits: Vec<_> = world
        .clock
        .waits()
        .iter()
        .map(|wait| wait.as_secs())
        .collect();
    assert_eq!(waits, [0, 1, 2]);
    assert_eq!(worker.sent(), None);
}

#[tokio::test]
async fn once_the_site_counts_anew_nobody_waits_any_more() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    for (message, expected) in world
        .due_before(&made, 3)
        .iter()
        .zip(["done", "done", "heldBack"])
    {
        assert_eq!(worker.take(message).await, expected);
    }
    world.site.faults().clear();
    world.clock.advance_seconds(600);
    for message in world.due_before(&made, 3) {
        assert_eq!(worker.take(&message).await, "done");
    }
}

#[tokio::test]
async fn a_slot_is_kept_for_longer_than_a_queue_keeps_messages() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    near_limit(&world, 10, 3600);
    let worker = world.worker();
    for message in world.due_before(&made, 20) {
        worker.take(&message).await;
    }
    assert_eq!(alice.runs(id(&made)).await.len(), 2);
    let last = std::iter::from_fn(|| worker.sent()).last().unwrap();
    assert_eq!(last.after.as_secs(), 18 * 60);
    // SQS keeps nothing for longer than a quarter of an hour.
    world.clock.advance_seconds(15 * 60);
    assert_eq!(worker.take(&last.message).await, "heldBack");
    let again = worker.sent().unwrap();
    assert_eq!(again.after.as_secs(), 3 * 60);
    assert_eq!(again.message.slot, last.message.slot, "it takes no other");
    world.clock.advance_seconds(3 * 60);
    assert_eq!(worker.take(&again.message).await, "done");
}

#[tokio::test]
async fn after_a_block_runs_keep_their_distance_again() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    let [first, second, third, fourth] = &world.due_before(&made, 4)[..] else {
        panic!("four messages")
    };
    assert_eq!(worker.take(first).await, "done");
    world.site.faults().clear();
    let busy = Fault::on("POST", COMMENTS).too_many_requests(90);
    world.site.faults().add(busy.once());
    assert_eq!(worker.take(second).await, "waiting: rate-limited");
    worker.sent().unwrap();
    let mut held = Vec::new();
    for message in [third, fourth] {
        assert_eq!(worker.take(message).await, "heldBack");
        let sent = worker.sent().unwrap();
        assert!(spread_after(90).contains(&sent.after.as_secs()), "{sent:?}");
        assert_eq!(sent.message.slot, None);
        held.push(sent.message);
    }
    world.clock.advance_seconds(90);
    assert_eq!(worker.take(&held[0]).await, "done");
    assert_eq!(worker.take(&held[1]).await, "heldBack");
    assert_eq!(worker.sent().unwrap().after.as_secs(), 60);
}

/// Those whom a block held back come back one after the other, within ten seconds.
fn spread_after(seconds: u64) -> RangeInclusive<u64> {
    seconds..=seconds + 10
}

/// From now on the site says with each comment that so many points are left for so many seconds.
fn near_limit(world: &World, points: u32, seconds: u32) {
    let mut near = Fault::on("POST", COMMENTS).after().respond(200, json!({}));
    if let Effect::Respond { headers, .. } = &mut near.effect {
        headers.insert("X-RateLimit-NearLimit".into(), "true".into());
        let limit = format!("\"tenant-app-quota\";r={points};t={seconds}");
        headers.insert("RateLimit".into(), limit);
    }
    world.site.faults().add(near);
}

#[tokio::test]
async fn a_site_that_used_up_its_quota_is_not_called_until_it_has_one_again() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    world.site.set_limits(Limits {
        rest_points_per_hour: 1,
        ..Limits::default()
    });
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: rate-limited");
    let run = alice.runs(id(&made)).await.swap_remove(0);
    assert_eq!(run["againAt"], "2026-11-22T09:00:00Z");
    let before = calls(&world.site);
    world.clock.advance_seconds(1800);
    assert_eq!(worker.take(&world.due(&made)).await, "heldBack");
    assert_eq!(calls(&world.site), before);
    world.site.set_limits(Limits::default());
    world.clock.advance_seconds(1800);
    assert_eq!(worker.take(&message).await, "done");
}
