//! A site's limits are kept by all processes together: one that asks to be left alone is, and others are not held up; and
//! one token serves all who act as a person.

use std::ops::RangeInclusive;

use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Call, Effect, Fault, Limits, Scope, Simulator, TenantLimits};
use onbehalf::capabilities::store::{KeepTokens, ReadTenants};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::ids::TenantKey;
use onbehalf::domain::run::RunMessage;
use onbehalf_contract::Access;
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, request, wish};
use onbehalf_tests::{Person, Sent, Worker, World, at_once};
use serde_json::{Value, json};

const COMMENTS: &str = "/wiki/api/v2/footer-comments";
const TOKEN: &str = "/oauth2/token";
const USERS: &str = "/wiki/api/v2/users-bulk";

/// A site in which Alice and Ada have allowed everything.
async fn world_with_consent() -> World {
    let world = World::start().await;
    for person in ["alice", "ada"] {
        let consent = world.as_person(person).allow("readWrite", 90).await;
        consent.expect(201);
    }
    world
}

/// Makes a schedule that comments.
async fn add(person: &Person<'_>, title: &str) -> Value {
    person
        .add(&wish(title, comment(TEAM_PAGE)))
        .await
        .expect(201)
}

/// Messages of runs of a schedule that were due now, a second ago, and so on.
fn messages(world: &World, schedule: &Value, count: i64) -> Vec<RunMessage> {
    let due = |ago: i64| {
        let mut message = world.due(schedule);
        message.due -= jiff::SignedDuration::from_secs(ago);
        message
    };
    (0..count).map(due).collect()
}

fn calls(site: &Simulator) -> usize {
    site.calls()
        .filter(|call: &Call| call.path.starts_with("/wiki/"))
        .len()
}

fn refused(site: &Simulator) -> usize {
    site.calls().filter(|call| call.status == Some(429)).len()
}

fn issued(site: &Simulator) -> usize {
    site.exchanges()
        .filter(|exchange| exchange.status == 200)
        .len()
}

async fn runs_of(person: &Person<'_>, schedule: &Value) -> Vec<Value> {
    person.runs(id(schedule)).await
}

/// Counts the installs.
async fn generation_of(world: &World) -> u64 {
    let key = TenantKey::parse(world.installation().client_key).expect("this is a key");
    let tenant = world.app.store().tenant(&key).await;
    let tenant = tenant.expect("the table can be read");
    tenant.expect("the app is installed").generation
}

#[tokio::test]
async fn a_site_that_asks_to_be_left_alone_is_left_alone_by_every_process() {
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let (hers, adas) = (add(&alice, "Hers").await, add(&ada, "Ada's").await);
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
        runs_of(&ada, &adas).await.is_empty(),
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
    assert_eq!(runs_of(&ada, &adas).await.len(), 1);
}

#[tokio::test]
async fn one_site_that_is_blocked_holds_up_no_other() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let here = add(&alice, "Here").await;
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
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
async fn a_site_that_does_not_say_for_how_long_is_left_alone_for_a_moment() {
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
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
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    // A run takes two points: so this one is nearly used up with the eighth.
    let tenant = world.installation().client_key;
    let limits = TenantLimits {
        points_per_hour: Some(40),
        ..TenantLimits::default()
    };
    world.site.set_tenant_limits(&tenant, Some(limits));
    let (one, another) = (world.worker(), world.worker());
    let mut near = Vec::new();
    for message in messages(&world, &made, 30) {
        match &*one.take(&message).await {
            "done" => assert!(near.is_empty(), "{near:?}"),
            "heldBack" => near.push(message),
            other => panic!("{other}"),
        }
    }
    assert_eq!(refused(&world.site), 0);
    let done = runs_of(&alice, &made).await.len();
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    let runs = messages(&world, &made, 4);
    // The first is told how near it is. The next takes the first slot, and those after it wait.
    let expected = ["done", "done", "heldBack", "heldBack"];
    for (message, expected) in runs.iter().zip(expected) {
        assert_eq!(worker.take(message).await, expected);
    }
    let (third, fourth) = (worker.sent().unwrap(), worker.sent().unwrap());
    // 600 seconds for ten points, of which a run takes five.
    assert_eq!((third.after.as_secs(), fourth.after.as_secs()), (60, 120));
    assert_eq!(runs_of(&alice, &made).await.len(), 2);
    for slot in [third, fourth] {
        world.clock.advance_seconds(60);
        assert_eq!(slot.message.held, 1);
        assert_eq!(worker.take(&slot.message).await, "done");
    }
    assert_eq!(worker.sent(), None);
}

