//! What must go is erased to the last item, in steps that may be killed, and nothing else is.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, Fault};
use onbehalf::capabilities::store::{
    Erase, Erased, Plan, PlanReports, ReadTenants, RecordRuns, RunEnd, WhyErase, WriteTenants,
};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::failure::Failure;
use onbehalf::use_cases::erase::{ErasedUntilNow, erase};
use onbehalf::use_cases::report_accounts::{Reported, report_accounts};
use onbehalf_contract::RunResult;
use onbehalf_tests::{Table, World, reports_to, times_reported};

const HOUR: i64 = 3600;

#[tokio::test]
async fn what_ends_a_consent_while_its_person_is_erased_is_not_left_behind() {
    let world = World::a_week_after_consent().await;
    let (store, of, now) = (world.app.store(), world.subject(ALICE), world.clock.now());
    let plan = [(of.account.clone(), Plan::Erase { now })];
    store.plan(&of.tenant, &plan).await.unwrap();
    // What is kept was read, and is about to go.
    let database = world.holding_database(0).await;
    let eraser = world.instance_on(database.aws()).parts.store;
    let between = async {
        database.arrived().await;
        world.as_person("alice").revoke().await.expect(200);
        database.release();
    };
    let (erased, ()) = tokio::join!(eraser.erase_person(&of, &WhyErase::Planned), between);
    assert_eq!(erased.unwrap(), Erased::Everything);
    let table = world.table().await;
    assert!(!table.holds(ALICE), "{table:?}");
}

#[tokio::test]
async fn no_more_is_begun_than_there_is_time_for() {
    let world = World::a_week_after_consent().await;
    let parts = world.instance().parts;
    let now = world.clock.now();
    let reported = report_accounts(&parts.store, &parts.platform, &*parts.clock, now).await;
    assert_eq!(reported.unwrap(), Reported::default());
    assert!(reports_to(&world.site).is_empty());

    world.uninstall().await;
    world.clock.advance_days(30);
    let before = world.table().await;
    let now = world.clock.now();
    let erased = erase(&parts.store, &*world.app.timers(), &*parts.clock, now).await;
    assert_eq!(erased.unwrap(), ErasedUntilNow::default());
    assert!(world.table().await == before);
}

#[tokio::test]
async fn who_closed_their_account_is_erased_to_the_last_item_and_nobody_else() {
    let (world, other) = World::with_another_site().await;
    let there = world.as_person_of(&other, "alice");
    there.allow("readWrite", 90).await.expect(201);
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    for person in [&alice, &ada] {
        person.allow("readWrite", 90).await.expect(201);
        assert_eq!(person.run().await["result"], "done");
    }
    alice.revoke().await.expect(200);
    alice.allow("readWrite", 90).await.expect(201);
    world.clock.advance_days(7);
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let here = format!("{}#{ALICE}", world.installation().client_key);
    let mut kept = world.table().await.without_plans();
    let before = kept.len();
    kept.retain(|row| !row["pk"].as_s().unwrap().ends_with(&here));
    assert_eq!(before - kept.len(), 8, "{kept:?}");

    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(table.of(&here).count(), 0, "{table:?}");
    assert_eq!(table.without_plans(), kept);
    world.assert_logs_whole().await;

    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let reported = times_reported(&world.site);
    assert_eq!((reported[ALICE], reported[ADA]), (1, 2));
}

#[tokio::test]
async fn who_is_to_be_erased_is_erased_without_being_reported_again() {
    let world = World::a_week_after_consent().await;
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    // Two timers were looked at, and the answer is noted; then the database is of no use.
    database.conflict_after(2 + 1, u32::MAX);
    instance.sweep().await.unwrap_err();
    assert!(world.table().await.people().contains(ALICE));

    world.instance().sweep().await.unwrap();
    assert!(!world.table().await.holds(ALICE));
    assert_eq!(times_reported(&world.site)[ALICE], 1);
}

