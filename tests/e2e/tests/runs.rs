//! What a run does in Confluence, and what becomes of it when something fails: it is tried again or not, and each time the
//! record says why.

use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Call, Content, ContentKind, Fault, PersonChange, Scope};
use onbehalf::capabilities::world::Clock;
use onbehalf_tests::wish::{
    BOARD_PAGE, POLICY_PAGE, TEAM_PAGE, append, comment, id, request, wish, wish_at,
};
use onbehalf_tests::{Person, Reply, Worker, World, at_once};
use serde_json::{Value, json};

const PAGES: &str = "/wiki/api/v2/pages";
const COMMENTS: &str = "/wiki/api/v2/footer-comments";
const USERS: &str = "/wiki/api/v2/users-bulk";
const TOKEN: &str = "/oauth2/token";

/// A site in which Alice and Ada have allowed everything.
async fn world_with_consent() -> World {
    let world = World::start().await;
    for person in ["alice", "ada"] {
        let consent = world.as_person(person).allow("readWrite", 90).await;
        consent.expect(201);
    }
    world
}

async fn add(person: &Person<'_>, wish: &Value) -> Value {
    person.add(wish).await.expect(201)
}

fn get(path: &str) -> Value {
    request("GET", path, &Value::Null)
}

fn post_comment(page: &str) -> Value {
    let body = json!({"pageId": page, "body": {"representation": "storage", "value": "<p>Hi</p>"}});
    request("POST", COMMENTS, &body)
}

/// The second version of a page.
fn put_page(page: &str) -> Value {
    let body = json!({
        "id": page, "status": "current", "title": "Rewritten", "version": {"number": 2},
        "body": {"representation": "storage", "value": "<p>All new.</p>"},
    });
    request("PUT", &format!("{PAGES}/{page}"), &body)
}

fn page(world: &World, id: &str) -> Content {
    let mut contents = world.site.contents().into_iter();
    contents
        .find(|content| content.id == id)
        .expect("it is there")
}

fn comments(world: &World, account: &str) -> Vec<Content> {
    let mut contents = world.site.contents();
    contents.retain(|content| content.kind == ContentKind::Comment && content.author_id == account);
    contents
}

/// The newest run of a schedule.
async fn newest(person: &Person<'_>, schedule: &Value) -> Value {
    person.runs(id(schedule)).await.swap_remove(0)
}

/// Moves the clock to this time of a run, given as text.
fn advance_to(world: &World, time: &Value) {
    let time = time.as_str().and_then(|time| time.parse().ok());
    let time: jiff::Timestamp = time.expect("this is a time");
    let seconds = time.as_second() - world.clock.epoch_seconds();
    // What is not a whole second is over with the next.
    let more = i64::from(time.subsec_nanosecond() > 0);
    world.clock.advance_seconds(seconds + more);
}

#[tokio::test]
async fn a_page_is_made_with_the_time_of_the_run_where_its_person_lives() {
    let world = world_with_consent().await;
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
    let made = add(
        &alice,
        &wish_at("Note", "cron(0 1 * * ? *)", "Pacific/Auckland", action),
    )
    .await;
    assert_eq!(made["nextRuns"][0], "2026-11-22T12:00:00Z");
    world.clock.advance_seconds(4 * 3600 + 100);
    world.clock.tick().await;
    world.app.idle().await;

    let run = newest(&alice, &made).await;
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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let before = page(&world, TEAM_PAGE);
    let made = add(&alice, &wish("Note", append(TEAM_PAGE, "<p>{date}</p>"))).await;
    let worker = world.worker();
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let after = page(&world, TEAM_PAGE);
    assert_eq!(after.title, before.title);
    assert_eq!(
        after.body,
        format!("{}<p>22 November 2026</p>", before.body)
    );
    assert_eq!(after.version.number, before.version.number + 1);
    assert_eq!(after.version.author_id, ALICE);

    world.clock.advance_days(1);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let twice = page(&world, TEAM_PAGE);
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
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = add(&alice, &wish("Hers", append(TEAM_PAGE, "<p>Alice</p>"))).await;
    let adas = add(&ada, &wish("Ada's", append(TEAM_PAGE, "<p>Ada</p>"))).await;
    let before = page(&world, TEAM_PAGE);
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
    let after = page(&world, TEAM_PAGE);
    assert_eq!(after.body, format!("{}<p>Ada</p>", before.body));
    let run = newest(&alice, &hers).await;
    assert_eq!(run["result"], "failed");
    assert!(run["reason"]["detail"].as_str().unwrap().contains("409"));
    assert_eq!(alice.activity().await[0]["status"], 409);
    // The next run adds to what is there now.
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&hers)).await, "done");
    let both = format!("{}<p>Ada</p><p>Alice</p>", before.body);
    assert_eq!(page(&world, TEAM_PAGE).body, both);
}

