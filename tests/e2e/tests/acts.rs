//! Acting as a person: at most once, never without consent, and always on record.

use std::time::Duration;

use confluence_simulator::people::ALICE;
use confluence_simulator::{AccountState, Fault, PersonChange};
use onbehalf::capabilities::store::{CommitBegin, ReadTenants};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::act::Act;
use onbehalf::domain::run::RunId;
use onbehalf::use_cases::run_schedule::Ran;
use onbehalf::wiring::Parts;
use onbehalf_contract::{Access, Deed, RunResult};
use onbehalf_tests::paths::{SPACES, USERS};
use onbehalf_tests::wish::{get, wish};
use onbehalf_tests::{World, at_once};
use serde_json::{Value, json};
use tokio::sync::Notify;

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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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

#[tokio::test]
async fn transactions_that_meet_are_tried_again() {
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    // That act had begun. What it was given is not kept, and the next one needs a consent.
    assert_eq!(alice.calls_as_them().len(), 1);
    let table = format!("{:?}", world.table().await);
    assert!(!table.contains("token#"), "{table}");
    assert_eq!(alice.run().await["reason"]["code"], "consent-revoked");
    assert_eq!(alice.calls_as_them().len(), 1);
}

#[tokio::test]
async fn an_app_that_is_removed_during_the_exchange_makes_no_call() {
    for reinstalled in [false, true] {
        let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
        let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
async fn who_is_deactivated_after_consenting_is_not_acted_for() {
    let world = World::with_consents().await;
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

/// Confluence tells of some of that beforehand, and does not promise to.
#[tokio::test]
async fn who_turns_out_to_be_no_active_person_loses_the_consent_with_the_refusal() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let says = |kind: &str, status: &str| {
        let user = json!({"accountId": ALICE, "accountType": kind, "accountStatus": status});
        let answer = Fault::on("POST", USERS).respond(200, json!({"results": [user]}));
        world.site.faults().add(answer.once());
    };
    for (kind, status, reason, because) in [
        (
            "atlassian",
            "inactive",
            "account-inactive",
            "accountDeactivated",
        ),
        ("atlassian", "closed", "account-closed", "accountClosed"),
        ("app", "active", "account-is-app", "accountUnfit"),
        ("customer", "active", "account-is-customer", "accountUnfit"),
    ] {
        says(kind, status);
        let run = alice.run().await;
        assert_eq!(run["result"], "refused", "{kind} {status}");
        assert_eq!(run["reason"]["code"], reason);
        assert_eq!(alice.consent().await["endedBecause"], because);
        alice.allow("readWrite", 30).await.expect(201);
    }
    // What is not known may be a passing thing.
    says("atlassian", "unknown");
    assert_eq!(alice.run().await["reason"]["code"], "account-unknown");
    assert_eq!(alice.consent().await["state"], "active");
    assert!(world.site.exchanges().all().is_empty());
}

/// It was taken for lost, and what may be repeated was tried again meanwhile.
#[tokio::test]
async fn what_a_late_try_comes_to_says_nothing_about_the_one_after_it() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Reads", get(SPACES))).await;
    let message = world.due(&made);
    let hold = || {
        let fault = Fault::on("GET", SPACES).once().hold();
        world.site.faults().add(fault)
    };
    let (one, another) = (world.worker(), world.worker());
    let (late, ended) = (hold(), Notify::new());
    let first = async {
        let taken = one.take(&message).await;
        ended.notify_one();
        taken
    };
    let second = async {
        late.arrived().await;
        world.clock.advance_seconds(11);
        let held = hold();
        let meanwhile = async {
            held.arrived().await;
            late.release();
            ended.notified().await;
            assert_eq!(alice.newest_run(&made).await["result"], "started");
            held.release();
        };
        tokio::join!(another.take(&message), meanwhile).0
    };
    let (_, taken) = tokio::join!(first, second);
    assert_eq!(taken, "done");
    assert_eq!(alice.newest_run(&made).await["result"], "done");
    let [second, first] = &alice.activity().await[..] else {
        panic!("not exactly two acts")
    };
    assert_eq!(second["outcome"], "done");
    assert_eq!(first["outcome"], "unknown");
}

#[tokio::test]
async fn who_may_not_use_confluence_any_more_loses_the_consent_with_the_first_refusal() {
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
    let world = World::with_consents().await;
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
