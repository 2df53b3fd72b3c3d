//! Acting as a person: at most once, never without consent, and always on record.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, Fault, PersonChange};
use jiff::Timestamp;
use onbehalf::capabilities::store::{CommitBegin, ReadTenants};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::act::Act;
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::hold_back::HeldBack;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf::wiring::Parts;
use onbehalf_contract::{Access, Deed, RunResult};
use onbehalf_tests::{World, at_once};
use serde_json::{Value, json};

/// A site in which Alice has allowed everything.
async fn world_with_consent() -> World {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    world
}

fn on_new_page() -> Fault {
    Fault::on("POST", "/wiki/api/v2/pages")
}

fn on_token() -> Fault {
    Fault::on("POST", "/oauth2/token")
}

fn act_of(run: &RunId, world: &World) -> Act {
    Act {
        run: run.clone(),
        deed: Deed::CreatePage {
            title: "Daily note".into(),
        },
        access: Access::ReadWrite,
        started_at: world.clock.now(),
        as_app: false,
        kept_until: world.clock.now() + jiff::SignedDuration::from_hours(24 * 365),
        finished: None,
    }
}

#[tokio::test]
async fn a_run_acts_once_however_often_it_is_asked_for() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let run = world.run_due_in("alice", 0);
    for (instance, expected) in [
        (world.instance(), Ran::Ended(RunResult::Done)),
        (world.instance(), Ran::Nothing),
        (world.instance(), Ran::Nothing),
    ] {
        assert_eq!(instance.run(&run).await.unwrap(), expected);
        world.clock.advance_seconds(60);
    }
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(alice.activity().await.len(), 1);
    assert_eq!(alice.last_run().await["result"], "done");
}

