//! One token serves all who act as a person with the same access, in every process, and for nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Fault, Scope, Simulator};
use jiff::Timestamp;
use onbehalf::capabilities::store::{KeepTokens, KeptToken, ReadTenants};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::ids::TenantKey;
use onbehalf::domain::run::RunMessage;
use onbehalf::use_cases::hold_back::HeldBack;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf_contract::{Access, RunResult};
use onbehalf_tests::paths::{PAGES, TOKEN};
use onbehalf_tests::wish::{commenting, id, request, wish};
use onbehalf_tests::{Sent, Worker, World, at_once};
use serde_json::{Value, json};

fn issued(site: &Simulator) -> usize {
    site.exchanges()
        .filter(|exchange| exchange.status == 200)
        .len()
}

/// Counts the installs.
async fn generation_of(world: &World) -> u64 {
    let key = TenantKey::parse(world.installation().client_key).expect("this is a key");
    let tenant = world.app.store().tenant(&key).await;
    let tenant = tenant.expect("the table can be read");
    tenant.expect("the app is installed").generation
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
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    let workers: Vec<_> = (0..4).map(|_| world.worker()).collect();
    let runs = world.due_before(&made, 8);
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
    for (message, worker) in world.due_before(&made, 4).iter().zip(&workers) {
        assert_eq!(worker.take(message).await, "done");
    }
    assert_eq!(world.site.exchanges().all().len(), 1);
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_token_tries_again_later() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    let (one, another) = (world.worker(), world.worker());
    let runs = world.due_before(&made, 2);
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
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let reads = wish("Reads", request("GET", "/wiki/api/v2/pages", &Value::Null));
    let schedules = [
        alice.make(&commenting("Writes")).await,
        alice.add(&reads).await.expect(201),
        ada.make(&commenting("Writes")).await,
    ];
    let workers = [world.worker(), world.worker()];
    let mut runs = Vec::new();
    for schedule in &schedules {
        runs.extend(world.due_before(schedule, 4));
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
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
    let [first, second] = &world.due_before(&made, 2)[..] else {
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
async fn a_late_token_of_an_older_install_is_not_kept() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
    let of = world.due(&made).run().unwrap().of;
    let now = world.clock.now();
    let until = now + jiff::SignedDuration::from_secs(10);
    let store = world.app.store();
    let access = Access::ReadWrite;
    let token = |generation| KeptToken {
        generation,
        sealed: vec![1],
        expires_at: now + jiff::SignedDuration::from_mins(15),
    };
    let turn = |generation| store.take_exchange(&of, access, generation, now, until, None);
    let old = generation_of(&world).await;
    assert!(turn(old).await.unwrap());
    // The app is installed anew while that Lambda waits for its token.
    assert!(turn(old + 1).await.unwrap());
    let keep = async |generation| {
        let token = token(generation);
        store.keep_token(&of, access, &token).await.unwrap();
        let kept = store.kept_token(&of, access).await.unwrap();
        kept.map(|kept| kept.generation)
    };
    assert_eq!(keep(old).await, None);
    assert_eq!(keep(old + 1).await, Some(old + 1));
    assert_eq!(keep(old).await, Some(old + 1));
    // Nor does the older one take the turn back.
    assert!(!turn(old).await.unwrap());
}

#[tokio::test]
async fn a_token_that_was_refused_leaves_the_turn_to_the_next() {
    let world = World::with_consents().await;
    let made = world.as_person("alice").make(&commenting("Note")).await;
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
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&commenting("Note")).await;
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
        alice.runs(id(&made)).await.len(),
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_runs_at_once_share_one_exchange() {
    let world = World::with_consents().await;
    let instance = world.instance();
    let runs: Vec<_> = (0..10).map(|ago| world.run_due_in("alice", -ago)).collect();
    let results = at_once(runs.iter().map(|run| instance.run(run))).await;
    for result in results {
        assert_eq!(result.unwrap(), Ran::Ended(RunResult::Done));
    }
    assert_eq!(world.as_person("alice").calls_as_them().len(), 10);
    assert_eq!(world.site.exchanges().all().len(), 1);
}

#[tokio::test]
async fn a_token_is_used_until_shortly_before_it_expires_by_every_process() {
    let world = World::with_consents().await;
    let (one, another) = (world.instance(), world.instance());
    let exchanges = || world.site.exchanges().all().len();
    let began = world.clock.epoch_seconds();
    let done = Ran::Ended(RunResult::Done);
    // In its last seconds it is not used any more, and nobody asks for another before it is over.
    let over = began + 900;
    let held_back = Ran::HeldBack(HeldBack {
        until: Timestamp::from_second(over).unwrap(),
        slot: None,
    });
    for (instance, at, ran, expected) in [
        (&one, 0, done, 1),
        (&another, 1, done, 1),
        (&one, 887, done, 1),
        (&one, 888, held_back, 1),
        (&another, 899, held_back, 1),
        (&one, 900, done, 2),
        (&another, 901, done, 2),
    ] {
        world
            .clock
            .advance_seconds(began + at - world.clock.epoch_seconds());
        let run = world.run_due_in("alice", 0);
        assert_eq!(instance.run(&run).await.unwrap(), ran, "after {at} s");
        assert_eq!(exchanges(), expected, "after {at} s");
    }
}

#[tokio::test]
async fn the_kept_token_of_somebody_else_is_not_used() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.run().await;
    // Somebody who can write to the table puts Alice's token into Ada's place.
    let mut token = world.table().await.row(ALICE, "token#").clone();
    let alices_key = token["pk"].as_s().unwrap().clone();
    token.insert(
        "pk".into(),
        AttributeValue::S(alices_key.replace(ALICE, ADA)),
    );
    let put = world.database().put_item().table_name("onbehalf");
    put.set_item(Some(token.into_iter().collect()))
        .send()
        .await
        .unwrap();

    assert_eq!(ada.run().await["result"], "done");
    assert_eq!(ada.calls_as_them().len(), 1);
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(world.site.exchanges().all().len(), 2);
}

#[tokio::test]
async fn the_end_of_a_consent_is_the_end_of_its_kept_token() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    alice.run().await;
    world.table().await.row(ALICE, "token#");
    alice.revoke().await.expect(200);
    let table = world.table().await;
    assert!(!format!("{table:?}").contains("token#"), "{table:?}");
}

