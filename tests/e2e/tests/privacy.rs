//! What becomes of what is kept about people: it is reported to Atlassian, and erased when it must go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, Effect, Fault, Simulator};
use onbehalf::capabilities::store::{
    DueWalk, Erase, Erased, Plan, PlanReports, ReadTenants, RecordRuns, RunEnd, WhyErase,
    WriteTenants,
};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::failure::Failure;
use onbehalf::domain::ids::{AccountId, Subject, TenantKey};
use onbehalf::domain::report_plan::CYCLE;
use onbehalf::use_cases::erase::{ErasedUntilNow, erase};
use onbehalf::use_cases::report_accounts::{Reported, report_accounts};
use onbehalf::use_cases::verify_log::verify_log;
use onbehalf_contract::RunResult;
use onbehalf_tests::{Row, Table, World, at_once};
use serde_json::{Value, json};

const REPORT: &str = "/wiki/rest/atlassian-connect/latest/report-accounts";
const HOUR: i64 = 3600;

/// A site in which Alice and Ada have consented, a week ago: it is time to report them.
async fn a_week_after_consent() -> World {
    let world = World::start().await;
    for person in ["alice", "ada"] {
        let person = world.as_person(person);
        person.allow("readWrite", 90).await.expect(201);
    }
    world.clock.advance_days(7);
    world
}

/// How many accounts each report held that a site received, refused ones included.
fn reports_to(site: &Simulator) -> Vec<usize> {
    let calls = site.calls().filter(|call| call.path == REPORT);
    calls
        .iter()
        .map(|call| {
            let body = call.body.as_deref().unwrap();
            let report: Value = serde_json::from_str(body).unwrap();
            report["accounts"].as_array().unwrap().len()
        })
        .collect()
}

/// How often each account was reported to a site that took it.
fn times_reported(site: &Simulator) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for report in site.reports().all() {
        *times.entry(report.account_id).or_default() += 1;
    }
    times
}

/// The table but for when people are to be reported next, and when the timers of schedules are to be looked at.
fn without_plans(table: &Table) -> Vec<Row> {
    let mut rows = table.rows().to_vec();
    for row in &mut rows {
        let sk = row["sk"].as_s().unwrap();
        if sk == "person" || sk.starts_with("schedule#") {
            row.remove("dueAt");
        }
    }
    rows
}

/// When people are to be reported next.
fn plan_of(table: &Table) -> Vec<Option<&AttributeValue>> {
    let rows = table.rows().iter();
    rows.filter(|row| row["sk"].as_s().unwrap() == "person")
        .map(|row| row.get("dueAt"))
        .collect()
}

/// The account ids of the people of whom anything is kept.
fn people_in(table: &Table) -> BTreeSet<String> {
    let keys = table.rows().iter().map(|row| row["pk"].as_s().unwrap());
    keys.filter_map(|pk| pk.strip_prefix("person#")?.split_once('#'))
        .map(|(_, account)| account.to_owned())
        .collect()
}

fn subject(world: &World, account: &str) -> Subject {
    Subject {
        tenant: TenantKey::parse(world.installation().client_key).unwrap(),
        account: AccountId::parse(account).unwrap(),
    }
}

async fn assert_logs_whole(world: &World) {
    let check = verify_log(world.app.store()).await.unwrap();
    assert_eq!(check.findings, []);
}

#[tokio::test]
async fn everybody_is_reported_once_in_a_cycle_ninety_at_a_time() {
    let world = World::start().await;
    let crowd = world.crowd(200).await;
    let noted = world.clock.now();
    let instance = world.instance();
    instance.sweep().await.unwrap();
    assert!(
        reports_to(&world.site).is_empty(),
        "what was had today is not reported today"
    );

    world.clock.advance_days(7);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [90, 90, 20]);
    let everybody: BTreeSet<_> = crowd.iter().cloned().collect();
    let reported = times_reported(&world.site);
    assert!(reported.values().all(|times| *times == 1), "{reported:?}");
    assert_eq!(reported.into_keys().collect::<BTreeSet<_>>(), everybody);
    let reports = world.site.reports().all();
    assert!(reports.iter().all(|report| report.updated_at == noted));

    for hours in [1, 5 * 24, 2 * 24 - 2] {
        world.clock.advance_seconds(hours * HOUR);
        instance.sweep().await.unwrap();
        assert_eq!(reports_to(&world.site).len(), 3);
    }
    world.clock.advance_seconds(HOUR);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [90, 90, 20, 90, 90, 20]);
    assert!(
        times_reported(&world.site)
            .values()
            .all(|times| *times == 2)
    );
}