#[tokio::test]
async fn a_removed_site_is_kept_for_its_time_and_erased_then() {
    let (world, other) = World::with_another_site().await;
    let there = world.as_person_of(&other, "alice");
    there.allow("readWrite", 90).await.expect(201);
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    alice.run().await;
    world.crowd(20).await;
    let tenant = world.installation().client_key;
    let instance = world.instance();
    world.clock.advance_seconds(1);
    world.uninstall().await;
    let removed = world.table().await;

    world.clock.advance_days(29);
    instance.sweep().await.unwrap();
    let kept = world.table().await;
    assert!(reports_to(&world.site).is_empty(), "nobody answers there");
    let of_tenant = |table: &Table| {
        let rows = table.rows().iter();
        rows.filter(|row| row["pk"].as_s().unwrap().contains(&tenant))
            .count()
    };
    assert_eq!(of_tenant(&kept), of_tenant(&removed));

    world.clock.advance_days(1);
    instance.sweep().await.unwrap();
    let table = world.table().await;
    assert!(!table.holds(&tenant), "{table:?}");
    let mut others = kept.without_plans();
    others.retain(|row| !row["pk"].as_s().unwrap().contains(&tenant));
    assert_eq!(table.without_plans(), others);
    assert!(table.people().contains(ALICE), "in the other site");

    world.install().await;
    assert_eq!(alice.consent().await["state"], "none");
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
    world.assert_logs_whole().await;
}

#[tokio::test]
async fn erasing_that_is_killed_at_any_step_goes_on() {
    let world = World::start().await;
    world.crowd(12).await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    alice.run().await;
    world.clock.advance_seconds(1);
    world.uninstall().await;
    world.clock.advance_days(30);

    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    let mut left = world.table().await.people();
    assert_eq!(left.len(), 13);
    for steps in [0, 1, 2, 3, 5] {
        database.conflict_after(steps, u32::MAX);
        instance.sweep().await.unwrap_err();
        let still = world.table().await.people();
        assert!(still.is_subset(&left) && !still.is_empty());
        left = still;
        world.assert_logs_whole().await;
    }
    assert!(left.len() < 12);
    database.conflict(0);
    instance.sweep().await.unwrap();
    assert!(world.table().await.rows().is_empty());
}

#[tokio::test]
async fn a_site_that_is_installed_again_while_it_is_erased_keeps_what_it_has() {
    // The first is that a timer is looked at.
    for steps in 0..7 {
        let world = World::start().await;
        let crowd = world.crowd(2).await;
        let alice = world.as_person("alice");
        alice.allow("readWrite", 90).await.expect(201);
        alice.run().await;
        world.clock.advance_seconds(1);
        world.uninstall().await;
        world.clock.advance_days(30);
        let database = world.conflicting_database().await;
        database.conflict_after(steps, u32::MAX);
        world.instance_on(database.aws()).sweep().await.unwrap_err();

        let erased_from = world.table().await;
        world.install().await;
        let installed = world.table().await;
        assert_eq!(installed.people(), erased_from.people());
        world.clock.advance_seconds(HOUR);
        // The next sweep, and one that found the tenant removed and came too late.
        world.instance().sweep().await.unwrap();
        let why = WhyErase::TenantRemoved { generation: 2 };
        for account in crowd.iter().map(String::as_str).chain([ALICE]) {
            let of = world.subject(account);
            let late = world.app.store().erase_person(&of, &why).await.unwrap();
            let is_kept = installed.people().contains(account);
            assert_eq!(late == Erased::NoReason, is_kept, "{steps}: {account}");
        }
        let key = world.subject(ALICE).tenant;
        let late = world.app.store().erase_tenant(&key, 2).await.unwrap();
        assert_eq!(late, Erased::NoReason);
        assert_eq!(
            world.table().await.without_plans(),
            installed.without_plans(),
            "after {steps} steps"
        );
        world.assert_logs_whole().await;
        // Whatever is left of somebody, they can consent anew.
        alice.allow("readWrite", 30).await.expect(201);
        assert_eq!(alice.run().await["result"], "done");
    }
}