#[tokio::test]
async fn a_refused_run_stays_refused_whatever_is_allowed_later() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    // Asked for once, the schedule is there to be run.
    assert_eq!(alice.run().await["reason"]["code"], "no-consent");
    let run = world.run_due_in("alice", 1);
    let instance = world.instance();
    assert_eq!(
        instance.run(&run).await.unwrap(),
        Ran::Ended(RunResult::Refused)
    );
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(instance.run(&run).await.unwrap(), Ran::Nothing);
    assert_eq!(alice.last_run().await["result"], "refused");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_of_one_run_at_once_act_once() {
    let world = world_with_consent().await;
    let run = world.run_due_in("alice", 0);
    let instances: Vec<_> = (0..3).map(|_| world.instance()).collect();
    let deliveries = instances.iter().cycle().take(12).cloned().map(|instance| {
        let run = run.clone();
        async move {
            tokio::spawn(async move { instance.run(&run).await.unwrap() })
                .await
                .unwrap()
        }
    });
    let results = at_once(deliveries).await;
    let done = Ran::Ended(RunResult::Done);
    assert_eq!(results.iter().filter(|ran| **ran == done).count(), 1);
    assert_eq!(
        results.iter().filter(|ran| **ran == Ran::Nothing).count(),
        results.len() - 1
    );
    let alice = world.as_person("alice");
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(alice.new_pages().len(), 1);
    assert_eq!(alice.activity().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_runs_at_once_share_one_exchange() {
    let world = world_with_consent().await;
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
    let world = world_with_consent().await;
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
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    ada.allow("readWrite", 30).await.expect(201);
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    alice.run().await;
    world.table().await.row(ALICE, "token#");
    alice.revoke().await.expect(200);
    let table = world.table().await;
    assert!(!format!("{table:?}").contains("token#"), "{table:?}");
}

#[tokio::test]
async fn transactions_that_meet_are_tried_again() {
    let world = world_with_consent().await;
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    let run = world.run_due_in("alice", 0);
    database.conflict(6);
    assert_eq!(
        instance.run(&run).await.unwrap(),
        Ran::Ended(RunResult::Done)
    );
    assert_eq!(database.cancelled(), 6);
    assert_eq!(world.as_person("alice").calls_as_them().len(), 1);
    let waits = world.clock.waits();
    assert_eq!(waits.len(), 6);
    assert!(
        waits.iter().sum::<Duration>() < Duration::from_millis(1300),
        "{waits:?}"
    );
    // Two that met must not meet again: they don't wait equally long.
    assert_ne!(waits[4], 2 * waits[3]);

    let alice = world.as_person("alice").at(&instance.serve().await);
    database.conflict(3);
    alice.allow("read", 7).await.expect(200);
    database.conflict(3);
    assert_eq!(alice.revoke().await.expect(200)["state"], "revoked");
}

#[tokio::test]
async fn transactions_that_always_meet_are_given_up_and_nothing_has_happened() {
    let world = world_with_consent().await;
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    let run = world.run_due_in("alice", 0);
    let before = world.table().await;

    database.conflict(u32::MAX);
    instance.run(&run).await.unwrap_err();
    let alice = world.as_person("alice").at(&instance.serve().await);
    assert_eq!(alice.revoke().await.problem(503), "unavailable");
    assert_eq!(alice.allow("read", 7).await.problem(503), "unavailable");
    assert_eq!(database.cancelled(), 3 * 7);
    assert!(world.table().await == before);
    assert!(alice.calls_as_them().is_empty());
    assert!(world.site.exchanges().all().is_empty());

    database.conflict(0);
    assert_eq!(
        instance.run(&run).await.unwrap(),
        Ran::Ended(RunResult::Done)
    );
}

#[tokio::test]
async fn an_act_whose_end_could_not_be_recorded_is_unknown_and_not_repeated() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    let run = world.run_due_in("alice", 0);
    // The act begins, the turn to ask for a token is taken, and the token is kept.
    database.conflict_after(3, u32::MAX);
    instance.run(&run).await.unwrap_err();
    assert_eq!(alice.new_pages().len(), 1);
    assert_eq!(alice.activity().await[0]["outcome"], "started");

    database.conflict(0);
    world.clock.advance_seconds(30);
    assert_eq!(
        instance.run(&run).await.unwrap(),
        Ran::Ended(RunResult::Unknown)
    );
    assert_eq!(alice.activity().await[0]["outcome"], "unknown");
    assert_eq!(alice.last_run().await["reason"]["code"], "outcome-unknown");
    assert_eq!(alice.new_pages().len(), 1);
}

#[tokio::test]
async fn a_process_that_dies_leaves_unknown_and_its_run_is_not_repeated() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let run = world.run_due_in("alice", 0);
    let instance = world.instance();
    let Parts { store, notices, .. } = &instance.parts;
    let tenant = store.tenant(&run.of.tenant).await.unwrap().unwrap();
    let when = tenant.circumstances(notices, world.clock.now());
    store
        .commit_begin(&act_of(&run, &world), None, &when)
        .await
        .unwrap();
    // Here it dies.

    world.clock.advance_seconds(10);
    assert_eq!(alice.activity().await[0]["outcome"], "started");
    assert_eq!(alice.last_run().await["result"], "started");
    assert_eq!(instance.run(&run).await.unwrap(), Ran::Nothing);
    world.clock.advance_seconds(1);
    let [act] = &alice.activity().await[..] else {
        panic!("not exactly one act")
    };
    assert_eq!(act["outcome"], "unknown");
    assert_eq!(act.get("finishedAt"), None);
    assert_eq!(alice.last_run().await["result"], "unknown");

    for expected in [Ran::Ended(RunResult::Unknown), Ran::Nothing] {
        assert_eq!(instance.run(&run).await.unwrap(), expected);
        let [act] = &alice.activity().await[..] else {
            panic!("not exactly one act")
        };
        assert_eq!(act["outcome"], "unknown");
        assert_eq!(act["finishedAt"], "2026-11-22T08:00:11Z");
        assert_eq!(alice.last_run().await["reason"]["code"], "outcome-unknown");
        world.clock.advance_seconds(60);
    }
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn after_a_revoke_no_act_starts_and_what_was_on_the_wire_is_shown() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let held = world.site.faults().add(on_new_page().hold());
    alice
        .post("/api/schedules/daily-note/run")
        .await
        .expect(202);
    held.arrived().await;

    assert_eq!(alice.revoke().await.expect(200)["state"], "revoked");
    assert_eq!(alice.activity().await[0]["outcome"], "started");
    world.clock.advance_seconds(1);
    let later = world.run_due_in("alice", 0);
    assert_eq!(
        world.instance().run(&later).await.unwrap(),
        Ran::Ended(RunResult::Refused)
    );
    assert_eq!(held.hits(), 1);

    held.release();
    world.app.idle().await;
    let [act] = &alice.activity().await[..] else {
        panic!("not exactly one act")
    };
    assert_eq!(act["outcome"], "done");
    assert_eq!(alice.new_pages().len(), 1);
    assert_eq!(alice.last_run().await["reason"]["code"], "consent-revoked");
}

