//! What admins allow counts at once, for what is there as well as for what comes.

use std::time::Duration;

use confluence_simulator::Fault;
use confluence_simulator::people::{ADA, ALICE};
use http::Method;
use onbehalf::use_cases::fresh_tenant::TENANT_FRESH_FOR;
use onbehalf_tests::wish::{TEAM_PAGE, comment, get, id, request, wish};
use onbehalf_tests::{World, at_once, usual_policy};
use serde_json::{Value, json};

const POLICY: &str = "/api/admin/policy";
const SPACES: &str = "/wiki/api/v2/spaces";

#[tokio::test]
async fn a_policy_is_shown_changed_and_on_record() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    assert_eq!(ada.get(POLICY).await.expect(200), usual_policy());
    let change = json!({
        "longestDays": 30, "access": ["read"], "ownSchedules": false, "restRequests": false, "activityDays": 30,
    });
    let waits = world.clock.waits().len();
    let changed = ada.change_policy(&change).await.expect(200);
    // A run may know the tenant for so long.
    let fresh_for = Duration::try_from(TENANT_FRESH_FOR).unwrap();
    assert_eq!(world.clock.waits()[waits..], [fresh_for]);
    let mut expected = usual_policy();
    for (name, value) in change.as_object().unwrap() {
        expected[name] = value.clone();
    }
    expected["version"] = json!(1);
    assert_eq!(changed, expected);
    assert_eq!(ada.get(POLICY).await.expect(200), expected);

    let entries = ada.all("/api/admin/audit").await;
    let [entry] = &entries[..] else {
        panic!("{entries:?}")
    };
    assert_eq!(entry["by"]["accountId"], ADA);
    assert_eq!(
        entry["did"],
        json!({"kind": "changedPolicy", "from": usual_policy(), "to": expected})
    );
    // The page offers what is allowed.
    let state = world.page_state("alice").await;
    assert_eq!(state["limits"]["longestDays"], 30);
    assert_eq!(state["limits"]["access"], json!(["read"]));
    assert_eq!(state["limits"]["days"], json!([1, 7, 30]));
    let alice = world.as_person("alice");
    assert_eq!(
        alice.allow("read", 31).await.problem(422),
        "too-long-a-time"
    );
    let reply = alice.allow("readWrite", 30).await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    alice.allow("read", 30).await.expect(201);
}

#[tokio::test]
async fn a_policy_that_cannot_be_changes_nothing() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    let group = |id: &str| json!({"id": id, "name": "Whatever"});
    let before = world.table().await;
    for change in [
        json!({"longestDays": 0}),
        json!({"longestDays": 91}),
        json!({"longestDays": 1.5}),
        json!({"access": []}),
        json!({"access": ["readWrite"]}),
        json!({"access": ["read", "read"]}),
        json!({"access": ["write"]}),
        json!({"activityDays": 29}),
        json!({"activityDays": 366}),
        json!({"groups": [group("no-such-group")]}),
        json!({"groups": [group("")]}),
        json!({"groups": [group("1"), group("1")]}),
        json!({"groups": (0..21).map(|it| group(&it.to_string())).collect::<Vec<_>>()}),
        json!({"groups": ["confluence-users"]}),
        json!({"more": true}),
        json!({"version": -1}),
    ] {
        let mut policy = usual_policy();
        for (name, value) in change.as_object().unwrap() {
            policy[name] = value.clone();
        }
        for (method, path) in [
            (Method::PUT, POLICY),
            (Method::POST, "/api/admin/policy/preview"),
        ] {
            let reply = ada.send(method, path, &policy).await;
            assert_eq!(reply.problem(422), "unacceptable", "{path} {change}");
        }
    }
    // A group that Confluence cannot be asked about is no reason to leave it out.
    let group = world.site.groups().all()[0].clone();
    let fault = Fault::on("GET", "/wiki/rest/api/group/by-id").respond(500, Value::Null);
    world.site.faults().add(fault);
    let groups = json!({"groups": [{"id": group.id, "name": group.name}]});
    let reply = ada.change_policy(&groups).await;
    assert_eq!(reply.problem(503), "unavailable");
    assert!(world.table().await == before);
}