#[tokio::test]
async fn what_comes_between_two_steps_of_erasing_is_not_left_behind() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    let run = world.run_due_in("alice", 0);
    world.clock.advance_seconds(1);
    world.uninstall().await;
    world.clock.advance_days(30);
    let end = RunEnd {
        result: RunResult::Refused,
        reason: Some(Failure::AppGone.reason()),
        again_at: None,
    };
    // A timer was looked at, everything else is gone, and the note is about to go.
    let database = world.holding_database(1 + 1).await;
    let instance = world.instance_on(database.aws());
    let between = async {
        database.arrived().await;
        let (store, now) = (world.app.store(), world.clock.now());
        store.record_no_act(&run, None, &end, now).await.unwrap();
        assert_eq!(world.table().await.of(ALICE).count(), 2);
        database.release();
    };
    let (swept, ()) = tokio::join!(instance.sweep(), between);
    swept.unwrap();
    assert!(world.table().await.rows().is_empty());

    // And after that, nothing is written about somebody of whom nothing is kept.
    let (store, now) = (world.app.store(), world.clock.now());
    store.record_no_act(&run, None, &end, now).await.unwrap();
    assert!(world.table().await.rows().is_empty());
}

/// The same of somebody whose account is closed.
#[tokio::test]
async fn what_comes_before_the_last_step_of_erasing_somebody_is_not_left_behind() {
    let world = World::a_week_after_consent().await;
    let run = world.run_due_in("alice", 0);
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let end = RunEnd {
        result: RunResult::Refused,
        reason: Some(Failure::AppGone.reason()),
        again_at: None,
    };
    // Two timers were looked at, the plan is made, everything else is gone, and the note is about to go.
    let database = world.holding_database(2 + 2).await;
    let instance = world.instance_on(database.aws());
    let between = async {
        database.arrived().await;
        let (store, now) = (world.app.store(), world.clock.now());
        store.record_no_act(&run, None, &end, now).await.unwrap();
        assert_eq!(world.table().await.of(ALICE).count(), 2);
        database.release();
    };
    let (swept, ()) = tokio::join!(instance.sweep(), between);
    swept.unwrap();
    assert!(!world.table().await.holds(ALICE));
}

#[tokio::test]
async fn nobody_asks_for_a_token_of_somebody_who_was_erased_since_their_act_began() {
    let world = World::a_week_after_consent().await;
    let run = world.run_due_in("alice", 0);
    // The act has begun, and the turn to ask for a token is about to be taken.
    let database = world.holding_database(1).await;
    let instance = world.instance_on(database.aws());
    let erased_meanwhile = async {
        database.arrived().await;
        let closed = world.site.people().set_state("alice", AccountState::Closed);
        closed.unwrap();
        world.instance().sweep().await.unwrap();
        assert!(!world.table().await.holds(ALICE));
        database.release();
    };
    let (ran, ()) = tokio::join!(instance.run(&run), erased_meanwhile);
    ran.unwrap();
    let table = world.table().await;
    assert!(!table.holds(ALICE), "{table:?}");
    assert!(world.site.exchanges().all().is_empty());
}

#[tokio::test]
async fn an_install_between_any_two_steps_of_erasing_ends_it() {
    // Two people, two steps each, and one step for the tenant.
    for steps in 0..5 {
        let world = World::start().await;
        world.crowd(2).await;
        world.clock.advance_seconds(1);
        world.uninstall().await;
        world.clock.advance_days(30);
        let database = world.holding_database(steps).await;
        let instance = world.instance_on(database.aws());
        let between = async {
            database.arrived().await;
            world.install().await;
            let installed = world.table().await;
            database.release();
            installed
        };
        let (swept, installed) = tokio::join!(instance.sweep(), between);
        swept.unwrap();
        assert!(world.table().await == installed, "after {steps} steps");
        let people = installed.people().len();
        assert_eq!(people, 2 - usize::try_from(steps).unwrap() / 2);
        world.assert_logs_whole().await;
    }
}