#[tokio::test]
async fn a_revoke_during_the_exchange_leaves_no_token_to_use() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let held = world.site.faults().add(on_token().once().after().hold());
    alice
        .post("/api/schedules/daily-note/run")
        .await
        .expect(202);
    held.arrived().await;
    alice.revoke().await.expect(200);
    held.release();
    world.app.idle().await;
    // That act had begun. The next one needs a consent, whatever was kept meanwhile.
    assert_eq!(alice.run().await["reason"]["code"], "consent-revoked");
    assert!(alice.calls_as_them().len() <= 1);
}

#[tokio::test]
async fn an_app_that_is_removed_during_the_exchange_makes_no_call() {
    for reinstalled in [false, true] {
        let world = world_with_consent().await;
        let alice = world.as_person("alice");
        let held = world.site.faults().add(on_token().once().after().hold());
        alice
            .post("/api/schedules/daily-note/run")
            .await
            .expect(202);
        held.arrived().await;
        world.clock.advance_seconds(2);
        world.uninstall().await;
        if reinstalled {
            world.clock.advance_seconds(1);
            world.install().await;
        }
        held.release();
        world.app.idle().await;
        if !reinstalled {
            world.clock.advance_seconds(1);
            world.install().await;
        }
        let run = alice.last_run().await;
        assert_eq!(run["result"], "failed");
        assert_eq!(run["reason"]["code"], "app-not-installed");
        let calls = world
            .site
            .calls()
            .filter(|call| call.path == "/wiki/api/v2/pages");
        assert!(calls.is_empty(), "{calls:?}");
    }
}

#[tokio::test]
async fn an_act_whose_time_is_over_before_its_call_makes_none() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let held = world.site.faults().add(on_token().once().hold());
    alice
        .post("/api/schedules/daily-note/run")
        .await
        .expect(202);
    held.arrived().await;
    world.clock.advance_seconds(10);
    held.release();
    world.app.idle().await;
    let run = alice.last_run().await;
    assert_eq!(run["result"], "waiting");
    assert_eq!(run["reason"]["code"], "too-slow");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn what_confluence_answers_is_what_is_recorded() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let respond = |status| on_new_page().respond(status, json!({"errors": []}));
    let other_site =
        json!({"_links": {"base": "https://evil.example.com/wiki", "webui": "/spaces/A/pages/1"}});
    let cases = [
        (respond(200), "done", json!(200), Value::Null),
        (respond(201), "done", json!(201), Value::Null),
        (respond(202), "done", json!(202), Value::Null),
        (respond(204), "done", json!(204), Value::Null),
        (
            on_new_page().respond(200, other_site),
            "done",
            json!(200),
            Value::Null,
        ),
        (
            on_new_page().respond(200, json!("<html>")),
            "done",
            json!(200),
            Value::Null,
        ),
        (respond(302), "failed", json!(302), json!("refused")),
        (respond(400), "failed", json!(400), json!("not-accepted")),
        (respond(401), "failed", json!(401), json!("not-permitted")),
        (respond(403), "failed", json!(403), json!("not-permitted")),
        (respond(404), "failed", json!(404), json!("not-found")),
        (respond(409), "failed", json!(409), json!("not-accepted")),
        (respond(413), "failed", json!(413), json!("refused")),
        (
            respond(500),
            "unknown",
            json!(500),
            json!("outcome-unknown"),
        ),
        (
            respond(502),
            "unknown",
            json!(502),
            json!("outcome-unknown"),
        ),
        (
            respond(504),
            "unknown",
            json!(504),
            json!("outcome-unknown"),
        ),
        (
            on_new_page().reset(),
            "unknown",
            Value::Null,
            json!("outcome-unknown"),
        ),
    ];
    for (fault, outcome, status, reason) in cases {
        let fault = fault.once();
        let what = format!("{:?}", fault.effect);
        let calls = alice.calls_as_them().len();
        world.site.faults().add(fault);
        let run = alice.run().await;
        assert_eq!(run["result"], outcome, "{what}");
        assert_eq!(run["reason"]["code"], reason, "{what}");
        assert_eq!(run.get("link"), None, "{what}");
        let act = &alice.activity().await[0];
        assert_eq!(act["id"], run["id"], "{what}");
        assert_eq!(act["outcome"], outcome, "{what}");
        assert_eq!(act["status"], status, "{what}");
        assert_eq!(act.get("link"), None, "{what}");
        assert_eq!(
            alice.calls_as_them().len(),
            calls + 1,
            "{what} was repeated"
        );
    }
    assert!(alice.new_pages().is_empty());
}