#[tokio::test]
async fn a_comment_is_written_as_the_person() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let action = json!({"kind": "commentOnPage", "pageId": TEAM_PAGE, "body": "<p>{displayName}: {time}</p>"});
    let made = add(&alice, &wish("Note", action)).await;
    assert_eq!(world.worker().take(&world.due(&made)).await, "done");
    let [written] = &comments(&world, ALICE)[..] else {
        panic!("not exactly one comment")
    };
    assert_eq!(written.parent_id.as_deref(), Some(TEAM_PAGE));
    assert_eq!(written.body, "<p>Alice Example: 08:00:00</p>");
    assert!(newest(&alice, &made).await["link"].is_string());
    assert_eq!(
        alice.activity().await[0]["did"],
        json!({"kind": "commentOnPage", "pageId": TEAM_PAGE})
    );
}

#[tokio::test]
async fn a_request_is_sent_as_it_was_written() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let change = PersonChange {
        display_name: Some(r#"A "quoted" \name"#.into()),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &change).unwrap();
    let worker = world.worker();
    let path = format!("{PAGES}?title=Week%2046&space-id=98305");
    let reads = add(&alice, &wish("Reads", get(&path))).await;
    assert_eq!(worker.take(&world.due(&reads)).await, "done");
    // The query may hold what is nobody's business.
    assert_eq!(
        alice.activity().await[0]["did"],
        json!({"kind": "request", "method": "GET", "path": PAGES})
    );

    let body = json!({"pageId": TEAM_PAGE, "body": {"representation": "storage", "value": "{displayName}, {week}"}});
    let writes = add(&alice, &wish("Writes", request("POST", COMMENTS, &body))).await;
    assert_eq!(worker.take(&world.due(&writes)).await, "done");
    assert_eq!(comments(&world, ALICE)[0].body, r#"A "quoted" \name, 47"#);

    let puts = add(&alice, &wish("Puts", put_page(TEAM_PAGE))).await;
    assert_eq!(worker.take(&world.due(&puts)).await, "done");
    assert_eq!(page(&world, TEAM_PAGE).title, "Rewritten");

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
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let (made, other) = (
        add(&alice, &wish("Note", get(PAGES))).await,
        add(&alice, &wish("Other", get(PAGES))).await,
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
        newest(&alice, &made).await
    );
}

#[tokio::test]
async fn what_its_person_must_mend_is_not_tried_again() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let page = |space: &str, title: &str| json!({"kind": "createPage", "title": title, "body": "b", "spaceId": space});
    let into_policies = json!({
        "type": "page", "title": "Mine", "space": {"key": "POLICY"},
        "body": {"storage": {"value": "<p/>", "representation": "storage"}},
    });
    let cases = [
        (comment("404404"), "not-found", 404),
        (comment(BOARD_PAGE), "not-found", 404),
        (append(BOARD_PAGE, "x"), "not-found", 404),
        (append(POLICY_PAGE, "x"), "not-found", 404),
        (page("98307", "Mine"), "not-found", 404),
        (get("/wiki/api/v2/nothing-like-this"), "not-found", 404),
        (
            request("POST", "/wiki/rest/api/content", &into_policies),
            "not-permitted",
            403,
        ),
        (page("98305", "Team"), "not-accepted", 400),
        (
            request("PUT", &format!("{PAGES}/{TEAM_PAGE}"), &json!({})),
            "not-accepted",
            400,
        ),
    ];
    for (number, (action, reason, status)) in cases.into_iter().enumerate() {
        let made = add(&alice, &wish(&format!("Note {number}"), action.clone())).await;
        let message = world.due(&made);
        let taken = worker.take(&message).await;
        assert_eq!(taken, format!("failed: {reason}"), "{action}");
        let run = newest(&alice, &made).await;
        assert_eq!(run["result"], "failed");
        assert_eq!(run["reason"]["code"], reason);
        assert_eq!(run.get("againAt"), None);
        assert_eq!(run.get("link"), None);
        let act = &alice.activity().await[0];
        assert_eq!(
            (&act["outcome"], &act["status"]),
            (&json!("failed"), &json!(status))
        );
        let calls = alice.calls_as_them().len();
        world.clock.advance_seconds(3600);
        assert_eq!(worker.take(&message).await, "nothing");
        assert_eq!(alice.calls_as_them().len(), calls, "{action} was repeated");
        assert_eq!(worker.sent(), None);
    }
}

#[tokio::test]
async fn a_refused_token_is_told_by_the_name_that_oauth_gives_it_and_not_asked_for_again() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    // https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    for (status, error) in [
        (400, "invalid_request"),
        (401, "invalid_client"),
        (400, "invalid_grant"),
        (400, "unauthorized_client"),
        (400, "unsupported_grant_type"),
        (400, "invalid_scope"),
    ] {
        let made = add(&alice, &wish(error, comment(TEAM_PAGE))).await;
        let refusal = Fault::on("POST", TOKEN).respond(status, json!({"error": error}));
        let fault = world.site.faults().add(refusal);
        let message = world.due(&made);
        assert_eq!(
            worker.take(&message).await,
            "failed: token-refused",
            "{error}"
        );
        let run = newest(&alice, &made).await;
        let detail = run["reason"]["detail"].as_str().unwrap();
        assert!(detail.contains(error), "{detail}");
        assert_eq!(run.get("againAt"), None);
        world.clock.advance_seconds(3600);
        assert_eq!(worker.take(&message).await, "nothing");
        assert_eq!(fault.hits(), 1, "{error}");
        world.site.faults().clear();
    }
    assert!(alice.calls_as_them().is_empty());
    assert_eq!(alice.consent().await["state"], "active");
}