#[tokio::test]
async fn whoever_is_due_longest_comes_first_and_nobody_is_left_out() {
    let world = World::start().await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(BTreeSet::from_iter(world.crowd(30).await));
        world.clock.advance_days(1);
    }
    world.clock.advance_days(7);
    let (store, now) = (world.app.store(), world.clock.now());
    let mut walk = DueWalk::with_pages_of(2);
    let mut found = Vec::new();
    while let Some(of) = store.next_due(&mut walk, now).await.unwrap() {
        found.push(of.account.to_string());
    }
    let days = found.chunks(30).map(|day| day.iter().cloned().collect());
    assert_eq!(days.collect::<Vec<BTreeSet<_>>>(), expected);

    // The same for the people of a tenant, one after the other.
    let key = subject(&world, ALICE).tenant;
    let (mut last, mut people) = (None, BTreeSet::new());
    while let Some(next) = store
        .people_of(&key, last.as_ref())
        .await
        .unwrap()
        .into_iter()
        .next()
    {
        assert!(people.insert(next.account.to_string()));
        last = Some(next);
    }
    assert_eq!(people, expected.into_iter().flatten().collect());
}

#[tokio::test]
async fn no_more_is_begun_than_there_is_time_for() {
    let world = a_week_after_consent().await;
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
async fn what_cannot_be_read_does_not_hold_up_the_others() {
    let (world, other) = World::with_another_site().await;
    for person in ["alice", "ada"] {
        world.as_person(person).allow("read", 90).await.expect(201);
    }
    let there = world.as_person_of(&other, "alice");
    there.allow("read", 90).await.expect(201);
    let key = world.installation().client_key;
    let (tenant, alice) = (format!("tenant#{key}"), format!("person#{key}#{ALICE}"));
    for (pk, sk, attribute, reported_here) in [
        (tenant, "tenant", "site", vec![]),
        (alice, "person", "updatedAt", vec![1]),
    ] {
        world.clock.advance_days(7);
        let database = world.database();
        let change = async |change: &str| {
            let update = database.update_item().table_name("onbehalf");
            update
                .key("pk", AttributeValue::S(pk.clone()))
                .key("sk", AttributeValue::S(sk.into()))
                .update_expression(change)
                .expression_attribute_names("#attribute", attribute)
                .send()
                .await
                .unwrap();
        };
        change("SET kept = #attribute REMOVE #attribute").await;
        let before = reports_to(&other).len();
        world.instance().sweep().await.unwrap();
        assert_eq!(reports_to(&other).len(), before + 1, "{attribute}");
        assert_eq!(reports_to(&world.site), reported_here, "{attribute}");
        change("SET #attribute = kept REMOVE kept").await;
    }
}

#[tokio::test]
async fn the_timer_wakes_the_sweep_that_reports() {
    let world = a_week_after_consent().await;
    world.clock.tick().await;
    assert_eq!(reports_to(&world.site), [2]);
    world.app.idle().await;
}

#[tokio::test]
async fn a_cycle_is_as_long_as_the_answer_says() {
    let world = a_week_after_consent().await;
    let instance = world.instance();
    world.site.set_report_cycle(25);
    instance.sweep().await.unwrap();
    world.clock.advance_days(24);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2]);

    // What is not said clearly is not said: then a cycle is seven days.
    let mut unclear = Fault::on("POST", REPORT).once().respond(204, Value::Null);
    if let Effect::Respond { headers, .. } = &mut unclear.effect {
        headers.insert("Cycle-Period".to_owned(), "0 Days".to_owned());
    }
    world.site.faults().add(unclear);
    world.clock.advance_days(1);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2, 2]);
    world.clock.advance_days(6);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2, 2]);
    world.clock.advance_days(1);
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2, 2, 2]);
}