#[tokio::test]
async fn of_two_admins_who_change_it_at_once_one_does() {
    let world = World::start().await;
    world.set_admin("alice", true);
    let (ada, alice) = (world.as_person("ada"), world.as_person("alice"));
    // Both have seen the same before either has changed it.
    let [mut adas, mut alices] = [usual_policy(), usual_policy()];
    adas["longestDays"] = json!(7);
    alices["longestDays"] = json!(30);
    let replies = at_once([ada.put(POLICY, &adas), alice.put(POLICY, &alices)]).await;
    let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    let (done, refused) = match statuses[..] {
        [200, 409] => (7, &replies[1]),
        [409, 200] => (30, &replies[0]),
        _ => panic!("{statuses:?}"),
    };
    assert_eq!(refused.problem(409), "policy-changed");
    let policy = ada.get(POLICY).await.expect(200);
    assert_eq!(
        (&policy["version"], &policy["longestDays"]),
        (&json!(1), &json!(done))
    );
    assert_eq!(ada.all("/api/admin/audit").await.len(), 1);
    // Nor does whoever saw an older one.
    let reply = ada.put(POLICY, &adas).await;
    assert_eq!(reply.problem(409), "policy-changed");
    let mut newer = policy.clone();
    newer["version"] = json!(2);
    let reply = ada.put(POLICY, &newer).await;
    assert_eq!(reply.problem(409), "policy-changed");
}

#[tokio::test]
async fn a_shorter_time_ends_what_is_older_in_every_process_at_once() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let workers = [world.worker(), world.worker()];
    for worker in &workers {
        world.clock.advance_seconds(1);
        assert_eq!(worker.take(&world.due(&hers)).await, "done");
    }
    world.clock.advance_days(7);
    let change = json!({"longestDays": 7});
    let preview = ada.preview_policy(&change).await;
    assert_eq!(
        preview,
        json!({"endNow": 1, "endEarlier": 0, "loseWriting": 0, "schedulesRefused": 0})
    );
    ada.change_policy(&change).await.expect(200);
    for worker in &workers {
        world.clock.advance_seconds(1);
        assert_eq!(
            worker.take(&world.due(&hers)).await,
            "refused: consent-invalidated-policy"
        );
    }
    assert_eq!(alice.calls_as_them().len(), 2);
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "invalidated");
    assert_eq!(consent["endedBecause"], "policyChanged");
    assert_eq!(consent["endedAt"], "2026-11-29T08:00:00Z");

    // It can be given again, for as long as the policy allows.
    assert_eq!(
        alice.allow("readWrite", 8).await.problem(422),
        "too-long-a-time"
    );
    alice.allow("readWrite", 7).await.expect(201);
    world.clock.advance_seconds(1);
    assert_eq!(workers[0].take(&world.due(&hers)).await, "done");
    let seen = ada
        .get(&format!("/api/admin/consents/{ALICE}"))
        .await
        .expect(200);
    let events = seen["events"].as_array().unwrap();
    let what: Vec<_> = events.iter().map(|event| &event["what"]).collect();
    assert_eq!(what, ["granted", "invalidated", "granted"]);
}

#[tokio::test]
async fn a_shorter_time_is_exact_to_the_second() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let change = json!({"longestDays": 2});
    let preview = ada.preview_policy(&change).await;
    assert_eq!(preview["endNow"], 0);
    assert_eq!(preview["endEarlier"], 1);
    ada.change_policy(&change).await.expect(200);
    let consent = alice.consent().await;
    assert_eq!(consent["state"], "active");
    assert_eq!(consent["expiresAt"], "2026-11-24T08:00:00Z");
    let worker = world.worker();
    world.clock.advance_seconds(2 * 86_400 - 1);
    assert_eq!(worker.take(&world.due(&hers)).await, "done");
    world.clock.advance_seconds(1);
    assert_eq!(
        worker.take(&world.due(&hers)).await,
        "refused: consent-invalidated-policy"
    );
}