#[tokio::test]
async fn all_who_wait_for_one_token_are_told_that_it_is_refused() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let mut messages = Vec::new();
    for title in ["One", "Two", "Three"] {
        let made = add(&alice, &wish(title, comment(TEAM_PAGE))).await;
        messages.push(world.due(&made));
    }
    let refusal = json!({"error": "invalid_grant"});
    let refusal = Fault::on("POST", TOKEN).respond(400, refusal);
    let fault = world.site.faults().add(refusal);
    let ran = at_once(messages.iter().map(|message| worker.take(message))).await;
    assert_eq!(ran, ["failed: token-refused"; 3]);
    assert_eq!(fault.hits(), 1);

    // It is asked for again once that may have changed.
    world.site.faults().clear();
    world.clock.advance_seconds(10);
    let made = add(&alice, &wish("Four", comment(TEAM_PAGE))).await;
    assert_eq!(worker.take(&world.due(&made)).await, "done");
}

#[tokio::test]
async fn what_passes_by_itself_waits_is_tried_again_and_says_so_meanwhile() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let down = |method: &str, path: &str| Fault::on(method, path).respond(503, Value::Null);
    let failing = |path: &str| Fault::on("POST", path).respond(500, Value::Null);
    // What fails, whether an act had begun, and the status on record.
    let cases = [
        (failing(USERS), "confluence-down", None),
        (Fault::on("POST", USERS).reset(), "confluence-down", None),
        (failing(TOKEN), "atlassian-down", Some(Value::Null)),
        (
            Fault::on("POST", TOKEN).reset(),
            "atlassian-down",
            Some(Value::Null),
        ),
        (
            Fault::on("POST", TOKEN).too_many_requests(100),
            "rate-limited",
            Some(Value::Null),
        ),
        (down("POST", COMMENTS), "confluence-down", Some(json!(503))),
        (
            Fault::on("POST", COMMENTS).too_many_requests(100),
            "rate-limited",
            Some(json!(429)),
        ),
    ];
    for (number, (fault, reason, status)) in cases.into_iter().enumerate() {
        let what = format!("{:?} {}", fault.effect, fault.path);
        // A token of the case before is over.
        world.clock.advance_seconds(1000);
        let made = add(&alice, &wish(&format!("Note {number}"), comment(TEAM_PAGE))).await;
        let acts = alice.activity().await.len();
        world.site.faults().add(fault.once());
        let message = world.due(&made);
        assert_eq!(
            worker.take(&message).await,
            format!("waiting: {reason}"),
            "{what}"
        );

        let run = newest(&alice, &made).await;
        assert_eq!(run["result"], "waiting", "{what}");
        assert_eq!(run["reason"]["code"], reason, "{what}");
        let activity = alice.activity().await;
        match status {
            None => assert_eq!(activity.len(), acts, "{what}: nothing had begun"),
            Some(status) => {
                assert_eq!(activity.len(), acts + 1);
                assert_eq!(activity[0]["outcome"], "failed", "{what}");
                assert_eq!(activity[0]["status"], status, "{what}");
            }
        }
        advance_to(&world, &run["againAt"]);
        assert_eq!(worker.take(&message).await, "done", "{what}");
        let run = newest(&alice, &made).await;
        assert_eq!(run["result"], "done");
        assert_eq!(
            (run.get("reason"), run.get("againAt")),
            (None, None),
            "{what}"
        );
        assert_eq!(alice.activity().await[0]["outcome"], "done");
        assert_eq!(comments(&world, ALICE).len(), number + 1, "{what}");
    }
}

