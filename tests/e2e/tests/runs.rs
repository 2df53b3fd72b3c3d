//! What a run does in Confluence: what is sent, as whom, and what is on record then.

use confluence_simulator::people::ALICE;
use confluence_simulator::{Fault, PersonChange, Scope};
use onbehalf_tests::World;
use onbehalf_tests::paths::{COMMENTS, PAGES};
use onbehalf_tests::wish::{TEAM_PAGE, append, get, id, put_page, request, wish, wish_at};
use serde_json::json;

#[tokio::test]
async fn a_page_is_made_with_the_time_of_the_run_where_its_person_lives() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let change = PersonChange {
        display_name: Some(r#"Alice <b>&"Example" {date}"#.into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();
    let action = json!({
        "kind": "createPage", "title": "{date}, week {week}, {nothing}", "spaceId": "98305",
        "body": "<p>{displayName}, {time}</p>",
    });
    let made = alice
        .make(&wish_at(
            "Note",
            "cron(0 1 * * ? *)",
            "Pacific/Auckland",
            action,
        ))
        .await;
    assert_eq!(made["nextRuns"][0], "2026-11-22T12:00:00Z");
    world.clock.advance_seconds(4 * 3600 + 100);
    world.clock.tick().await;
    world.app.idle().await;

    let run = alice.newest_run(&made).await;
    assert_eq!(run["result"], "done", "{run}");
    let contents = world.site.contents();
    let written = contents.last().unwrap();
    assert_eq!(written.title, "23 November 2026, week 48, {nothing}");
    // The time that it was due, and a name that means nothing to Confluence.
    assert_eq!(
        written.body,
        "<p>Alice &lt;b&gt;&amp;&quot;Example&quot; {date}, 01:00:00</p>"
    );
    assert_eq!((&*written.author_id, &*written.space_id), (ALICE, "98305"));
    let link = format!("{}/spaces/TEAM/pages/{}", world.site.base_url(), written.id);
    assert_eq!(run["link"], link);
    let act = &alice.activity().await[0];
    assert_eq!(act["link"], link);
    assert_eq!(act["did"]["kind"], "createPage");
    assert_eq!(act["did"]["title"], written.title);
}

#[tokio::test]
async fn what_is_added_to_a_page_leaves_the_rest_of_it_as_it_is() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let before = world.content(TEAM_PAGE);
    let made = alice
        .make(&wish("Note", append(TEAM_PAGE, "<p>{date}</p>")))
        .await;
    let worker = world.worker();
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let after = world.content(TEAM_PAGE);
    assert_eq!(after.title, before.title);
    assert_eq!(
        after.body,
        format!("{}<p>22 November 2026</p>", before.body)
    );
    assert_eq!(after.version.number, before.version.number + 1);
    assert_eq!(after.version.author_id, ALICE);

    world.clock.advance_days(1);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let twice = world.content(TEAM_PAGE);
    assert_eq!(twice.body, format!("{}<p>23 November 2026</p>", after.body));
    let calls = alice.calls_as_them();
    let methods: Vec<_> = calls.iter().map(|call| &*call.method).collect();
    assert_eq!(methods, ["GET", "PUT", "GET", "PUT"]);
    // One act each, whatever it takes.
    let activity = alice.activity().await;
    assert_eq!(activity.len(), 2);
    assert_eq!(activity[0]["what"], format!("Add to the page {TEAM_PAGE}"));
    assert_eq!(
        activity[0]["did"],
        json!({"kind": "appendToPage", "pageId": TEAM_PAGE})
    );
}

#[tokio::test]
async fn what_somebody_wrote_in_between_is_not_lost() {
    let world = World::with_consents().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = alice
        .make(&wish("Hers", append(TEAM_PAGE, "<p>Alice</p>")))
        .await;
    let adas = ada
        .make(&wish("Ada's", append(TEAM_PAGE, "<p>Ada</p>")))
        .await;
    let before = world.content(TEAM_PAGE);
    let worker = world.worker();
    let put = format!("{PAGES}/{TEAM_PAGE}");
    let held = world
        .site
        .faults()
        .add(Fault::on("PUT", &put).once().hold());
    // Alice's has read the page, and is about to write it.
    let message = world.due(&hers);
    let in_between = async {
        held.arrived().await;
        assert_eq!(worker.take(&world.due(&adas)).await, "done");
        held.release();
    };
    let (taken, ()) = tokio::join!(worker.take(&message), in_between);
    assert_eq!(taken, "failed: not-accepted");
    let after = world.content(TEAM_PAGE);
    assert_eq!(after.body, format!("{}<p>Ada</p>", before.body));
    let run = alice.newest_run(&hers).await;
    assert_eq!(run["result"], "failed");
    assert!(run["reason"]["detail"].as_str().unwrap().contains("409"));
    assert_eq!(alice.activity().await[0]["status"], 409);
    // The next run adds to what is there now.
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&hers)).await, "done");
    let both = format!("{}<p>Ada</p><p>Alice</p>", before.body);
    assert_eq!(world.content(TEAM_PAGE).body, both);
}

