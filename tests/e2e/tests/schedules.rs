//! What people have done for them at given times: making it, changing it, and who may.

use confluence_simulator::people::{ADA, ALICE};
use onbehalf::domain::timer::Drift;
use onbehalf_tests::wish::{BOARD_PAGE, TEAM_PAGE, append, comment, id, request, wish, wish_at};
use onbehalf_tests::{World, at_once, timer};
use serde_json::{Value, json};

#[tokio::test]
async fn a_schedule_says_when_it_runs_next() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let weekdays = "cron(30 8 ? * MON-FRI *)";
    let wish = wish_at("Morning", weekdays, "Europe/Berlin", comment(TEAM_PAGE));
    let made = alice.make(&wish).await;
    for field in ["title", "when", "action"] {
        assert_eq!(made[field], wish[field]);
    }
    assert_eq!(made["accountId"], ALICE);
    assert_eq!(made["state"], "active");
    assert_eq!(made["fallback"], "skip");
    assert_eq!(made["version"], 1);
    let next = [23, 24, 25, 26, 27].map(|day| format!("2026-11-{day}T07:30:00Z"));
    assert_eq!(made["nextRuns"], json!(next));
    assert_eq!(made.get("lastRun"), None);

    assert_eq!(alice.schedule(id(&made)).await, made);
    let ids: Vec<_> = alice.schedules().await;
    assert_eq!(ids.len(), 2, "the first schedule is still there: {ids:?}");
}

#[tokio::test]
async fn the_wall_clock_decides_when_the_clocks_change() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    // On 28 March 2027 clocks go forward from two to three, on 31 October back from three to two.
    let next = async |expression: &str| {
        let wish = wish_at("Note", expression, "Europe/Berlin", comment(TEAM_PAGE));
        let preview = alice.preview(&wish).await.expect(200);
        let next = preview["nextRuns"].as_array().unwrap().clone();
        next.iter()
            .map(|time| time.as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    world.clock.advance_days(120);
    assert_eq!(
        next("cron(0 9 ? * SUN *)").await[..3],
        [
            "2027-03-28T07:00:00Z",
            "2027-04-04T07:00:00Z",
            "2027-04-11T07:00:00Z"
        ]
    );
    world.clock.advance_days(4);
    // What falls into the hour that is not there does not run.
    assert_eq!(
        next("cron(30 2 * * ? *)").await[..3],
        [
            "2027-03-27T01:30:00Z",
            "2027-03-29T00:30:00Z",
            "2027-03-30T00:30:00Z"
        ]
    );
    world.clock.advance_days(217);
    // And of the hour that is there twice, the first counts.
    assert_eq!(
        next("cron(30 2 * * ? *)").await[..3],
        [
            "2027-10-30T00:30:00Z",
            "2027-10-31T00:30:00Z",
            "2027-11-01T01:30:00Z"
        ]
    );
    assert_eq!(
        next("at(2027-12-24T18:00:00)").await,
        ["2027-12-24T17:00:00Z"]
    );
}

#[tokio::test]
async fn a_preview_shows_each_request_and_keeps_nothing() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let labels = json!({"title": "{displayName}, {date}"});
    let storage = |value: &str| json!({"representation": "storage", "value": value});
    let cases = [
        (
            json!({"kind": "createPage", "title": "Week {week}", "body": "<p>{date}</p>"}),
            "readWrite",
            vec![(
                "POST",
                "/wiki/api/v2/pages".to_owned(),
                json!({"spaceId": "98308", "status": "current", "title": "Week 47",
                       "body": storage("<p>22 November 2026</p>")}),
            )],
        ),
        (
            json!({"kind": "createPage", "title": "T", "body": "b", "spaceId": "98305"}),
            "readWrite",
            vec![(
                "POST",
                "/wiki/api/v2/pages".to_owned(),
                json!({"spaceId": "98305", "status": "current", "title": "T", "body": storage("b")}),
            )],
        ),
        (
            comment(TEAM_PAGE),
            "readWrite",
            vec![(
                "POST",
                "/wiki/api/v2/footer-comments".to_owned(),
                json!({"pageId": TEAM_PAGE, "body": storage("<p>Seen.</p>")}),
            )],
        ),
        (
            append(TEAM_PAGE, "<p>{time}</p>"),
            "readWrite",
            vec![
                (
                    "GET",
                    format!("/wiki/api/v2/pages/{TEAM_PAGE}?body-format=storage"),
                    Value::Null,
                ),
                (
                    "PUT",
                    format!("/wiki/api/v2/pages/{TEAM_PAGE}"),
                    json!({"id": TEAM_PAGE, "status": "current", "title": "…",
                           "body": storage("…<p>09:00:00</p>"), "version": {"number": "…"}}),
                ),
            ],
        ),
        (
            request("GET", "/wiki/api/v2/pages?limit=5", &Value::Null),
            "read",
            vec![("GET", "/wiki/api/v2/pages?limit=5".to_owned(), Value::Null)],
        ),
        (
            request("PATCH", "/wiki/rest/api/content/1", &labels),
            "readWrite",
            vec![(
                "PATCH",
                "/wiki/rest/api/content/1".to_owned(),
                json!({"title": "Alice Example, 22 November 2026"}),
            )],
        ),
    ];
    for (action, access, requests) in cases {
        let preview = alice.preview(&wish("Note", action.clone())).await;
        let preview = preview.expect(200);
        assert_eq!(preview["access"], access, "{action}");
        assert_eq!(preview["nextRuns"][0], "2026-11-22T09:00:00Z");
        let shown: Vec<_> = preview["requests"].as_array().unwrap().clone();
        assert_eq!(shown.len(), requests.len(), "{action}");
        for (shown, (method, path, body)) in shown.iter().zip(requests) {
            assert_eq!(shown["method"], method);
            assert_eq!(shown["path"], path);
            let shown = shown["body"].as_str().unwrap_or("null");
            assert_eq!(serde_json::from_str::<Value>(shown).unwrap(), body);
        }
    }
    assert!(world.table().await == before, "a preview keeps nothing");
    assert!(alice.calls_as_them().is_empty());
    assert!(world.site.exchanges().all().is_empty());
}