#[tokio::test]
async fn a_run_is_tried_when_it_says_and_not_before_and_four_times_at_most() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", get(PAGES))).await;
    let down = Fault::on("GET", PAGES).respond(503, Value::Null);
    let down = world.site.faults().add(down);
    let worker = world.worker();
    let message = world.due(&made);
    for (tries, usual) in [(1, 30), (2, 120), (3, 480)] {
        assert_eq!(worker.take(&message).await, "waiting: confluence-down");
        assert_eq!(down.hits(), tries);
        let run = newest(&alice, &made).await;
        let again_at: jiff::Timestamp = run["againAt"].as_str().unwrap().parse().unwrap();
        let wait = again_at.duration_since(world.clock.now());
        let (least, most) = (usual * 700, usual * 1300);
        assert!((least..=most).contains(&wait.as_millis()), "{wait:?}");
        let sent = worker.sent().unwrap();
        assert_eq!(sent.message, message);
        assert_eq!(sent.after.as_millis(), wait.unsigned_abs().as_millis());
        // SQS keeps nothing for longer than fifteen minutes: whoever comes too early waits on, and counts for nothing.
        world.clock.advance_seconds(wait.as_secs() - 1);
        assert_eq!(worker.take(&message).await, "waiting");
        assert_eq!(down.hits(), tries);
        assert!(worker.sent().unwrap().after < sent.after);
        assert_eq!(newest(&alice, &made).await, run);
        advance_to(&world, &run["againAt"]);
    }
    assert_eq!(worker.take(&message).await, "failed: confluence-down");
    assert_eq!(down.hits(), 4);
    assert_eq!(worker.sent(), None);
    let run = newest(&alice, &made).await;
    assert_eq!(run["result"], "failed");
    assert_eq!(run.get("againAt"), None);
    // Each try is an act of its own.
    let outcomes: Vec<_> = alice
        .activity()
        .await
        .iter()
        .map(|act| act["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["failed"; 4]);

    world.site.faults().clear();
    world.clock.advance_days(1);
    assert_eq!(worker.take(&message).await, "nothing");
}

#[tokio::test]
async fn nobody_tries_again_sooner_than_they_were_asked_to() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let busy = Fault::on("POST", COMMENTS).too_many_requests(1800);
    world.site.faults().add(busy.once());
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: rate-limited");
    let run = newest(&alice, &made).await;
    assert_eq!(run["againAt"], "2026-11-22T08:30:00Z");
    world.clock.advance_seconds(1799);
    assert_eq!(worker.take(&message).await, "waiting");
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&message).await, "done");
}

#[tokio::test]
async fn a_consent_that_ends_while_a_run_waits_ends_the_run() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let down = Fault::on("POST", COMMENTS).respond(503, Value::Null);
    world.site.faults().add(down.once());
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: confluence-down");
    alice.revoke().await.expect(200);
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&message).await, "refused: consent-revoked");
    assert_eq!(newest(&alice, &made).await["result"], "refused");
    assert_eq!(alice.calls_as_them().len(), 1);
    assert!(comments(&world, ALICE).is_empty());
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_not_repeated() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let new_page = json!({"kind": "createPage", "title": "New", "body": "b"});
    let put = format!("{PAGES}/{TEAM_PAGE}");
    let respond = |method: &str, path: &str| Fault::on(method, path).respond(502, Value::Null);
    let cases = [
        (
            comment(TEAM_PAGE),
            Fault::on("POST", COMMENTS).after().reset(),
        ),
        (post_comment(TEAM_PAGE), respond("POST", COMMENTS).after()),
        (new_page, Fault::on("POST", PAGES).after().reset()),
        // It is only known that it may have been done.
        (comment(TEAM_PAGE), Fault::on("POST", COMMENTS).reset()),
        (
            append(TEAM_PAGE, "<p>Once</p>"),
            Fault::on("PUT", &put).after().reset(),
        ),
        (append(TEAM_PAGE, "<p>Never</p>"), respond("PUT", &put)),
    ];
    for (number, (action, fault)) in cases.into_iter().enumerate() {
        let made = add(&alice, &wish(&format!("Note {number}"), action.clone())).await;
        let fault = world.site.faults().add(fault);
        let message = world.due(&made);
        assert_eq!(
            worker.take(&message).await,
            "unknown: outcome-unknown",
            "{action}"
        );
        world.clock.advance_seconds(3600);
        assert_eq!(worker.take(&message).await, "nothing", "{action}");
        assert_eq!(fault.hits(), 1, "{action} was repeated");
        let run = newest(&alice, &made).await;
        assert_eq!(
            (&run["result"], &run["reason"]["code"]),
            (&json!("unknown"), &json!("outcome-unknown"))
        );
        assert_eq!(alice.activity().await[0]["outcome"], "unknown");
        world.site.faults().clear();
    }
    assert_eq!(worker.sent(), None);
    assert_eq!(comments(&world, ALICE).len(), 2);
    assert_eq!(page_count(&world, "New"), 1);
    assert!(page(&world, TEAM_PAGE).body.contains("<p>Once</p>"));
}