#[tokio::test]
async fn where_reading_only_is_allowed_nothing_is_written() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    let writes = alice.make(&wish("Writes", comment(TEAM_PAGE))).await;
    let reads = alice.make(&wish("Reads", get(SPACES))).await;
    let warm = world.worker();
    for schedule in [&writes, &reads] {
        assert_eq!(warm.take(&world.due(schedule)).await, "done");
    }
    let change = json!({"access": ["read"]});
    let preview = ada.preview_policy(&change).await;
    assert_eq!(
        preview,
        // Her daily note writes as well.
        json!({"endNow": 0, "endEarlier": 0, "loseWriting": 1, "schedulesRefused": 2})
    );
    ada.change_policy(&change).await.expect(200);
    world.clock.advance_seconds(1);
    let contents = world.site.contents().len();
    assert_eq!(
        warm.take(&world.due(&writes)).await,
        "refused: not-allowed-by-policy"
    );
    assert_eq!(warm.take(&world.due(&reads)).await, "done");
    assert_eq!(world.site.contents().len(), contents);
    let consent = alice.consent().await;
    assert_eq!(
        (&consent["state"], &consent["access"]),
        (&json!("active"), &json!("read"))
    );
    let reply = alice.add(&wish("More", comment(TEAM_PAGE))).await;
    assert_eq!(reply.problem(403), "not-allowed-by-policy");
    alice.make(&wish("More", get(SPACES))).await;

    // What she agreed to is what it was, if the policy allows it again.
    ada.change_policy(&json!({"access": ["read", "readWrite"]}))
        .await
        .expect(200);
    world.clock.advance_seconds(1);
    assert_eq!(alice.consent().await["access"], "readWrite");
    assert_eq!(warm.take(&world.due(&writes)).await, "done");
}

#[tokio::test]
async fn where_groups_are_named_only_their_members_consent() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let groups = world.site.groups();
    let writers = groups.add("Writers", None).unwrap();
    let readers = groups.add("Readers", None).unwrap();
    groups.add_member("Readers", "ada").unwrap();
    let found = ada.get("/api/admin/groups?search=Wri").await.expect(200);
    assert_eq!(
        found["items"],
        json!([{"id": writers.id, "name": "Writers"}])
    );
    // What it is called is what Confluence says.
    let named = [&writers, &readers].map(|it| json!({"id": it.id, "name": "Old name"}));
    let changed = ada
        .change_policy(&json!({"groups": named}))
        .await
        .expect(200);
    let names: Vec<_> = changed["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["name"])
        .collect();
    assert_eq!(names, ["Writers", "Readers"]);

    let before = world.table().await;
    assert_eq!(alice.allow("read", 30).await.problem(403), "not-in-group");
    assert!(world.table().await == before);
    ada.allow("read", 30).await.expect(201);
    // While that cannot be asked, nobody consents.
    world.clock.advance_seconds(60);
    let question = Fault::on("GET", "/wiki/rest/api/user/memberof");
    world.site.faults().add(question.respond(500, Value::Null));
    assert_eq!(alice.allow("read", 30).await.problem(503), "unavailable");
    world.site.faults().clear();
    groups.add_member("Writers", "alice").unwrap();
    world.clock.advance_seconds(60);
    alice.allow("readWrite", 30).await.expect(201);

    // What was given goes on; to renew it she must be a member.
    groups.remove_member("Writers", "alice").unwrap();
    world.clock.advance_seconds(60);
    assert_eq!(alice.run().await["result"], "done");
    assert_eq!(alice.allow("read", 30).await.problem(403), "not-in-group");
    assert_eq!(alice.consent().await["access"], "readWrite");
    alice.revoke().await.expect(200);
    // Of a group that is gone nobody is a member.
    groups.remove("Readers").unwrap();
    world.clock.advance_seconds(60);
    assert_eq!(ada.allow("read", 30).await.problem(403), "not-in-group");
    ada.change_policy(&json!({"groups": []})).await.expect(200);
    alice.allow("read", 30).await.expect(201);
}