#[tokio::test]
async fn what_a_preview_shows_is_what_is_sent() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let body = json!({"pageId": TEAM_PAGE, "body": {"representation": "storage", "value": "{date}, {time}, {week}, {displayName}"}});
    let wish = wish(
        "Note",
        request("POST", "/wiki/api/v2/footer-comments", &body),
    );
    let shown = &alice.preview(&wish).await.expect(200)["requests"][0];
    alice.make(&wish).await;
    world.clock.advance_seconds(3600);
    world.tick().await;
    let calls = alice.calls_as_them();
    let sent = calls
        .iter()
        .find(|call| call.path.ends_with("/footer-comments"));
    let sent = sent.expect("the timer has run it");
    assert_eq!(
        (json!(sent.method), json!(sent.path)),
        (shown["method"].clone(), shown["path"].clone())
    );
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(
        json(sent.body.as_deref().unwrap()),
        json(shown["body"].as_str().unwrap())
    );
}

#[tokio::test]
async fn a_preview_says_when_there_is_no_space_to_write_in() {
    let world = World::start().await;
    let bob = confluence_simulator::Person::ordinary("bob", "712020:b0b", "Bob Example");
    world.site.people().add(bob).unwrap();
    let page = json!({"kind": "createPage", "title": "T", "body": "b"});
    let reply = world.as_person("bob").preview(&wish("Note", page)).await;
    assert_eq!(reply.problem(422), "no-space");
}

#[tokio::test]
async fn whoever_changes_what_was_changed_since_they_looked_changes_nothing() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("First", comment(TEAM_PAGE))).await;
    let renamed = json!({"version": 1, "title": "Second"});
    let changed = alice.change(id(&made), renamed.clone()).await.expect(200);
    let mut expected = made.clone();
    expected["title"] = json!("Second");
    expected["version"] = json!(2);
    assert_eq!(changed, expected, "what is not named stays");

    let before = world.table().await;
    let reply = alice.change(id(&made), renamed).await;
    assert_eq!(reply.problem(409), "schedule-changed");
    let delete = format!("/api/schedules/{}?version=1", id(&made));
    assert_eq!(alice.delete(&delete).await.problem(409), "schedule-changed");
    assert!(world.table().await == before);
}

#[tokio::test]
async fn of_two_who_change_a_schedule_at_once_one_does() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let change = |title: &str| alice.change(id(&made), json!({"version": 1, "title": title}));
    let titles = ["a", "b", "c", "d"];
    let mut statuses: Vec<_> = at_once(titles.map(change))
        .await
        .iter()
        .map(|reply| reply.status)
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);
    assert_eq!(alice.schedule(id(&made)).await["version"], 2);
}