#[tokio::test]
async fn an_install_that_meets_erasing_is_tried_again() {
    let world = World::start().await;
    let key = world.subject(ALICE).tenant;
    world.clock.advance_seconds(1);
    world.uninstall().await;
    let database = world.conflicting_database().await;
    let store = world.instance_on(database.aws()).parts.store;
    let tenant = store.tenant(&key).await.unwrap().unwrap();
    database.conflict(3);
    let replaces = Some(tenant.generation);
    store.write_tenant(&tenant, replaces).await.unwrap();
    assert_eq!(database.cancelled(), 3);
}

#[tokio::test]
async fn whoever_has_done_much_is_erased_whole_or_not_at_all() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    for _ in 0..120 {
        world.clock.advance_seconds(1);
        alice.allow("readWrite", 90).await.expect(200);
    }
    fill_with_acts(&world, 100).await;
    world.uninstall().await;
    world.clock.advance_days(30);

    let database = world.conflicting_database().await;
    // A timer is looked at first.
    database.conflict_after(1 + 1, u32::MAX);
    world.instance_on(database.aws()).sweep().await.unwrap_err();
    let events = |table: &Table| {
        let rows = table.of(ALICE);
        rows.filter(|row| row["sk"].as_s().unwrap().starts_with("event#"))
            .count()
    };
    let left = events(&world.table().await);
    assert!((1..121).contains(&left), "{left} events are left");
    world.install().await;
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert!(!table.holds(ALICE), "{table:?}");
    alice.allow("read", 30).await.expect(201);
    world.assert_logs_whole().await;
}