#[tokio::test]
async fn without_a_token_there_is_no_call_and_the_reason_is_told() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let token = |token: Value| Fault::on("POST", TOKEN).respond(200, token);
    let bearer = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 900});
    let with = |name: &str, value: Value| {
        let mut answer = bearer.clone();
        answer[name] = value;
        token(answer)
    };
    for (fault, result, reason) in [
        (
            Fault::on("POST", TOKEN).respond(400, json!({"error": "invalid_grant"})),
            "failed",
            "token-refused",
        ),
        (
            Fault::on("POST", TOKEN).respond(401, json!({"error": "invalid_client"})),
            "failed",
            "token-refused",
        ),
        (
            Fault::on("POST", TOKEN).respond(403, json!("<html>")),
            "failed",
            "token-refused",
        ),
        (
            Fault::on("POST", TOKEN).too_many_requests(300),
            "waiting",
            "rate-limited",
        ),
        (
            Fault::on("POST", TOKEN).respond(500, Value::Null),
            "waiting",
            "atlassian-down",
        ),
        (
            Fault::on("POST", TOKEN).respond(302, Value::Null),
            "waiting",
            "atlassian-down",
        ),
        (
            Fault::on("POST", TOKEN).reset(),
            "waiting",
            "atlassian-down",
        ),
        (token(json!("<html>")), "waiting", "atlassian-down"),
        (token(json!({})), "waiting", "atlassian-down"),
        (
            with("token_type", json!("mac")),
            "waiting",
            "atlassian-down",
        ),
        (with("access_token", json!("")), "waiting", "atlassian-down"),
        (
            with("access_token", json!("a\r\nb: c")),
            "waiting",
            "atlassian-down",
        ),
        (with("expires_in", json!(0)), "waiting", "atlassian-down"),
        (
            with("expires_in", json!(1_000_000)),
            "waiting",
            "atlassian-down",
        ),
    ] {
        let fault = fault.once();
        let what = format!("{:?}", fault.effect);
        world.site.faults().add(fault);
        let due = world.run_due_in("alice", 0);
        let ran = world.instance().run_now(&due).await.unwrap();
        assert_eq!(matches!(ran, Ran::Waits(_)), result == "waiting", "{what}");
        let run = alice.last_run().await;
        assert_eq!(run["result"], result, "{what}");
        assert_eq!(run["reason"]["code"], reason, "{what}");
        assert_eq!(alice.activity().await[0]["outcome"], "failed", "{what}");
        assert_eq!(alice.activity().await[0].get("status"), None, "{what}");
        // Until then the turn to ask is taken, and the site left alone for as long as it was asked for.
        world.clock.advance_seconds(300);
    }
    assert!(alice.calls_as_them().is_empty());
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn secrets_and_tokens_are_sealed_at_rest() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let token = "the-token-that-atlassian-gave-for-alice";
    let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 900});
    world
        .site
        .faults()
        .add(Fault::on("POST", TOKEN).once().respond(200, answer));
    world
        .site
        .faults()
        .add(Fault::on("POST", PAGES).once().respond(200, json!({})));
    assert_eq!(alice.run().await["result"], "done");

    let table = world.table().await;
    let sealed = |whose: &str, sk: &str, name: &str| {
        let bytes = table.row(whose, sk)[name].as_b().unwrap();
        bytes.as_ref().len()
    };
    let client_key = world.installation().client_key;
    let secret = world.installation().shared_secret;
    assert!(sealed(ALICE, "token#readWrite", "sealed") > token.len());
    assert!(sealed(&client_key, "tenant", "credentials") > secret.len());
    assert!(table.holds(&client_key), "what is not sealed is found");
    for secret in [token, &secret, &world.installation().oauth_client_id] {
        assert!(!table.holds(secret), "{secret} is stored in the clear");
    }
}