#[tokio::test]
async fn a_schedule_that_pauses_does_not_run_until_it_is_resumed() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let asked_before = world.due(&made);
    let paused = alice.change(id(&made), json!({"state": "paused"})).await;
    let paused = paused.expect(200);
    assert_eq!(
        (&paused["state"], &paused["nextRuns"]),
        (&json!("paused"), &json!([]))
    );
    assert_eq!(paused.get("pausedBecause"), None);
    assert_eq!(world.drift(&made, None).await, Drift::None, "no timer");

    // The timer may have asked just before.
    assert_eq!(world.worker().take(&asked_before).await, "nothing");
    world.clock.advance_seconds(3600);
    world.tick().await;
    assert_eq!(world.comments_of(ALICE).len(), 0);
    assert!(alice.runs(id(&made)).await.is_empty());

    let resumed = alice.change(id(&made), json!({"state": "active"})).await;
    let next = (23..=27).map(|day| format!("2026-11-{day}T09:00:00Z"));
    assert_eq!(
        resumed.expect(200)["nextRuns"],
        json!(next.collect::<Vec<_>>())
    );
    let expected = timer(&made, "2026-11-22T09:00:00Z");
    assert_eq!(world.drift(&made, Some(&expected)).await, Drift::None);
    world.clock.advance_days(1);
    world.tick().await;
    assert_eq!(world.comments_of(ALICE).len(), 1);
}

#[tokio::test]
async fn a_schedule_that_pauses_can_be_run_by_hand() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    alice
        .change(id(&made), json!({"state": "paused"}))
        .await
        .expect(200);
    let run = format!("/api/schedules/{}/run", id(&made));
    let started = alice.post(&run).await.expect(202);
    world.app.idle().await;
    let [run] = &alice.runs(id(&made)).await[..] else {
        panic!("not exactly one run")
    };
    assert_eq!(
        (&run["id"], &run["result"]),
        (&started["id"], &json!("done"))
    );
    assert_eq!(alice.schedule(id(&made)).await["state"], "paused");
}

#[tokio::test]
async fn a_deleted_schedule_is_gone_and_what_the_timer_still_asks_for_leaves_no_trace() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let asked_before = world.due(&made);
    alice.delete_schedule(id(&made)).await.expect(204);
    assert_eq!(world.drift(&made, None).await, Drift::None, "no timer");

    let table = world.table().await;
    assert!(!table.holds(id(&made)), "{table:?}");
    for asked in [asked_before.clone(), asked_before.asked()] {
        assert_eq!(world.worker().take(&asked).await, "nothing");
    }
    assert!(world.table().await == table);
    assert!(alice.calls_as_them().is_empty());
    let change = json!({"version": 1, "title": "Back"});
    assert_eq!(
        alice.change(id(&made), change).await.problem(404),
        "no-such-schedule"
    );
}

#[tokio::test]
async fn what_a_deleted_schedule_did_stays_on_record() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    assert_eq!(world.worker().take(&world.due(&made)).await, "done");
    alice.delete_schedule(id(&made)).await.expect(204);
    let [act] = &alice.activity().await[..] else {
        panic!("not exactly one act")
    };
    assert_eq!(act["schedule"], made["id"]);
}

#[tokio::test]
async fn the_first_schedule_stays_deleted() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    alice.delete_schedule("daily-note").await.expect(204);
    assert!(alice.schedules().await.is_empty());
    let run = alice.post("/api/schedules/daily-note/run").await;
    assert_eq!(run.problem(404), "no-such-schedule");
    let change = json!({"version": 1, "state": "active"});
    let change = alice.change("daily-note", change).await;
    assert_eq!(change.problem(404), "no-such-schedule");
    let again = alice.delete("/api/schedules/daily-note?version=1").await;
    assert_eq!(again.problem(404), "no-such-schedule");
    world.clock.advance_days(2);
    world.tick().await;
    assert!(alice.schedules().await.is_empty());
    assert!(alice.calls_as_them().is_empty());
    // Everybody else still has theirs.
    assert_eq!(world.as_person("ada").schedules().await.len(), 1);
}