#[tokio::test]
async fn a_slot_that_comes_soon_is_waited_for() {
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
    near_limit(&world, 3000, 600);
    let worker = world.worker();
    for message in messages(&world, &made, 4) {
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
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    for (message, expected) in messages(&world, &made, 3)
        .iter()
        .zip(["done", "done", "heldBack"])
    {
        assert_eq!(worker.take(message).await, expected);
    }
    world.site.faults().clear();
    world.clock.advance_seconds(600);
    for message in messages(&world, &made, 3) {
        assert_eq!(worker.take(&message).await, "done");
    }
}

#[tokio::test]
async fn a_slot_is_kept_for_longer_than_a_queue_keeps_messages() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    near_limit(&world, 10, 3600);
    let worker = world.worker();
    for message in messages(&world, &made, 20) {
        worker.take(&message).await;
    }
    assert_eq!(runs_of(&alice, &made).await.len(), 2);
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
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
    near_limit(&world, 10, 600);
    let worker = world.worker();
    let [first, second, third, fourth] = &messages(&world, &made, 4)[..] else {
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    world.site.set_limits(Limits {
        rest_points_per_hour: 1,
        ..Limits::default()
    });
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: rate-limited");
    let run = runs_of(&alice, &made).await.swap_remove(0);
    assert_eq!(run["againAt"], "2026-11-22T09:00:00Z");
    let before = calls(&world.site);
    world.clock.advance_seconds(1800);
    assert_eq!(worker.take(&world.due(&made)).await, "heldBack");
    assert_eq!(calls(&world.site), before);
    world.site.set_limits(Limits::default());
    world.clock.advance_seconds(1800);
    assert_eq!(worker.take(&message).await, "done");
}

/// Takes all of these at once, in several processes. Whoever waited too long for a token, on a slow machine, tries once more
/// when it is there.
async fn all_done(world: &World, runs: &[RunMessage], workers: &[Worker]) {
    let each: Vec<_> = runs.iter().zip(workers.iter().cycle()).collect();
    let taken = at_once(each.iter().map(|(run, worker)| worker.take(run))).await;
    world.clock.advance_seconds(60);
    for (taken, (run, worker)) in taken.iter().zip(each) {
        match &**taken {
            "done" => {}
            "waiting: too-slow" => assert_eq!(worker.take(run).await, "done"),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn many_processes_at_once_ask_for_one_token() {
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
    let workers: Vec<_> = (0..4).map(|_| world.worker()).collect();
    let runs = messages(&world, &made, 8);
    let held = world.site.faults().add(Fault::on("POST", TOKEN).hold());
    let one_waits = async {
        held.arrived().await;
        // Until some of the others look whether the token has come.
        while world.clock.waits().is_empty() {
            tokio::task::yield_now().await;
        }
        held.release();
    };
    let ((), ()) = tokio::join!(all_done(&world, &runs, &workers), one_waits);
    assert_eq!(world.site.exchanges().all().len(), 1);
    assert_eq!(held.hits(), 1);

    // And none more for as long as it is good.
    world.clock.advance_seconds(800);
    for (message, worker) in messages(&world, &made, 4).iter().zip(&workers) {
        assert_eq!(worker.take(message).await, "done");
    }
    assert_eq!(world.site.exchanges().all().len(), 1);
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_token_tries_again_later() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    let (one, another) = (world.worker(), world.worker());
    let runs = messages(&world, &made, 2);
    let held = world.site.faults().add(Fault::on("POST", TOKEN).hold());
    let meanwhile = async {
        held.arrived().await;
        assert_eq!(another.take(&runs[1]).await, "waiting: too-slow");
        held.release();
    };
    let (taken, ()) = tokio::join!(one.take(&runs[0]), meanwhile);
    assert_eq!(taken, "done");
    world.clock.advance_seconds(60);
    assert_eq!(another.take(&runs[1]).await, "done");
    assert_eq!((world.site.exchanges().all().len(), held.hits()), (1, 1));
}

#[tokio::test]
async fn each_person_and_each_access_has_one_token() {
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let reads = wish("Reads", request("GET", "/wiki/api/v2/pages", &Value::Null));
    let schedules = [
        add(&alice, "Writes").await,
        alice.add(&reads).await.expect(201),
        add(&ada, "Writes").await,
    ];
    let workers = [world.worker(), world.worker()];
    let mut runs = Vec::new();
    for schedule in &schedules {
        runs.extend(messages(&world, schedule, 4));
    }
    all_done(&world, &runs, &workers).await;
    let mut asked: Vec<_> = world
        .site
        .exchanges()
        .all()
        .into_iter()
        .map(|exchange| (exchange.account_id.unwrap(), exchange.scopes))
        .collect();
    asked.sort();
    let both = vec![Scope::Read, Scope::Write];
    let mut expected = [
        (ALICE.to_owned(), vec![Scope::Read]),
        (ALICE.to_owned(), both.clone()),
        (ADA.to_owned(), both),
    ];
    expected.sort();
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_consent_to_read_asks_for_reading_only() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("read", 30).await.expect(201);
    let reads = wish("Reads", request("GET", "/wiki/api/v2/pages", &Value::Null));
    let made = alice.add(&reads).await.expect(201);
    assert_eq!(world.worker().take(&world.due(&made)).await, "done");
    let [exchange] = &world.site.exchanges().all()[..] else {
        panic!("not exactly one exchange")
    };
    assert_eq!(exchange.requested_scope.as_deref(), Some("READ"));
    assert_eq!(exchange.scopes, [Scope::Read]);
    assert_eq!(alice.calls_as_them()[0].scopes, [Scope::Read]);
}

#[tokio::test]
async fn who_dies_with_the_turn_to_ask_loses_it_after_ten_seconds() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    let [first, second] = &messages(&world, &made, 2)[..] else {
        panic!("two messages")
    };
    let of = first.run().unwrap().of;
    let now = world.clock.now();
    let until = now + jiff::SignedDuration::from_secs(10);
    let store = world.app.store();
    let generation = generation_of(&world).await;
    let took = store.take_exchange(&of, Access::ReadWrite, generation, now, until, None);
    assert!(took.await.unwrap());
    // Here it dies.
    let worker = world.worker();
    assert_eq!(worker.take(first).await, "waiting: too-slow");
    world.clock.advance_seconds(9);
    assert_eq!(issued(&world.site), 0);
    assert_eq!(worker.take(second).await, "waiting: too-slow");
    assert_eq!(issued(&world.site), 0);
    world.clock.advance_seconds(1);
    let third = world.due(&made);
    assert_eq!(worker.take(&third).await, "done");
    assert_eq!(issued(&world.site), 1);
    world.clock.advance_seconds(60);
    for message in [first, second] {
        assert_eq!(worker.take(message).await, "done");
    }
    assert_eq!(issued(&world.site), 1);
}

#[tokio::test]
async fn a_token_that_was_refused_leaves_the_turn_to_the_next() {
    let world = world_with_consent().await;
    let made = add(&world.as_person("alice"), "Note").await;
    world
        .site
        .faults()
        .add(Fault::on("POST", TOKEN).respond(500, Value::Null).once());
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: atlassian-down");
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&message).await, "done");
    assert_eq!(issued(&world.site), 1);
}

#[tokio::test]
async fn in_the_last_seconds_of_a_token_runs_wait_for_its_end() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, "Note").await;
    let workers = [world.worker(), world.worker()];
    let began = world.clock.epoch_seconds();
    let at = |seconds: i64| {
        let passed = world.clock.epoch_seconds() - began;
        world.clock.advance_seconds(seconds - passed);
    };
    assert_eq!(workers[0].take(&world.due(&made)).await, "done");
    for (second, expected) in [(887, "done"), (888, "heldBack"), (899, "heldBack")] {
        at(second);
        let run = world.due(&made);
        for worker in &workers {
            let taken = worker.take(&run).await;
            assert!(
                [expected, "nothing"].contains(&&*taken),
                "at {second} s: {taken}"
            );
        }
    }
    assert_eq!(world.site.exchanges().all().len(), 1);
    let held: Vec<Sent> = workers.iter().filter_map(Worker::sent).collect();
    assert_eq!(held.len(), 2);
    assert_eq!(held[0].after.as_secs(), 12);
    assert_eq!(
        runs_of(&alice, &made).await.len(),
        2,
        "what is held back is no run"
    );

    at(900);
    let both = [&held[0].message, &world.due(&made)];
    let taken = at_once(
        both.into_iter()
            .zip(&workers)
            .map(|(run, worker)| worker.take(run)),
    )
    .await;
    assert_eq!(taken, ["done", "done"]);
    assert_eq!(world.site.exchanges().all().len(), 2);
}
