//! What becomes of a run when something fails: it is tried again or not, and each time the record says why.

use confluence_simulator::people::ALICE;
use confluence_simulator::{Call, Fault, PersonChange};
use onbehalf::capabilities::world::Clock;
use onbehalf_tests::paths::{COMMENTS, PAGES, TOKEN, USERS};
use onbehalf_tests::wish::{
    BOARD_PAGE, POLICY_PAGE, TEAM_PAGE, append, comment, get, post_comment, put_page, request, wish,
};
use onbehalf_tests::{World, at_once};
use serde_json::{Value, json};

#[tokio::test]
async fn what_its_person_must_mend_is_not_tried_again() {
    let world = World::with_consents().await;
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
        let made = alice
            .make(&wish(&format!("Note {number}"), action.clone()))
            .await;
        let message = world.due(&made);
        let taken = worker.take(&message).await;
        assert_eq!(taken, format!("failed: {reason}"), "{action}");
        let run = alice.newest_run(&made).await;
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
    let world = World::with_consents().await;
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
        let made = alice.make(&wish(error, comment(TEAM_PAGE))).await;
        let refusal = Fault::on("POST", TOKEN).respond(status, json!({"error": error}));
        let fault = world.site.faults().add(refusal);
        let message = world.due(&made);
        assert_eq!(
            worker.take(&message).await,
            "failed: token-refused",
            "{error}"
        );
        let run = alice.newest_run(&made).await;
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
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    let mut messages = Vec::new();
    for title in ["One", "Two", "Three"] {
        let made = alice.make(&wish(title, comment(TEAM_PAGE))).await;
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
    let made = alice.make(&wish("Four", comment(TEAM_PAGE))).await;
    assert_eq!(worker.take(&world.due(&made)).await, "done");
}

#[tokio::test]
async fn what_passes_by_itself_waits_is_tried_again_and_says_so_meanwhile() {
    let world = World::with_consents().await;
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
        let made = alice
            .make(&wish(&format!("Note {number}"), comment(TEAM_PAGE)))
            .await;
        let acts = alice.activity().await.len();
        world.site.faults().add(fault.once());
        let message = world.due(&made);
        assert_eq!(
            worker.take(&message).await,
            format!("waiting: {reason}"),
            "{what}"
        );

        let run = alice.newest_run(&made).await;
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
        world.advance_to(&run["againAt"]);
        assert_eq!(worker.take(&message).await, "done", "{what}");
        let run = alice.newest_run(&made).await;
        assert_eq!(run["result"], "done");
        assert_eq!(
            (run.get("reason"), run.get("againAt")),
            (None, None),
            "{what}"
        );
        assert_eq!(alice.activity().await[0]["outcome"], "done");
        assert_eq!(world.comments_of(ALICE).len(), number + 1, "{what}");
    }
}

#[tokio::test]
async fn a_run_is_tried_when_it_says_and_not_before_and_four_times_at_most() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", get(PAGES))).await;
    let down = Fault::on("GET", PAGES).respond(503, Value::Null);
    let down = world.site.faults().add(down);
    let worker = world.worker();
    let message = world.due(&made);
    for (tries, usual) in [(1, 30), (2, 120), (3, 480)] {
        assert_eq!(worker.take(&message).await, "waiting: confluence-down");
        assert_eq!(down.hits(), tries);
        let run = alice.newest_run(&made).await;
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
        assert_eq!(alice.newest_run(&made).await, run);
        world.advance_to(&run["againAt"]);
    }
    assert_eq!(worker.take(&message).await, "failed: confluence-down");
    assert_eq!(down.hits(), 4);
    assert_eq!(worker.sent(), None);
    let run = alice.newest_run(&made).await;
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
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let busy = Fault::on("POST", COMMENTS).too_many_requests(1800);
    world.site.faults().add(busy.once());
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: rate-limited");
    let run = alice.newest_run(&made).await;
    assert_eq!(run["againAt"], "2026-11-22T08:30:00Z");
    world.clock.advance_seconds(1799);
    assert_eq!(worker.take(&message).await, "waiting");
    world.clock.advance_seconds(1);
    assert_eq!(worker.take(&message).await, "done");
}

#[tokio::test]
async fn a_consent_that_ends_while_a_run_waits_ends_the_run() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
    let down = Fault::on("POST", COMMENTS).respond(503, Value::Null);
    world.site.faults().add(down.once());
    let worker = world.worker();
    let message = world.due(&made);
    assert_eq!(worker.take(&message).await, "waiting: confluence-down");
    alice.revoke().await.expect(200);
    world.clock.advance_seconds(60);
    assert_eq!(worker.take(&message).await, "refused: consent-revoked");
    assert_eq!(alice.newest_run(&made).await["result"], "refused");
    assert_eq!(alice.calls_as_them().len(), 1);
    assert!(world.comments_of(ALICE).is_empty());
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_not_repeated() {
    let world = World::with_consents().await;
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
        let made = alice
            .make(&wish(&format!("Note {number}"), action.clone()))
            .await;
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
        let run = alice.newest_run(&made).await;
        assert_eq!(
            (&run["result"], &run["reason"]["code"]),
            (&json!("unknown"), &json!("outcome-unknown"))
        );
        assert_eq!(alice.activity().await[0]["outcome"], "unknown");
        world.site.faults().clear();
    }
    assert_eq!(worker.sent(), None);
    assert_eq!(world.comments_of(ALICE).len(), 2);
    assert_eq!(page_count(&world, "New"), 1);
    assert!(world.content(TEAM_PAGE).body.contains("<p>Once</p>"));
}

fn page_count(world: &World, title: &str) -> usize {
    let contents = world.site.contents();
    contents.iter().filter(|page| page.title == title).count()
}

#[tokio::test]
async fn what_may_be_done_twice_is_done_again_when_its_answer_is_lost() {
    let world = World::with_consents().await;
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
        let made = alice
            .make(&wish(&format!("Note {number}"), action.clone()))
            .await;
        world.site.faults().add(fault.once());
        let message = world.due(&made);
        let calls = alice.calls_as_them().len();
        assert_eq!(
            worker.take(&message).await,
            format!("waiting: {because}"),
            "{action}"
        );
        let run = alice.newest_run(&made).await;
        assert_eq!(run["result"], "waiting");
        world.advance_to(&run["againAt"]);
        assert_eq!(worker.take(&message).await, "done", "{action}");
        assert_eq!(alice.calls_as_them().len(), calls + 2, "{action}");
    }
    assert_eq!(world.content(TEAM_PAGE).title, "Rewritten");
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up_and_a_write_is_then_unknown() {
    let world = World::with_consents().await;
    let alice = world.as_person("alice");
    let worker = world.worker();
    for (action, expected) in [
        (comment(TEAM_PAGE), "unknown: outcome-unknown"),
        (get(PAGES), "waiting: confluence-down"),
    ] {
        let made = alice.make(&wish(expected, action)).await;
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
async fn a_person_who_lost_access_loses_the_consent_and_one_who_may_not_do_this_does_not() {
    // Of what somebody may not see, Confluence says that it is not there.
    for (status, failed) in [(403, "failed: not-permitted"), (404, "failed: not-found")] {
        let world = World::with_consents().await;
        let alice = world.as_person("alice");
        let worker = world.worker();
        let made = alice.make(&wish("Note", comment(TEAM_PAGE))).await;
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