#[tokio::test]
async fn whoever_deleted_the_first_schedule_before_they_consent_does_not_get_it_back() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.delete_schedule("daily-note").await.expect(204);
    alice.allow("readWrite", 30).await.expect(201);
    assert_eq!(alice.consent().await["state"], "active");
    assert!(alice.schedules().await.is_empty());
}

#[tokio::test]
async fn nobody_changes_or_sees_what_somebody_else_has_scheduled() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    assert_eq!(world.worker().take(&world.due(&made)).await, "done");
    let before = world.table().await;

    let change = json!({"version": 1, "state": "paused"});
    assert_eq!(
        ada.change(id(&made), change).await.problem(404),
        "no-such-schedule"
    );
    let path = format!("/api/schedules/{}", id(&made));
    let delete = ada.delete(&format!("{path}?version=1")).await;
    assert_eq!(delete.problem(404), "no-such-schedule");
    let run = ada.post(&format!("{path}/run")).await;
    assert_eq!(run.problem(404), "no-such-schedule");
    assert!(ada.runs(id(&made)).await.is_empty());
    assert!(!ada.schedules().await.contains(&made));
    assert!(world.table().await == before);

    // A message that names somebody else's schedule finds none.
    let mut message = world.due(&made);
    message.account_id = ADA.into();
    assert_eq!(world.worker().take(&message).await, "nothing");
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_person_has_at_most_twenty_five_schedules() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    // The first one counts.
    for number in 1..25 {
        alice
            .make(&wish(&format!("Note {number}"), comment(TEAM_PAGE)))
            .await;
    }
    let before = world.table().await;
    let more = alice.add(&wish("One more", comment(TEAM_PAGE))).await;
    assert_eq!(more.problem(409), "too-many-schedules");
    assert!(world.table().await == before);
    assert_eq!(alice.schedules().await.len(), 25);

    alice.delete_schedule("daily-note").await.expect(204);
    alice.make(&wish("One more", comment(TEAM_PAGE))).await;
    let more = alice.add(&wish("Two more", comment(TEAM_PAGE))).await;
    assert_eq!(more.problem(409), "too-many-schedules");
    assert_eq!(alice.schedules().await.len(), 25);
    // Others have room.
    world
        .as_person("ada")
        .make(&wish("Note", comment(TEAM_PAGE)))
        .await;
}

#[tokio::test]
async fn pressing_add_twice_makes_one() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let wish = wish("Note", comment(TEAM_PAGE));
    let twice = at_once([alice.add(&wish), alice.add(&wish)]).await;
    let [first, second] = &twice[..] else {
        panic!("two were sent")
    };
    let first = first.clone().expect(201);
    assert_eq!(first, second.clone().expect(201));
    assert_eq!(alice.schedules().await.len(), 2);
    // A moment later it is another one.
    world.clock.advance_seconds(1);
    assert_ne!(alice.make(&wish).await["id"], first["id"]);
}

#[tokio::test]
async fn nobody_schedules_what_they_do_not_allow() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let writes = wish("Writes", comment(TEAM_PAGE));
    let reads = wish("Reads", request("GET", "/wiki/api/v2/pages", &Value::Null));
    for wish in [&writes, &reads] {
        assert_eq!(
            alice.add(wish).await.problem(403),
            "no-consent-for-schedule"
        );
    }
    assert!(world.table().await == before);

    alice.allow("read", 1).await.expect(201);
    let before = world.table().await;
    assert_eq!(
        alice.add(&writes).await.problem(403),
        "consent-covers-reading-only"
    );
    assert!(world.table().await == before);
    alice.make(&reads).await;

    world.clock.advance_days(1);
    world.clock.advance_seconds(1);
    assert_eq!(
        alice.add(&reads).await.problem(403),
        "no-consent-for-schedule"
    );
    alice.allow("readWrite", 1).await.expect(201);
    alice.make(&writes).await;
    alice.revoke().await.expect(200);
    assert_eq!(
        alice.add(&reads).await.problem(403),
        "no-consent-for-schedule"
    );
}