#[tokio::test]
async fn where_own_schedules_are_off_none_is_made_and_what_is_there_goes_on() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 30).await.expect(201);
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let asks = alice.make(&wish("Asks", get(SPACES))).await;
    let change = json!({"ownSchedules": false});
    assert_eq!(ada.preview_policy(&change).await["schedulesRefused"], 0);
    ada.change_policy(&change).await.expect(200);
    world.clock.advance_seconds(1);
    let before = world.table().await;
    let reply = alice.add(&wish("More", comment(TEAM_PAGE))).await;
    assert_eq!(reply.problem(403), "own-schedules-off");
    // Nor is what is there made into another.
    let when = json!({"expression": "rate(1 minute)", "timeZone": "UTC"});
    for change in [json!({"action": comment("65539")}), json!({ "when": when })] {
        for schedule in [id(&hers), "daily-note"] {
            let reply = alice.change(schedule, change.clone()).await;
            assert_eq!(reply.problem(403), "own-schedules-off", "{change}");
        }
    }
    assert!(world.table().await == before);
    let starter = alice.schedule("daily-note").await;
    for schedule in [&hers, &asks, &starter] {
        assert_eq!(world.worker().take(&world.due(schedule)).await, "done");
    }
    for change in [
        json!({"state": "paused"}),
        json!({"state": "active"}),
        json!({"title": "Mine"}),
    ] {
        alice.change(id(&hers), change).await.expect(200);
    }
    alice.delete_schedule(id(&hers)).await.expect(204);
}