fn page_count(world: &World, title: &str) -> usize {
    let contents = world.site.contents();
    contents.iter().filter(|page| page.title == title).count()
}

#[tokio::test]
async fn what_may_be_done_twice_is_done_again_when_its_answer_is_lost() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let put = format!("{PAGES}/{TEAM_PAGE}");
    for (number, (action, fault, because)) in [
        (
            put_page(TEAM_PAGE),
            Fault::on("PUT", &put).reset(),
            "outcome-unknown",
        ),
        // A reading changes nothing, so that its outcome is never unknown.
        (
            get(PAGES),
            Fault::on("GET", PAGES).after().reset(),
            "confluence-down",
        ),
        (
            get(PAGES),
            Fault::on("GET", PAGES).respond(502, Value::Null),
            "outcome-unknown",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let made = add(&alice, &wish(&format!("Note {number}"), action.clone())).await;
        world.site.faults().add(fault.once());
        let message = world.due(&made);
        let calls = alice.calls_as_them().len();
        assert_eq!(
            worker.take(&message).await,
            format!("waiting: {because}"),
            "{action}"
        );
        let run = newest(&alice, &made).await;
        assert_eq!(run["result"], "waiting");
        advance_to(&world, &run["againAt"]);
        assert_eq!(worker.take(&message).await, "done", "{action}");
        assert_eq!(alice.calls_as_them().len(), calls + 2, "{action}");
    }
    assert_eq!(page(&world, TEAM_PAGE).title, "Rewritten");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_a_write_is_then_unknown() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    for (action, expected) in [
        (comment(TEAM_PAGE), "unknown: outcome-unknown"),
        (get(PAGES), "waiting: confluence-down"),
    ] {
        let made = add(&alice, &wish(expected, action)).await;
        // Of an act's ten seconds, nine are over when it has its token.
        let token = world
            .site
            .faults()
            .add(Fault::on("POST", TOKEN).once().hold());
        let posts = world.site.faults().add(Fault::on("POST", COMMENTS).hold());
        let gets = world.site.faults().add(Fault::on("GET", PAGES).hold());
        let message = world.due(&made);
        let meanwhile = async {
            token.arrived().await;
            world.clock.advance_seconds(9);
            token.release();
        };
        let (taken, ()) = tokio::join!(worker.take(&message), meanwhile);
        assert_eq!(taken, expected);
        assert_eq!(posts.hits() + gets.hits(), 1);
        world.site.faults().clear();
        world.clock.advance_seconds(1000);
    }
}

#[tokio::test]
async fn a_schedule_that_keeps_failing_pauses_and_says_why() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment("404404"))).await;
    for _ in 0..2 {
        assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
        world.clock.advance_seconds(60);
        assert_eq!(alice.schedule(id(&made)).await["state"], "active");
    }
    assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(
        (&paused["state"], &paused["nextRuns"]),
        (&json!("paused"), &json!([]))
    );
    assert_eq!(paused["pausedBecause"]["code"], "not-found");
    assert_eq!(
        paused["pausedBecause"],
        newest(&alice, &made).await["reason"]
    );
    assert_eq!(
        paused["version"], made["version"],
        "its person changed nothing"
    );

    // Nothing runs any more, not even what was asked for before.
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&made)).await, "nothing");
    world.clock.advance_days(1);
    world.clock.tick().await;
    world.app.idle().await;
    assert_eq!(alice.runs(id(&made)).await.len(), 3);

    let resumed = alice.change(id(&made), json!({"state": "active"})).await;
    let resumed = resumed.expect(200);
    assert_eq!(
        (&resumed["state"], resumed.get("pausedBecause")),
        (&json!("active"), None)
    );
    for expected in ["active", "active", "paused"] {
        world.clock.advance_seconds(60);
        assert_eq!(worker.take(&world.due(&made)).await, "failed: not-found");
        assert_eq!(alice.schedule(id(&made)).await["state"], expected);
    }
}