#[tokio::test]
async fn without_consent_a_schedule_can_be_stopped_and_not_made_to_do_more() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let reads = request("GET", "/wiki/api/v2/pages", &Value::Null);
    let made = alice.make(&wish("Reads", reads)).await;
    alice.allow("read", 30).await.expect(200);
    let change = async |change: Value| alice.change(id(&made), change).await;
    let more = json!({"action": comment(TEAM_PAGE)});
    assert_eq!(
        change(more).await.problem(403),
        "consent-covers-reading-only"
    );

    alice.revoke().await.expect(200);
    let other = json!({"action": request("GET", "/wiki/api/v2/spaces", &Value::Null)});
    assert_eq!(change(other).await.problem(403), "no-consent-for-schedule");
    change(json!({"title": "Stopped"})).await.expect(200);
    change(json!({"state": "paused"})).await.expect(200);
    let resume = change(json!({"state": "active"})).await;
    assert_eq!(resume.problem(403), "no-consent-for-schedule");
    assert_eq!(alice.schedule(id(&made)).await["state"], "paused");
    alice.delete_schedule(id(&made)).await.expect(204);
}

#[tokio::test]
async fn only_admins_let_the_app_act_as_itself() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let mut fallback = wish("Note", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let before = world.table().await;
    assert_eq!(alice.add(&fallback).await.problem(403), "only-admins");
    assert!(world.table().await == before);
    let change = alice.change("daily-note", json!({"fallback": "app"})).await;
    assert_eq!(change.problem(403), "only-admins");
    assert_eq!(alice.schedule("daily-note").await["fallback"], "skip");
    let made = ada.make(&fallback).await;
    assert_eq!(made["fallback"], "app");

    // She is no admin any more. That is known a minute later.
    world.set_admin("ada", false);
    world.clock.advance_seconds(60);
    for change in [
        json!({"title": "Renamed"}),
        json!({"action": comment(BOARD_PAGE)}),
        json!({"when": {"expression": "rate(1 minute)", "timeZone": "UTC"}}),
        json!({"title": "Renamed", "state": "paused"}),
    ] {
        let reply = ada.change(id(&made), change.clone()).await;
        assert_eq!(reply.problem(403), "only-admins", "{change}");
    }
    assert_eq!(ada.schedule(id(&made)).await["title"], "Note");
    // To stop it she need not be one.
    ada.change(id(&made), json!({"state": "paused"}))
        .await
        .expect(200);
    let resume = ada.change(id(&made), json!({"state": "active"})).await;
    assert_eq!(resume.problem(403), "only-admins");
    ada.delete_schedule(id(&made)).await.expect(204);
}

#[tokio::test]
async fn where_the_person_cannot_be_impersonated_the_app_acts_as_itself_and_says_so() {
    let world = World::with_consents().await;
    let ada = world.as_person("ada");
    let mut fallback = wish("Note", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let made = ada.make(&fallback).await;
    let worker = world.worker();
    ada.revoke().await.expect(200);
    assert_eq!(worker.take(&world.due(&made)).await, "done");

    assert!(ada.calls_as_them().is_empty());
    assert!(world.site.exchanges().all().is_empty(), "no user's token");
    let commented = |call: &confluence_simulator::Call| call.path.ends_with("/footer-comments");
    let calls = world.site.calls().filter(commented);
    let callers: Vec<_> = calls.iter().map(|call| &*call.caller).collect();
    assert_eq!(callers, ["app"]);
    let run = &ada.runs(id(&made)).await[0];
    assert_eq!(
        (&run["result"], &run["asApp"]),
        (&json!("done"), &json!(true))
    );
    let act = &ada.activity().await[0];
    assert_eq!(
        (&act["outcome"], &act["asApp"]),
        (&json!("done"), &json!(true))
    );

    // With a consent it is she again.
    ada.allow("readWrite", 30).await.expect(201);
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    assert_eq!(ada.runs(id(&made)).await[0].get("asApp"), None);
    assert_eq!(world.comments_of(ADA).len(), 1);
}

#[tokio::test]
async fn without_a_fallback_nobody_acts_for_who_cannot_be_impersonated() {
    let world = World::with_consents().await;
    let ada = world.as_person("ada");
    let made = ada.make(&wish("Note", comment(TEAM_PAGE))).await;
    ada.revoke().await.expect(200);
    let taken = world.worker().take(&world.due(&made)).await;
    assert_eq!(taken, "refused: consent-revoked");
    let run = &ada.runs(id(&made)).await[0];
    assert_eq!(run["reason"]["code"], "consent-revoked");
    let commented = |call: &confluence_simulator::Call| call.path.ends_with("/footer-comments");
    assert!(world.site.calls().filter(commented).is_empty());
    assert!(ada.activity().await.is_empty());
}