#[tokio::test]
async fn a_site_that_asks_to_wait_is_left_alone_by_every_sweep_and_others_are_not() {
    let (world, other) = World::with_another_site().await;
    let there = world.as_person_of(&other, "ada");
    there.allow("read", 90).await.expect(201);
    world.crowd(100).await;
    world.clock.advance_days(7);
    let busy = Fault::on("POST", REPORT).too_many_requests(3 * 3600);
    world.site.faults().add(busy.once());

    world.instance().sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [90]);
    assert_eq!(reports_to(&other), [1]);
    for hours in [1, 1] {
        world.clock.advance_seconds(hours * HOUR);
        world.instance().sweep().await.unwrap();
        assert_eq!(reports_to(&world.site), [90]);
    }
    world.clock.advance_seconds(HOUR);
    world.instance().sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [90, 90, 10]);
    assert!(
        times_reported(&world.site)
            .values()
            .all(|times| *times == 1)
    );
    assert_eq!(reports_to(&other), [1]);
}

#[tokio::test]
async fn what_was_not_answered_is_reported_by_the_next_sweep_and_what_was_refused_a_day_later() {
    let world = a_week_after_consent().await;
    let instance = world.instance();
    let before = world.table().await;
    for fault in [
        Fault::on("POST", REPORT).respond(500, json!({"errorType": "X", "errorMessage": "x"})),
        Fault::on("POST", REPORT).respond(503, Value::Null),
        Fault::on("POST", REPORT).reset(),
    ] {
        world.site.faults().add(fault.once());
        instance.sweep().await.unwrap();
        let table = world.table().await;
        assert_eq!(plan_of(&table), plan_of(&before));
        assert_eq!(without_plans(&table), without_plans(&before));
    }
    assert_eq!(reports_to(&world.site).len(), 3);

    for status in [400, 401, 403, 404, 302, 202] {
        let sent = reports_to(&world.site).len();
        let refusal = Fault::on("POST", REPORT).respond(status, Value::Null);
        world.site.faults().add(refusal.once());
        instance.sweep().await.unwrap();
        world.clock.advance_seconds(23 * HOUR);
        instance.sweep().await.unwrap();
        assert_eq!(reports_to(&world.site).len(), sent + 1, "{status}");
        world.clock.advance_seconds(HOUR);
    }
    assert!(times_reported(&world.site).is_empty());
    instance.sweep().await.unwrap();
    assert!(
        times_reported(&world.site)
            .values()
            .all(|times| *times == 1)
    );
    assert_eq!(times_reported(&world.site).len(), 2);
}

#[tokio::test]
async fn a_sweep_that_is_killed_goes_on_where_it_stopped() {
    let world = World::start().await;
    let crowd = world.crowd(200).await;
    world.clock.advance_days(7);
    world.site.faults().add(Fault::on("POST", REPORT).once());
    let held = world.site.faults().add(Fault::on("POST", REPORT).hold());
    let instance = world.instance();
    let killed = tokio::spawn(async move { instance.sweep().await });
    held.arrived().await;
    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());
    world.site.faults().clear();
    assert_eq!(times_reported(&world.site).len(), 90);

    world.clock.advance_seconds(HOUR);
    world.instance().sweep().await.unwrap();
    let reported = times_reported(&world.site);
    assert_eq!(reported.len(), crowd.len());
    assert!(reported.values().all(|times| *times == 1), "{reported:?}");
}

#[tokio::test]
async fn of_many_sweeps_at_once_one_reports() {
    let world = World::start().await;
    let crowd = world.crowd(100).await;
    world.clock.advance_days(7);
    let instances: Vec<_> = (0..5).map(|_| world.instance()).collect();
    for swept in at_once(instances.iter().map(|instance| instance.sweep())).await {
        swept.unwrap();
    }
    // Nor does a sweep that found them due before they were reported.
    let store = world.app.store();
    let (key, now) = (subject(&world, ALICE).tenant, world.clock.now());
    let some: Vec<_> = crowd[..50].iter().map(AccountId::parse).collect();
    let some: Vec<_> = some.into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(store.still_due(&key, &some, now).await.unwrap(), []);
    let next = now + CYCLE;
    let due = store.still_due(&key, &some, next).await.unwrap();
    assert_eq!(due.len(), 50);
    world.instance().sweep().await.unwrap();
    let reported = times_reported(&world.site);
    assert_eq!(reported.len(), 100);
    assert!(reported.values().all(|times| *times == 1), "{reported:?}");
}