#[tokio::test]
async fn a_success_forgets_the_failures_before_it() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    for expected in ["failed", "failed", "done", "failed", "failed", "done"] {
        if expected == "failed" {
            let gone = Fault::on("POST", COMMENTS).respond(404, Value::Null);
            world.site.faults().add(gone.once());
        }
        world.clock.advance_seconds(60);
        let taken = worker.take(&world.due(&made)).await;
        assert!(taken.starts_with(expected), "{taken}");
        assert_eq!(alice.schedule(id(&made)).await["state"], "active");
    }
}

#[tokio::test]
async fn what_passes_by_itself_is_given_ten_runs() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let down = Fault::on("POST", USERS).respond(500, Value::Null);
    world.site.faults().add(down);
    for number in 1..=10 {
        let message = world.due(&made);
        for _ in 0..3 {
            assert_eq!(worker.take(&message).await, "waiting: confluence-down");
            // A run that waits is not one that came to nothing.
            world.clock.advance_seconds(700);
        }
        assert_eq!(
            alice.schedule(id(&made)).await["state"],
            "active",
            "{number}"
        );
        assert_eq!(worker.take(&message).await, "failed: confluence-down");
        let expected = if number < 10 { "active" } else { "paused" };
        assert_eq!(
            alice.schedule(id(&made)).await["state"],
            expected,
            "{number}"
        );
        world.clock.advance_seconds(60);
    }
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(paused["pausedBecause"]["code"], "confluence-down");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn a_schedule_whose_consent_has_ended_pauses_too() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    alice.revoke().await.expect(200);
    for _ in 0..3 {
        world.clock.advance_seconds(60);
        assert_eq!(
            worker.take(&world.due(&made)).await,
            "refused: consent-revoked"
        );
    }
    let paused = alice.schedule(id(&made)).await;
    assert_eq!(paused["pausedBecause"]["code"], "consent-revoked");
    let resume = alice.change(id(&made), json!({"state": "active"})).await;
    assert_eq!(resume.problem(403), "no-consent-for-schedule");
    alice.allow("readWrite", 30).await.expect(201);
    alice
        .change(id(&made), json!({"state": "active"}))
        .await
        .expect(200);
    assert_eq!(
        worker.take(&world.due(&made).asked()).await,
        "nothing",
        "that run is over"
    );
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
}

#[tokio::test]
async fn a_message_that_comes_again_does_nothing() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let message = world.due(&made);
    let workers = [world.worker(), world.worker(), world.worker()];
    let mut taken = at_once(workers.iter().map(|worker| worker.take(&message))).await;
    taken.sort();
    assert_eq!(taken, ["done", "nothing", "nothing"]);
    let before = world.table().await;
    // Whatever else it says, it is of the same run.
    for again in [
        message.clone(),
        message.clone().asked(),
        message.held_back(None),
    ] {
        world.clock.advance_seconds(3600);
        assert_eq!(workers[0].take(&again).await, "nothing");
    }
    assert!(world.table().await == before);
    assert_eq!(alice.calls_as_them().len(), 1);
    assert_eq!(comments(&world, ALICE).len(), 1);
}