/// What passes by itself is tried again when its time has come, with an act of its own, and not sooner.
#[tokio::test]
async fn a_call_that_confluence_puts_off_is_made_again_later() {
    for (fault, reason, status, seconds) in [
        (on_new_page().too_many_requests(60), "rate-limited", 429, 60),
        (
            on_new_page().respond(503, Value::Null),
            "confluence-down",
            503,
            40,
        ),
    ] {
        let world = world_with_consent().await;
        let alice = world.as_person("alice");
        world.site.faults().add(fault.once());
        let run = world.run_due_in("alice", 0);
        let instance = world.instance();
        let Ran::Waits(again_at) = instance.run(&run).await.unwrap() else {
            panic!("{reason}: it does not wait")
        };
        let waiting = alice.last_run().await;
        assert_eq!(waiting["result"], "waiting", "{reason}");
        assert_eq!(waiting["reason"]["code"], reason);
        assert_eq!(waiting["againAt"], again_at.to_string(), "{reason}");
        assert_eq!(instance.run(&run).await.unwrap(), Ran::Waits(again_at));

        world.clock.advance_seconds(seconds);
        let done = Ran::Ended(RunResult::Done);
        assert_eq!(instance.run(&run).await.unwrap(), done, "{reason}");
        let last = alice.last_run().await;
        assert_eq!(last["result"], "done", "{reason}");
        assert_eq!((last.get("reason"), last.get("againAt")), (None, None));
        let [second, first] = &alice.activity().await[..] else {
            panic!("{reason}: not exactly two acts")
        };
        assert_eq!(
            (&first["outcome"], &first["status"]),
            (&json!("failed"), &json!(status))
        );
        assert_eq!(second["outcome"], "done", "{reason}");
        assert_eq!(alice.new_pages().len(), 1, "{reason}");
    }
}

#[tokio::test]
async fn a_page_whose_answer_was_lost_is_not_written_twice() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    world
        .site
        .faults()
        .add(on_new_page().once().after().reset());
    assert_eq!(alice.run().await["result"], "unknown");
    assert_eq!(alice.new_pages().len(), 1);
    let run = world.run_due_in("alice", 0);
    assert_eq!(world.instance().run(&run).await.unwrap(), Ran::Nothing);
    assert_eq!(alice.new_pages().len(), 1);
}