#[tokio::test]
async fn what_is_under_way_goes_by_the_new_policy_after_the_answer() {
    const REFUSED: &str = "refused: not-allowed-by-policy";
    // Before an act begins it is refused at once. One that has begun is given up, and decided anew.
    for (path, expected) in [
        ("/wiki/api/v2/users-bulk", [REFUSED, "nothing"]),
        ("/oauth2/token", ["waiting: too-slow", REFUSED]),
    ] {
        let world = World::start().await;
        let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
        alice.allow("readWrite", 30).await.expect(201);
        let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
        let held = world
            .site
            .faults()
            .add(Fault::on("POST", path).once().hold());
        let (worker, message) = (world.worker(), world.due(&hers));
        let meanwhile = async {
            held.arrived().await;
            let change = json!({"access": ["read"]});
            ada.change_policy(&change).await.expect(200);
            // The second for which the answer was kept back.
            world.clock.advance_seconds(1);
            held.release();
        };
        let before = world.site.contents().len();
        let (ran, ()) = tokio::join!(worker.take(&message), meanwhile);
        assert_eq!(ran, expected[0], "{path}");
        world.clock.advance_seconds(3600);
        assert_eq!(worker.take(&message).await, expected[1], "{path}");
        assert_eq!(world.site.contents().len(), before, "{path}");
        assert!(alice.calls_as_them().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn where_rest_requests_are_off_none_is_made_added_or_chosen() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    for person in [&alice, &ada] {
        person.allow("readWrite", 30).await.expect(201);
    }
    let request = alice.make(&wish("Request", get(SPACES))).await;
    let comments = alice.make(&wish("Comments", comment(TEAM_PAGE))).await;
    let mut fallback = wish("For me", get(SPACES));
    fallback["fallback"] = json!("app");
    let by_app = ada.make(&fallback).await;
    let paused = alice.make(&wish("Paused", get(SPACES))).await;
    alice
        .change(id(&paused), json!({"state": "paused"}))
        .await
        .expect(200);
    let warm = world.worker();
    assert_eq!(warm.take(&world.due(&request)).await, "done");
    ada.revoke().await.expect(200);

    let change = json!({"restRequests": false});
    assert_eq!(ada.preview_policy(&change).await["schedulesRefused"], 2);
    ada.change_policy(&change).await.expect(200);
    world.clock.advance_seconds(1);
    let calls = world.site.calls().filter(|call| call.path == SPACES).len();
    for schedule in [&request, &by_app] {
        assert_eq!(
            warm.take(&world.due(schedule)).await,
            "refused: not-allowed-by-policy"
        );
    }
    let now = world.site.calls().filter(|call| call.path == SPACES).len();
    assert_eq!(now, calls);
    assert_eq!(warm.take(&world.due(&comments)).await, "done");
    let reply = alice.add(&wish("More", get(SPACES))).await;
    assert_eq!(reply.problem(403), "not-allowed-by-policy");
    let reply = alice
        .change(id(&comments), json!({"action": get(SPACES)}))
        .await;
    assert_eq!(reply.problem(403), "not-allowed-by-policy");
    let reply = alice.change(id(&paused), json!({"state": "active"})).await;
    assert_eq!(reply.problem(403), "not-allowed-by-policy");
    // It can be stopped, or made into something that is allowed.
    alice
        .change(id(&request), json!({"action": comment(TEAM_PAGE)}))
        .await
        .expect(200);
    world.clock.advance_seconds(1);
    assert_eq!(warm.take(&world.due(&request)).await, "done");
}

#[tokio::test]
async fn activity_is_kept_for_as_long_as_the_policy_says() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 30).await.expect(201);
    let hers = alice.make(&wish("Hers", comment(TEAM_PAGE))).await;
    let fails = alice.make(&wish("Fails", comment("1"))).await;
    // Of Ada's, one comes to no act, and the other is done by the app.
    ada.allow("readWrite", 30).await.expect(201);
    let stopped = ada.make(&wish("Stopped", comment(TEAM_PAGE))).await;
    let mut fallback = wish("By the app", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let by_app = ada.make(&fallback).await;
    ada.revoke().await.expect(200);
    let worker = world.worker();
    let day = 86_400;
    for (days, change) in [(365, json!({})), (30, json!({"activityDays": 30}))] {
        ada.change_policy(&change).await.expect(200);
        world.clock.advance_seconds(1);
        for (schedule, expected) in [
            (&hers, "done"),
            (&fails, "failed: not-found"),
            (&stopped, "refused: consent-revoked"),
            (&by_app, "done"),
        ] {
            assert_eq!(worker.take(&world.due(schedule)).await, expected);
        }
        let now = world.clock.epoch_seconds();
        let table = world.table().await;
        let at = format!("{:015}", now * 1000);
        let rows = table.of(ALICE).chain(table.of(ADA)).filter(|row| {
            let sk = row["sk"].as_s().unwrap();
            sk.starts_with(&format!("act#{at}")) || (sk.starts_with("run#") && sk.ends_with(&at))
        });
        let rows: Vec<_> = rows.collect();
        // Four runs, and three acts.
        assert_eq!(rows.len(), 7, "{rows:?}");
        for row in rows {
            let ttl: i64 = row["ttl"].as_n().unwrap().parse().unwrap();
            assert_eq!(ttl, now + days * day, "{row:?}");
        }
    }
    // What was recorded before is kept as long as it was said then.
    let table = world.table().await;
    let acts = table
        .of(ALICE)
        .filter(|row| row["sk"].as_s().unwrap().starts_with("act#"));
    let mut ttls: Vec<i64> = acts
        .map(|row| row["ttl"].as_n().unwrap().parse().unwrap())
        .collect();
    ttls.sort_unstable();
    assert!(ttls.last().unwrap() - ttls[0] > 300 * day);
}

#[tokio::test]
async fn a_run_that_is_given_up_stays_as_long_as_the_policy_says_by_then() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let made = alice.make(&wish("Note", get(SPACES))).await;
    let down = Fault::on("GET", SPACES).respond(503, Value::Null);
    world.site.faults().add(down);
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: confluence-down");
    let pause = json!({"version": 1, "state": "paused"});
    alice.change(id(&made), pause).await.expect(200);
    ada.change_policy(&json!({"activityDays": 30}))
        .await
        .expect(200);
    world.clock.advance_days(1);
    assert_eq!(worker.take(&message).await, "failed");
    let table = world.table().await;
    let ttl: i64 = table.row(ALICE, "run#")["ttl"]
        .as_n()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(ttl, world.clock.epoch_seconds() + 30 * 86_400);
}

