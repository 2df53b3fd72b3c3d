//! What is kept about people is reported to Atlassian, each person once in a cycle.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Effect, Fault};
use onbehalf::capabilities::store::{DueWalk, Erase, Erased, Plan, PlanReports, WhyErase};
use onbehalf::capabilities::world::Clock;
use onbehalf::domain::ids::AccountId;
use onbehalf::domain::report_plan::CYCLE;
use onbehalf_tests::paths::REPORT;
use onbehalf_tests::{World, at_once, reports_to, times_reported};
use serde_json::{Value, json};

const HOUR: i64 = 3600;

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
    let key = world.subject(ALICE).tenant;
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
    let world = World::a_week_after_consent().await;
    world.clock.tick().await;
    assert_eq!(reports_to(&world.site), [2]);
    world.app.idle().await;
}

#[tokio::test]
async fn a_cycle_is_as_long_as_the_answer_says() {
    let world = World::a_week_after_consent().await;
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
    let world = World::a_week_after_consent().await;
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
        assert_eq!(table.plans(), before.plans());
        assert_eq!(table.without_plans(), before.without_plans());
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
    let (key, now) = (world.subject(ALICE).tenant, world.clock.now());
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
    let world = World::a_week_after_consent().await;
    let held = Fault::on("POST", REPORT).once().after().hold();
    let held = world.site.faults().add(held);
    let instance = world.instance();
    let meanwhile = async {
        held.arrived().await;
        let (store, now) = (world.app.store(), world.clock.now());
        let alice = world.subject(ALICE);
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
    let world = World::a_week_after_consent().await;
    world.set_enabled(false).await;
    world.instance().sweep().await.unwrap();
    assert!(reports_to(&world.site).is_empty());
    world.set_enabled(true).await;
    world.instance().sweep().await.unwrap();
    assert_eq!(reports_to(&world.site), [2]);
}

#[tokio::test]
async fn whose_account_has_changed_is_kept_and_reported_with_newer_data() {
    let world = World::a_week_after_consent().await;
    let noted = world.clock.now();
    world.site.people().mark_updated("alice").unwrap();
    let before = world.table().await;

    world.clock.advance_seconds(60);
    world.instance().sweep().await.unwrap();
    let (mut rows, swept) = (before.without_plans(), world.clock.now());
    for row in &mut rows {
        if row["sk"].as_s().unwrap() == "person" && row["pk"].as_s().unwrap().ends_with(ALICE) {
            let now = AttributeValue::N(swept.as_millisecond().to_string());
            row.insert("updatedAt".into(), now);
        }
    }
    assert_eq!(world.table().await.without_plans(), rows);

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
    let world = World::a_week_after_consent().await;
    let closed = |account: &str| json!({"accountId": account, "status": "closed"});
    let accounts = |accounts: Vec<Value>| json!({ "accounts": accounts });
    let before = world.table().await.without_plans();
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
            assert_eq!(world.table().await.without_plans(), before, "{answer}");
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