#[tokio::test]
async fn without_a_token_there_is_no_call_and_the_reason_is_told() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let token = |token: Value| on_token().respond(200, token);
    let bearer = json!({"access_token": "t", "token_type": "Bearer", "expires_in": 900});
    let with = |name: &str, value: Value| {
        let mut answer = bearer.clone();
        answer[name] = value;
        token(answer)
    };
    for (fault, result, reason) in [
        (
            on_token().respond(400, json!({"error": "invalid_grant"})),
            "failed",
            "token-refused",
        ),
        (
            on_token().respond(401, json!({"error": "invalid_client"})),
            "failed",
            "token-refused",
        ),
        (
            on_token().respond(403, json!("<html>")),
            "failed",
            "token-refused",
        ),
        (on_token().too_many_requests(300), "waiting", "rate-limited"),
        (
            on_token().respond(500, Value::Null),
            "waiting",
            "atlassian-down",
        ),
        (
            on_token().respond(302, Value::Null),
            "waiting",
            "atlassian-down",
        ),
        (on_token().reset(), "waiting", "atlassian-down"),
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
async fn who_is_deactivated_after_consenting_is_not_acted_for() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    for (state, reason, because) in [
        (
            AccountState::Inactive,
            "account-inactive",
            "accountDeactivated",
        ),
        (AccountState::Closed, "account-closed", "accountClosed"),
    ] {
        world.site.people().set_state("alice", state).unwrap();
        let run = alice.run().await;
        assert_eq!(run["result"], "refused");
        assert_eq!(run["reason"]["code"], reason);
        assert_eq!(alice.consent().await["endedBecause"], because);
        // Who comes back is asked again.
        world
            .site
            .people()
            .set_state("alice", AccountState::Active)
            .unwrap();
        assert_eq!(
            alice.run().await["reason"]["code"],
            "consent-invalidated-account"
        );
        assert!(world.site.exchanges().all().is_empty());
        assert!(alice.calls_as_them().is_empty());
        alice.allow("readWrite", 30).await.expect(201);
    }
    assert_eq!(alice.run().await["result"], "done");
}

#[tokio::test]
async fn who_may_not_use_confluence_any_more_loses_the_consent_with_the_first_refusal() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let access = |can_use_confluence| {
        let change = PersonChange {
            can_use_confluence: Some(can_use_confluence),
            ..PersonChange::default()
        };
        world.site.people().change("alice", &change).unwrap();
    };
    access(false);
    assert_eq!(alice.run().await["reason"]["code"], "not-permitted");
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "invalidated");
    assert_eq!(consent["endedBecause"], "accessLost");
    access(true);
    assert_eq!(
        alice.run().await["reason"]["code"],
        "consent-invalidated-access"
    );
    assert!(alice.new_pages().is_empty());
}

#[tokio::test]
async fn a_refusal_that_is_not_about_access_ends_no_consent() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    world
        .site
        .faults()
        .add(on_new_page().respond(403, json!({"message": "not in this space"})));
    assert_eq!(alice.run().await["reason"]["code"], "not-permitted");
    assert_eq!(alice.consent().await["state"], "active");
}

#[tokio::test]
async fn while_confluence_cannot_say_who_somebody_is_their_run_waits() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let users = Fault::on("POST", "/wiki/api/v2/users-bulk");
    world
        .site
        .faults()
        .add(users.times(2).respond(500, Value::Null));
    let run = world.run_due_in("alice", 0);
    let instance = world.instance();
    for tried in [1, 2] {
        let ran = instance.run(&run).await.unwrap();
        assert!(matches!(ran, Ran::Waits(_)), "{tried}: {ran:?}");
        let waiting = alice.last_run().await;
        assert_eq!(waiting["result"], "waiting");
        assert_eq!(waiting["reason"]["code"], "confluence-down");
        assert!(alice.activity().await.is_empty());
        world.clock.advance_seconds(160);
    }
    let done = Ran::Ended(RunResult::Done);
    assert_eq!(instance.run(&run).await.unwrap(), done);
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(alice.activity().await.len(), 1);
}

#[tokio::test]
async fn secrets_and_tokens_are_sealed_at_rest() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let token = "the-token-that-atlassian-gave-for-alice";
    let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 900});
    world
        .site
        .faults()
        .add(on_token().once().respond(200, answer));
    world
        .site
        .faults()
        .add(on_new_page().once().respond(200, json!({})));
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