#[tokio::test]
async fn one_bad_message_of_a_batch_holds_up_no_other() {
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let hers = world.due(&add(&alice, &wish("Note", comment(TEAM_PAGE))).await);
    let adas = world.due(&add(&ada, &wish("Note", comment(TEAM_PAGE))).await);
    let text = |message| serde_json::to_string(message).unwrap();
    let mut of_gone_tenant = hers.clone();
    of_gone_tenant.tenant = "no-such-tenant".into();
    let mut of_gone_schedule = hers.clone();
    of_gone_schedule.schedule = "0123456789abcdef0123".into();
    let mut of_nobody = hers.clone();
    of_nobody.account_id = "557058:nobody".into();
    let with = |name: &str, value: Value| {
        let mut message = serde_json::to_value(&hers).unwrap();
        message[name] = value;
        message.to_string()
    };
    let bodies = [
        text(&hers),
        String::new(),
        "{".into(),
        "[]".into(),
        "null".into(),
        with("due", json!("yesterday")),
        with("due", json!(1_795_000_000)),
        with("accountId", json!("a#b")),
        with("accountId", json!("")),
        with("schedule", json!("../x")),
        with("tenant", Value::Null),
        with("as", json!("admin")),
        with("held", json!(-1)),
        with("asked", json!("yes")),
        text(&of_gone_tenant),
        text(&of_gone_schedule),
        text(&of_nobody),
        text(&adas),
        text(&hers),
    ];
    let worker = world.worker();
    // Those that cannot be read are delivered again, and put aside at last. Of the others nothing is left to do.
    let again = worker.take_batch(&bodies).await;
    assert_eq!(again, (1..=13).collect::<Vec<_>>());
    for account in [ALICE, ADA] {
        assert_eq!(comments(&world, account).len(), 1);
    }
    assert_eq!(worker.sent(), None);
    let table = world.table().await;
    for trace in [
        "no-such-tenant",
        "0123456789abcdef0123",
        "557058:nobody",
        "a#b",
    ] {
        assert!(!table.holds(trace), "{trace}");
    }
}

#[tokio::test]
async fn the_messages_of_a_removed_site_hold_up_nobody() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let here = world.due(&add(&alice, &wish("Note", comment(TEAM_PAGE))).await);
    let there = world.as_person_of(&other, "alice");
    there.allow("readWrite", 30).await.expect(201);
    let made = add(&there, &wish("Note", comment(TEAM_PAGE))).await;
    let tenant = other.installations()[0].client_key.clone();
    let gone = world.due_in(&tenant, &made);
    world.clock.advance_seconds(1);
    other.uninstall("onbehalf").await.unwrap();
    other.calls().clear();

    let bodies = [&gone, &here].map(|message| serde_json::to_string(message).unwrap());
    let worker = world.worker();
    assert!(worker.take_batch(&bodies).await.is_empty());
    assert_eq!(comments(&world, ALICE).len(), 1);
    assert!(other.calls().all().is_empty());
    assert_eq!(worker.sent(), None);
}

/// A run of Alice's whose outcome is unknown.
async fn unknown_run(world: &World, worker: &Worker, schedule: &Value) -> Value {
    let lost = Fault::on("POST", COMMENTS).after().reset();
    world.site.faults().add(lost.once());
    let taken = worker.take(&world.due(schedule)).await;
    assert_eq!(taken, "unknown: outcome-unknown");
    newest(&world.as_person("alice"), schedule).await
}

#[tokio::test]
async fn whoever_looked_says_how_a_run_of_unknown_outcome_ended() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    for (done, ended) in [(true, "done"), (false, "failed")] {
        world.clock.advance_seconds(60);
        let unknown = unknown_run(&world, &worker, &made).await;
        assert_eq!(unknown.get("settled"), None);
        let act_before = alice.activity().await.swap_remove(0);
        world.clock.advance_seconds(600);
        let settled = alice.settle(&unknown, done).await.expect(200);
        assert_eq!(
            (&settled["result"], &settled["settled"]),
            (&json!(ended), &json!(true))
        );
        assert_eq!((settled.get("reason"), settled.get("link")), (None, None));
        assert_eq!(newest(&alice, &made).await, settled);
        let act = alice.activity().await.swap_remove(0);
        assert_eq!(
            (&act["outcome"], &act["settled"]),
            (&json!(ended), &json!(true))
        );
        assert_eq!(act["finishedAt"], act_before["finishedAt"]);
        // It stays so, whoever asks.
        for again in [true, false] {
            let reply = alice.settle(&unknown, again).await;
            assert_eq!(reply.problem(409), "run-not-unknown");
        }
        assert_eq!(newest(&alice, &made).await, settled);
        let mut message = world.due(&made);
        message.due = unknown["due"].as_str().unwrap().parse().unwrap();
        assert_eq!(worker.take(&message).await, "nothing");
    }
    assert_eq!(comments(&world, ALICE).len(), 2);
}