/// Acts of Alice in the table that nobody made: for each an item of an act and one of a run.
async fn fill_with_acts(world: &World, acts: u32) {
    let pk = format!("person#{}#{ALICE}", world.installation().client_key);
    let database = world.database();
    for number in 0..acts {
        for sk in [
            format!("act#{number:015}#x"),
            format!("run#daily-note#{number:015}"),
        ] {
            let put = database.put_item().table_name("onbehalf");
            put.item("pk", AttributeValue::S(pk.clone()))
                .item("sk", AttributeValue::S(sk))
                .send()
                .await
                .unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_on_the_wire_brings_nobody_back() {
    for (path, after) in [
        ("/wiki/api/v2/users-bulk", false),
        ("/wiki/api/v2/users-bulk", true),
        ("/oauth2/token", false),
        ("/oauth2/token", true),
        ("/wiki/api/v2/pages", false),
        ("/wiki/api/v2/pages", true),
    ] {
        let world = World::a_week_after_consent().await;
        let mut fault = Fault::on("POST", path).once().hold();
        if after {
            fault = fault.after();
        }
        let held = world.site.faults().add(fault);
        let (instance, run) = (world.instance(), world.run_due_in("alice", 0));
        let under_way = tokio::spawn(async move { instance.run(&run).await });
        held.arrived().await;
        let closed = world.site.people().set_state("alice", AccountState::Closed);
        closed.unwrap();
        world.instance().sweep().await.unwrap();
        assert!(!world.table().await.holds(ALICE), "{path}");

        held.release();
        under_way.await.unwrap().unwrap();
        let table = world.table().await;
        assert!(!table.holds(ALICE), "{path}, {after}: {table:?}");
    }
}

#[tokio::test]
async fn a_consent_that_was_on_the_wire_is_a_new_one_and_is_found_again() {
    let world = World::a_week_after_consent().await;
    let alice = world.as_person("alice");
    let fault = Fault::on("POST", "/wiki/api/v2/users-bulk").once();
    let held = world.site.faults().add(fault.after().hold());
    let erased_meanwhile = async {
        held.arrived().await;
        let closed = world.site.people().set_state("alice", AccountState::Closed);
        closed.unwrap();
        let told = world.site.deliveries();
        told.wait_for(|it| it.event == "user_removed").await;
        // Not by a sweep: the app waits five seconds for an answer, also on a slow machine.
        let (store, of, now) = (world.app.store(), world.subject(ALICE), world.clock.now());
        let plan = [(of.account.clone(), Plan::Erase { now })];
        store.plan(&of.tenant, &plan).await.unwrap();
        let erased = store.erase_person(&of, &WhyErase::Planned).await;
        assert_eq!(erased.unwrap(), Erased::Everything);
        held.release();
    };
    let (given, ()) = tokio::join!(alice.allow("readWrite", 30), erased_meanwhile);
    given.expect(201);
    world.assert_logs_whole().await;
    assert_eq!(world.table().await.of(ALICE).count(), 4);

    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    assert!(!world.table().await.holds(ALICE));
}

#[tokio::test]
async fn a_new_consent_puts_an_end_to_a_plan_to_erase() {
    let world = World::a_week_after_consent().await;
    let alice = world.as_person("alice");
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let database = world.conflicting_database().await;
    // Two timers were looked at, the plan is made, and the consent is erased with it; the note stays.
    database.conflict_after(2 + 2, u32::MAX);
    let killed = world.instance_on(database.aws());
    killed.sweep().await.unwrap_err();
    let table = world.table().await;
    let [note] = &table.of(ALICE).collect::<Vec<_>>()[..] else {
        panic!("not only the note is left: {table:?}")
    };
    assert_eq!(note["sk"].as_s().unwrap(), "person");

    let active = world.site.people().set_state("alice", AccountState::Active);
    active.unwrap();
    alice.allow("readWrite", 30).await.expect(201);
    let before = world.table().await;
    let late = world
        .app
        .store()
        .erase_person(&world.subject(ALICE), &WhyErase::Planned)
        .await;
    assert_eq!(late.unwrap(), Erased::NoReason);
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(table.without_plans(), before.without_plans());
    assert_eq!(table.plans(), before.plans());
}

#[tokio::test]
async fn a_site_is_forgotten_no_sooner_than_its_callbacks_expire() {
    let world = World::start().await;
    world.as_person("alice").allow("read", 30).await.expect(201);
    world.clock.advance_seconds(1);
    let longest = world.clock.epoch_seconds() + HOUR;
    let old = world.callback("installed");
    let old = old.token(|token| token.claim("exp", longest));
    world.clock.advance_seconds(1);
    let removal = world.clock.now();
    let key = world.installation().client_key;
    world.uninstall().await;
    // As if nothing was to be kept of a removed site.
    let at = AttributeValue::N(removal.as_millisecond().to_string());
    let update = world.database().update_item().table_name("onbehalf");
    update
        .key("pk", AttributeValue::S(format!("tenant#{key}")))
        .key("sk", AttributeValue::S("tenant".into()))
        .update_expression("SET eraseAt = :at, dueAt = :at")
        .expression_attribute_values(":at", at)
        .send()
        .await
        .unwrap();

    for _ in 0..2 {
        world.instance().sweep().await.unwrap();
        assert!(world.table().await.holds(ALICE));
        assert_eq!(old.send().await.status, 401);
        world.clock.advance_seconds(HOUR);
    }
    world.instance().sweep().await.unwrap();
    assert!(world.table().await.rows().is_empty());
    assert_eq!(old.send().await.status, 401);
    assert!(world.table().await.rows().is_empty());
}

#[tokio::test]
async fn what_is_left_over_of_a_site_that_is_not_known_is_erased() {
    let world = World::a_week_after_consent().await;
    let key = world.installation().client_key;
    let delete = world.database().delete_item().table_name("onbehalf");
    delete
        .key("pk", AttributeValue::S(format!("tenant#{key}")))
        .key("sk", AttributeValue::S("tenant".into()))
        .send()
        .await
        .unwrap();
    world.instance().sweep().await.unwrap();
    assert!(world.table().await.rows().is_empty());
    assert!(reports_to(&world.site).is_empty());
}