#[tokio::test]
async fn who_is_erased_while_their_report_is_on_the_way_stays_erased() {
    let world = a_week_after_consent().await;
    let held = Fault::on("POST", REPORT).once().after().hold();
    let held = world.site.faults().add(held);
    let instance = world.instance();
    let meanwhile = async {
        held.arrived().await;
        let (store, now) = (world.app.store(), world.clock.now());
        let alice = subject(&world, ALICE);
        let plan = [(alice.account.clone(), Plan::Erase { now })];
        store.plan(&alice.tenant, &plan).await.unwrap();
        let erased = store.erase_person(&alice, &WhyErase::Planned).await;
        assert_eq!(erased.unwrap(), Erased::Everything);
        held.release();
    };
    let (swept, ()) = tokio::join!(instance.sweep(), meanwhile);
    swept.unwrap();
    assert!(!world.table().await.holds(ALICE));
    // The other one's report is noted all the same.
    instance.sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2]);
}

#[tokio::test]
async fn a_site_where_the_app_is_switched_off_is_not_asked() {
    let world = a_week_after_consent().await;
    world.set_enabled(false).await;
    world.instance().sweep().await.unwrap();
    assert!(reports_to(&world.site).is_empty());
    world.set_enabled(true).await;
    world.instance().sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2]);
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
    let mut kept = without_plans(&world.table().await);
    let before = kept.len();
    kept.retain(|row| !row["pk"].as_s().unwrap().ends_with(&here));
    assert_eq!(before - kept.len(), 8, "{kept:?}");

    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(table.of(&here).count(), 0, "{table:?}");
    assert_eq!(without_plans(&table), kept);
    assert_logs_whole(&world).await;

    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let reported = times_reported(&world.site);
    assert_eq!((reported[ALICE], reported[ADA]), (1, 2));
}

#[tokio::test]
async fn who_is_to_be_erased_is_erased_without_being_reported_again() {
    let world = a_week_after_consent().await;
    let closed = world.site.people().set_state("alice", AccountState::Closed);
    closed.unwrap();
    let database = world.conflicting_database().await;
    let instance = world.instance_on(database.aws());
    // Two timers were looked at, and the answer is noted; then the database is of no use.
    database.conflict_after(2 + 1, u32::MAX);
    instance.sweep().await.unwrap_err();
    assert!(people_in(&world.table().await).contains(ALICE));

    world.instance().sweep().await.unwrap();
    assert!(!world.table().await.holds(ALICE));
    assert_eq!(times_reported(&world.site)[ALICE], 1);
}

#[tokio::test]
async fn whose_account_has_changed_is_kept_and_reported_with_newer_data() {
    let world = a_week_after_consent().await;
    let noted = world.clock.now();
    world.site.people().mark_updated("alice").unwrap();
    let before = world.table().await;

    world.clock.advance_seconds(60);
    world.instance().sweep().await.unwrap();
    let (mut rows, swept) = (without_plans(&before), world.clock.now());
    for row in &mut rows {
        if row["sk"].as_s().unwrap() == "person" && row["pk"].as_s().unwrap().ends_with(ALICE) {
            let now = AttributeValue::N(swept.as_millisecond().to_string());
            row.insert("updatedAt".into(), now);
        }
    }
    assert_eq!(without_plans(&world.table().await), rows);

    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    let reports = world.site.reports().all();
    let last = |account| {
        let mut reports = reports.iter().rev();
        reports.find(|report| report.account_id == account).unwrap()
    };
    assert_eq!((last(ALICE).updated_at, last(ALICE).status), (swept, None));
    assert!(last(ADA).updated_at < noted);
}