#[tokio::test]
async fn what_a_process_left_behind_that_died_can_be_settled() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let message = world.due(&made);
    let worker = world.worker();
    let held = world.site.faults().add(Fault::on("POST", TOKEN).hold());
    tokio::select! {
        taken = worker.take(&message) => panic!("{taken}"),
        () = held.arrived() => {}
    }
    // Here it dies. For as long as an act may take, nobody can say.
    let started = newest(&alice, &made).await;
    assert_eq!(started["result"], "started");
    assert_eq!(
        alice.settle(&started, true).await.problem(409),
        "run-not-unknown"
    );
    world.clock.advance_seconds(11);
    assert_eq!(newest(&alice, &made).await["result"], "unknown");
    let settled = alice.settle(&started, false).await.expect(200);
    assert_eq!(settled["result"], "failed");
    assert_eq!(alice.activity().await[0]["settled"], true);
    assert_eq!(world.worker().take(&message).await, "nothing");
    assert!(alice.calls_as_them().is_empty());
}

#[tokio::test]
async fn of_two_who_settle_a_run_at_once_one_does() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let unknown = unknown_run(&world, &world.worker(), &made).await;
    let replies = at_once([true, false].map(|done| alice.settle(&unknown, done))).await;
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let answered = replies.into_iter().find(|reply| reply.status == 200);
    assert_eq!(
        answered.map(|reply| reply.json()),
        Some(newest(&alice, &made).await)
    );
}

#[tokio::test]
async fn nobody_settles_what_is_known_or_somebody_elses() {
    let world = world_with_consent().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let worker = world.worker();
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    let unknown = unknown_run(&world, &worker, &made).await;
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&world.due(&made)).await, "done");
    let done = newest(&alice, &made).await;
    let failing = add(&alice, &wish("Note", comment("404404"))).await;
    assert_eq!(worker.take(&world.due(&failing)).await, "failed: not-found");
    let failed = newest(&alice, &failing).await;
    let before = world.table().await;

    for known in [&done, &failed] {
        assert_eq!(
            alice.settle(known, true).await.problem(409),
            "run-not-unknown"
        );
    }
    assert_eq!(ada.settle(&unknown, true).await.problem(404), "no-such-run");
    let run = id(&unknown);
    let other = id(&failing);
    for path in [
        format!("{}/runs/{}.1", id(&made), id(&made)),
        format!("{}/runs/{}", id(&made), id(&made)),
        format!("{other}/runs/{run}"),
        format!("daily-note/runs/{run}"),
        format!("{}/runs/{run}0", id(&made)),
        format!("{}/runs/{run}%23x", id(&made)),
        format!("{}/runs/{}.now", id(&made), id(&made)),
        format!("{}/runs/{}.99999999999999999999", id(&made), id(&made)),
    ] {
        let path = format!("/api/schedules/{path}/settle");
        let request = alice.request(http::Method::POST, &path);
        let reply: Reply = world.send(request.json(&json!({"done": true}))).await;
        assert_eq!(reply.problem(404), "no-such-run", "{path}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_run_without_an_act_has_nothing_to_settle() {
    let world = world_with_consent().await;
    let alice = world.as_person("alice");
    let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
    alice.revoke().await.expect(200);
    let taken = world.worker().take(&world.due(&made)).await;
    assert_eq!(taken, "refused: consent-revoked");
    let refused = newest(&alice, &made).await;
    assert_eq!(
        alice.settle(&refused, true).await.problem(404),
        "no-such-run"
    );
}

#[tokio::test]
async fn a_person_who_lost_access_loses_the_consent_and_one_who_may_not_do_this_does_not() {
    // Of what somebody may not see, Confluence says that it is not there.
    for (status, failed) in [(403, "failed: not-permitted"), (404, "failed: not-found")] {
        let world = world_with_consent().await;
        let alice = world.as_person("alice");
        let worker = world.worker();
        let made = add(&alice, &wish("Note", comment(TEAM_PAGE))).await;
        let not_for_her = || {
            let refused = json!({"message": "not for you"});
            Fault::on("POST", COMMENTS).respond(status, refused).once()
        };
        world.site.faults().add(not_for_her());
        assert_eq!(worker.take(&world.due(&made)).await, failed);
        assert_eq!(alice.consent().await["state"], "active");

        let change = PersonChange {
            can_use_confluence: Some(false),
            ..PersonChange::default()
        };
        world.site.people().change("alice", &change).unwrap();
        world.clock.advance_seconds(60);
        world.site.faults().add(not_for_her());
        assert_eq!(worker.take(&world.due(&made)).await, failed);
        assert_eq!(alice.consent().await["endedBecause"], "accessLost");
        let by_her = |call: &Call| call.caller == format!("user:{ALICE}");
        assert_eq!(world.site.calls().filter(by_her).len(), 2);
    }
}