#[tokio::test]
async fn a_comment_is_written_as_the_person() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let action = json!({"kind": "commentOnPage", "pageId": TEAM_PAGE, "body": "<p>{displayName}: {time}</p>"});
    let made = alice.make(&wish("Note", action)).await;
    assert_eq!(world.worker().take(&world.due(&made)).await, "done");
    let [written] = &world.comments_of(ALICE)[..] else {
        panic!("not exactly one comment")
    };
    assert_eq!(written.parent_id.as_deref(), Some(TEAM_PAGE));
    assert_eq!(written.body, "<p>Alice Example: 08:00:00</p>");
    assert!(alice.newest_run(&made).await["link"].is_string());
    assert_eq!(
        alice.activity().await[0]["did"],
        json!({"kind": "commentOnPage", "pageId": TEAM_PAGE})
    );
}

#[tokio::test]
async fn a_request_is_sent_as_it_was_written() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let change = PersonChange {
        display_name: Some(r#"A "quoted" \name"#.into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();
    let worker = world.worker();
    let path = format!("{PAGES}?title=Week%2046&space-id=98305");
    let reads = alice.make(&wish("Reads", get(&path))).await;
    assert_eq!(worker.take(&world.due(&reads)).await, "done");
    // The query may hold what is nobody's business.
    assert_eq!(
        alice.activity().await[0]["did"],
        json!({"kind": "request", "method": "GET", "path": PAGES})
    );

    let body = json!({"pageId": TEAM_PAGE, "body": {"representation": "storage", "value": "{displayName}, {week}"}});
    let writes = alice
        .make(&wish("Writes", request("POST", COMMENTS, &body)))
        .await;
    assert_eq!(worker.take(&world.due(&writes)).await, "done");
    assert_eq!(world.comments_of(ALICE)[0].body, r#"A "quoted" \name, 47"#);

    let puts = alice.make(&wish("Puts", put_page(TEAM_PAGE))).await;
    assert_eq!(worker.take(&world.due(&puts)).await, "done");
    assert_eq!(world.content(TEAM_PAGE).title, "Rewritten");

    let calls = alice.calls_as_them();
    let sent: Vec<_> = calls
        .iter()
        .map(|call| (&*call.method, &*call.path))
        .collect();
    let put = format!("{PAGES}/{TEAM_PAGE}");
    assert_eq!(sent, [("GET", &*path), ("POST", COMMENTS), ("PUT", &*put)]);
    assert_eq!(calls[0].body, None);
    // Each with a token for what it does, and for no more.
    assert_eq!(calls[0].scopes, [Scope::Read]);
    assert_eq!(calls[1].scopes, [Scope::Read, Scope::Write]);
}

#[tokio::test]
async fn the_runs_of_a_schedule_come_in_pages_newest_first() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let (made, other) = (
        alice.make(&wish("Note", get(PAGES))).await,
        alice.make(&wish("Other", get(PAGES))).await,
    );
    let worker = world.worker();
    let mut due = Vec::new();
    for _ in 0..5 {
        world.clock.advance_seconds(60);
        let message = world.due(&made);
        due.insert(0, message.due.to_string());
        assert_eq!(worker.take(&message).await, "done");
        assert_eq!(worker.take(&world.due(&other)).await, "done");
    }
    let base = format!("/api/schedules/{}/runs?limit=2", id(&made));
    let (mut path, mut seen, mut pages) = (base.clone(), Vec::new(), 0);
    loop {
        let page = alice.get(&path).await.expect(200);
        let runs = page["items"].as_array().unwrap();
        seen.extend(
            runs.iter()
                .map(|run| run["due"].as_str().unwrap().to_owned()),
        );
        pages += 1;
        match page["next"].as_str() {
            Some(next) => path = format!("{base}&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((pages, seen), (3, due));
    assert_eq!(
        alice.schedule(id(&made)).await["lastRun"],
        alice.newest_run(&made).await
    );
}