#[tokio::test]
async fn an_answer_that_is_not_about_the_report_changes_nothing() {
    let world = a_week_after_consent().await;
    let closed = |account: &str| json!({"accountId": account, "status": "closed"});
    let accounts = |accounts: Vec<Value>| json!({ "accounts": accounts });
    let before = without_plans(&world.table().await);
    let instance = world.instance();
    for answer in [
        accounts(vec![closed("712020:never-reported")]),
        accounts(vec![closed(ALICE), closed("712020:never-reported")]),
        accounts(vec![closed(ALICE), closed(ALICE)]),
        accounts(vec![
            closed(ALICE),
            json!({"accountId": ADA, "status": "merged"}),
        ]),
        accounts(vec![closed(ALICE), json!({"accountId": "unknown"})]),
        json!({"account": [closed(ALICE)]}),
        json!("<html>Closed for maintenance</html>"),
        Value::Null,
    ] {
        let sent = reports_to(&world.site).len();
        let fault = Fault::on("POST", REPORT).respond(200, answer.clone());
        world.site.faults().add(fault.once());
        for hours in [0, 1, 6 * 24 + 22] {
            world.clock.advance_seconds(hours * HOUR);
            instance.sweep().await.unwrap();
            assert_eq!(without_plans(&world.table().await), before, "{answer}");
        }
        assert_eq!(
            reports_to(&world.site).len(),
            sent + 1,
            "who was reported is reported again in the next cycle: {answer}"
        );
        world.clock.advance_seconds(HOUR);
    }
    assert!(times_reported(&world.site).is_empty());
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
    let mut others = without_plans(&kept);
    others.retain(|row| !row["pk"].as_s().unwrap().contains(&tenant));
    assert_eq!(without_plans(&table), others);
    assert!(people_in(&table).contains(ALICE), "in the other site");

    world.install().await;
    assert_eq!(alice.consent().await["state"], "none");
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
    assert_logs_whole(&world).await;
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
    let mut left = people_in(&world.table().await);
    assert_eq!(left.len(), 13);
    for steps in [0, 1, 2, 3, 5] {
        database.conflict_after(steps, u32::MAX);
        instance.sweep().await.unwrap_err();
        let still = people_in(&world.table().await);
        assert!(still.is_subset(&left) && !still.is_empty());
        left = still;
        assert_logs_whole(&world).await;
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
        assert_eq!(people_in(&installed), people_in(&erased_from));
        world.clock.advance_seconds(HOUR);
        // The next sweep, and one that found the tenant removed and came too late.
        world.instance().sweep().await.unwrap();
        let why = WhyErase::TenantRemoved { generation: 2 };
        for account in crowd.iter().map(String::as_str).chain([ALICE]) {
            let of = subject(&world, account);
            let late = world.app.store().erase_person(&of, &why).await.unwrap();
            let is_kept = people_in(&installed).contains(account);
            assert_eq!(late == Erased::NoReason, is_kept, "{steps}: {account}");
        }
        let key = subject(&world, ALICE).tenant;
        let late = world.app.store().erase_tenant(&key, 2).await.unwrap();
        assert_eq!(late, Erased::NoReason);
        assert_eq!(
            without_plans(&world.table().await),
            without_plans(&installed),
            "after {steps} steps"
        );
        assert_logs_whole(&world).await;
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
        let people = people_in(&installed).len();
        assert_eq!(people, 2 - usize::try_from(steps).unwrap() / 2);
        assert_logs_whole(&world).await;
    }
}

#[tokio::test]
async fn an_install_that_meets_erasing_is_tried_again() {
    let world = World::start().await;
    let key = subject(&world, ALICE).tenant;
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
    assert_logs_whole(&world).await;
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
        let world = a_week_after_consent().await;
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
    let world = a_week_after_consent().await;
    let alice = world.as_person("alice");
    let fault = Fault::on("POST", "/wiki/api/v2/users-bulk").once();
    let held = world.site.faults().add(fault.after().hold());
    let erased_meanwhile = async {
        held.arrived().await;
        let closed = world.site.people().set_state("alice", AccountState::Closed);
        closed.unwrap();
        world.instance().sweep().await.unwrap();
        assert!(!world.table().await.holds(ALICE));
        held.release();
    };
    let (given, ()) = tokio::join!(alice.allow("readWrite", 30), erased_meanwhile);
    given.expect(201);
    assert_logs_whole(&world).await;
    assert_eq!(world.table().await.of(ALICE).count(), 4);

    world.clock.advance_days(7);
    world.instance().sweep().await.unwrap();
    assert!(!world.table().await.holds(ALICE));
}

#[tokio::test]
async fn a_new_consent_puts_an_end_to_a_plan_to_erase() {
    let world = a_week_after_consent().await;
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
        .erase_person(&subject(&world, ALICE), &WhyErase::Planned)
        .await;
    assert_eq!(late.unwrap(), Erased::NoReason);
    world.instance().sweep().await.unwrap();
    let table = world.table().await;
    assert_eq!(without_plans(&table), without_plans(&before));
    assert_eq!(plan_of(&table), plan_of(&before));
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
    let world = a_week_after_consent().await;
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