#[tokio::test]
async fn a_preview_says_what_then_happens() {
    let world = World::start().await;
    world.crowd(4).await;
    world.clock.advance_days(10);
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("readWrite", 90).await.expect(201);
    ada.allow("readWrite", 3).await.expect(201);
    for action in [
        comment(TEAM_PAGE),
        get(SPACES),
        request("POST", "/wiki/api/v2/pages", &json!({})),
    ] {
        alice.make(&wish("Hers", action)).await;
    }
    let change = json!({"longestDays": 7, "access": ["read"], "restRequests": false});
    let before = world.table().await;
    let preview = ada.preview_policy(&change).await;
    assert!(world.table().await == before, "a preview changes nothing");
    assert_eq!(
        preview,
        // Alice's and Ada's daily notes write as well.
        json!({"endNow": 4, "endEarlier": 1, "loseWriting": 2, "schedulesRefused": 5})
    );
    let count = async |query: &str| {
        let path = format!("/api/admin/consents?{query}");
        ada.get(&path).await.expect(200)["total"].as_u64().unwrap()
    };
    assert_eq!(count("state=active").await, 6);
    ada.change_policy(&change).await.expect(200);
    world.clock.advance_seconds(1);
    assert_eq!(count("state=invalidated").await, 4);
    assert_eq!(count("state=active").await, 2);
    assert_eq!(count("access=readWrite").await, 0);
    let worker = world.worker();
    let mut refused = 0;
    for row in ada.all("/api/admin/schedules").await {
        let ran = worker.take(&world.due(&row["schedule"])).await;
        refused += u32::from(ran == "refused: not-allowed-by-policy");
    }
    assert_eq!(refused, 5);
    // The same again does nothing more.
    let again = ada.preview_policy(&change).await;
    assert_eq!(again["endNow"], 0);
    assert_eq!(again["schedulesRefused"], 0);
}

#[tokio::test]
async fn a_policy_outlives_a_removal_and_no_process_forgets_it() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    // A process that has known the tenant before.
    let warm = world.instance().serve().await;
    let there = world.as_person("alice").at(&warm);
    there.allow("readWrite", 90).await.expect(201);
    ada.change_policy(&json!({"longestDays": 7, "access": ["read"]}))
        .await
        .expect(200);
    assert_eq!(there.allow("read", 8).await.problem(422), "too-long-a-time");
    for _ in 0..2 {
        world.clock.advance_seconds(1);
        world.uninstall().await;
        world.clock.advance_seconds(1);
        world.install().await;
        let policy = ada.get(POLICY).await.expect(200);
        assert_eq!(policy["version"], 1);
        assert_eq!(policy["longestDays"], 7);
        for person in [&alice, &there] {
            assert_eq!(
                person.allow("read", 8).await.problem(422),
                "too-long-a-time"
            );
        }
    }
    alice.allow("read", 7).await.expect(201);
    assert_eq!(ada.all("/api/admin/audit").await.len(), 1);
}
