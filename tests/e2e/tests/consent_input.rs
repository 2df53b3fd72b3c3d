//! What people, and programs that pretend to be people, send to `/api/consent`, and what they are told when it is wrong.

use std::time::{Duration, Instant};

use confluence_simulator::Fault;
use http::Method;
use onbehalf_tests::{NOTICE, Reply, World, deaf_database};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[track_caller]
fn assert_headers_of_a_problem(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), "no-cache, no-store");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert!(!reply.header("strict-transport-security").is_empty());
    assert_eq!(
        reply.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
}

#[tokio::test]
async fn a_wish_outside_the_rules_is_refused_and_changes_nothing() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let wish = |name: &str, value: Value| {
        let mut wish = json!({"access": "read", "days": 30, "notice": NOTICE});
        wish[name] = value;
        wish
    };
    let without = |name: &str| {
        let mut wish = wish("days", json!(30));
        wish.as_object_mut().unwrap().remove(name);
        wish
    };
    for (wish, problem) in [
        (wish("days", json!(0)), "too-short"),
        (wish("days", json!(-1)), "too-short"),
        (wish("days", json!(i64::MIN)), "too-short"),
        (wish("days", json!(91)), "too-long-a-time"),
        (wish("days", json!(i64::MAX)), "too-long-a-time"),
        (wish("days", json!(u64::MAX)), "unacceptable"),
        (wish("days", json!(1e300)), "unacceptable"),
        (wish("days", json!(1.5)), "unacceptable"),
        (wish("days", json!(30.0)), "unacceptable"),
        (wish("days", json!("30")), "unacceptable"),
        (wish("days", json!([30])), "unacceptable"),
        (wish("days", Value::Null), "unacceptable"),
        (wish("access", json!("write")), "unacceptable"),
        (wish("access", json!("READ")), "unacceptable"),
        (wish("notice", json!("2026-10")), "notice-unknown"),
        (wish("notice", json!("")), "notice-unknown"),
        (wish("notice", Value::Null), "unacceptable"),
        (
            wish("accountId", json!("557058:someone-else")),
            "unacceptable",
        ),
        (wish("Days", json!(30)), "unacceptable"),
        (wish("until", json!("2099-01-01T00:00:00Z")), "unacceptable"),
        (wish("language", json!("tlh")), "language-unknown"),
        (wish("language", json!("EN")), "language-unknown"),
        (wish("renews", json!("mine")), "not-the-current-consent"),
        (without("access"), "unacceptable"),
        (without("days"), "unacceptable"),
        (without("notice"), "unacceptable"),
        (json!({}), "unacceptable"),
        (json!([]), "unacceptable"),
        (json!(["read", 30, NOTICE]), "unacceptable"),
        (json!("read"), "unacceptable"),
        (Value::Null, "unacceptable"),
    ] {
        let reply = alice.put("/api/consent", &wish).await;
        let status = if problem == "not-the-current-consent" {
            409
        } else {
            422
        };
        assert_eq!(reply.problem(status), problem, "{wish}");
        assert_headers_of_a_problem(&reply);
        assert!(world.table().await == before, "{wish} changed something");
    }
    for (access, days) in [("read", 1), ("readWrite", 90)] {
        alice.allow(access, days).await;
        assert_eq!(alice.consent().await["access"], access);
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let good = json!({"access": "read", "days": 30, "notice": NOTICE}).to_string();
    let json = "application/json";
    let mut deep = vec![b'['; 10_000];
    deep.extend(vec![b']'; 10_000]);
    let long = format!("{good}{}", " ".repeat(64 * 1024));
    type Send<'a> = (&'a str, Option<&'a str>, Vec<u8>, u16, &'a str);
    let sends: Vec<Send<'_>> = vec![
        ("nothing", Some(json), b"".to_vec(), 400, "malformed"),
        (
            "half of it",
            Some(json),
            good.as_bytes()[..20].to_vec(),
            400,
            "malformed",
        ),
        (
            "more than one",
            Some(json),
            format!("{good}{good}").into(),
            400,
            "malformed",
        ),
        (
            "single quotes",
            Some(json),
            good.replace('"', "'").into(),
            400,
            "malformed",
        ),
        (
            "a comma too many",
            Some(json),
            good.replace('}', ",}").into(),
            400,
            "malformed",
        ),
        (
            "UTF-16",
            Some(json),
            good.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            400,
            "malformed",
        ),
        (
            "no UTF-8",
            Some(json),
            b"{\"access\":\"\xff\"}".to_vec(),
            400,
            "malformed",
        ),
        (
            "a field twice",
            Some(json),
            good.replace('}', ",\"days\":1}").into(),
            422,
            "unacceptable",
        ),
        ("too deep", Some(json), deep, 422, "unacceptable"),
        ("too long", Some(json), long.into(), 413, "too-long"),
        ("no type", None, good.clone().into(), 415, "not-json"),
        (
            "a form",
            Some("application/x-www-form-urlencoded"),
            good.clone().into(),
            415,
            "not-json",
        ),
        (
            "text",
            Some("text/plain"),
            good.clone().into(),
            415,
            "not-json",
        ),
        (
            "nearly JSON",
            Some("application/jsonp"),
            good.clone().into(),
            415,
            "not-json",
        ),
    ];
    for (what, content_type, body, status, problem) in sends {
        let mut request = alice.request(Method::PUT, "/api/consent").body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let reply = world.send(request).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        assert_eq!(reply.problem(status), problem, "{what}");
        assert_headers_of_a_problem(&reply);
        assert!(world.table().await == before, "{what} changed something");
    }

    let request = alice
        .request(Method::PUT, "/api/consent")
        .header("content-type", "Application/JSON; charset=utf-8")
        .body(good);
    assert_eq!(world.send(request).await.status, 201);
}

/// It need not say how long it is, and may be read for as long as it likes.
#[tokio::test]
async fn a_body_that_does_not_say_how_long_it_is_is_not_read_to_its_end() {
    let world = World::start().await;
    let before = world.table().await;
    let mint = world.site.mint(&world.installation());
    let mut long = json!({"access": "read", "days": 30, "notice": NOTICE}).to_string();
    long.push_str(&" ".repeat(64 * 1024));
    for (method, path, token) in [
        ("PUT", "/api/consent", mint.context("alice")),
        (
            "POST",
            "/lifecycle/installed",
            mint.lifecycle("/lifecycle/installed"),
        ),
        (
            "POST",
            "/webhooks/user_removed",
            mint.webhook("/webhooks/user_removed"),
        ),
    ] {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: {}\r\n\
             content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{long}\r\n0\r\n\r\n",
            token.authorization(),
            long.len(),
        );
        let address = world.app.base_url().trim_start_matches("http://");
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut status = [0; "HTTP/1.1 413".len()];
        connection.read_exact(&mut status).await.unwrap();
        let status = String::from_utf8_lossy(&status);
        assert_eq!(status, "HTTP/1.1 413", "{path}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn only_people_may_consent() {
    let world = World::start().await;
    let before = world.table().await;
    for (person, problem) in [
        ("onbehalf", "account-is-app"),
        ("carl", "account-is-customer"),
        ("dora", "account-inactive"),
        ("cleo", "account-closed"),
        ("712020:nobody-knows-me", "account-unknown"),
        ("nobody", "anonymous"),
    ] {
        let reply = world.as_person(person).allow("read", 30).await;
        assert_eq!(reply.problem(403), problem, "{person}");
        assert_headers_of_a_problem(&reply);
        assert!(world.table().await == before, "{person} changed something");
    }
}

#[tokio::test]
async fn a_site_that_tells_no_status_is_asked_who_may_use_it() {
    let world = World::start().await;
    for status in [403, 404] {
        let fault = Fault::on("POST", "/wiki/api/v2/users-bulk").respond(status, Value::Null);
        let fault = world.site.faults().add(fault);
        for (person, problem) in [
            ("onbehalf", "account-is-app"),
            ("carl", "account-is-customer"),
            ("dora", "account-inactive"),
            ("712020:nobody-knows-me", "account-unknown"),
        ] {
            let reply = world.as_person(person).allow("read", 30).await;
            assert_eq!(reply.problem(403), problem, "{person}");
        }
        let alice = world.as_person("alice");
        alice.allow("readWrite", 30).await;
        let run = alice.run().await;
        assert_eq!(run["result"], "done", "{run}");
        assert!(fault.hits() > 0);
        world.site.faults().clear();
    }
}

#[tokio::test]
async fn who_is_not_signed_in_sees_nothing_either() {
    let world = World::start().await;
    let nobody = world.as_person("nobody");
    for path in ["/api/consent", "/api/consent/activity", "/api/schedules"] {
        assert_eq!(nobody.get(path).await.problem(403), "anonymous", "{path}");
    }
    assert_eq!(nobody.revoke().await.problem(403), "anonymous");
    let run = nobody.post("/api/schedules/daily-note/run").await;
    assert_eq!(run.problem(403), "anonymous");
}

#[tokio::test]
async fn while_confluence_cannot_be_asked_nobody_can_consent() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    // But for what the site says of its limits.
    let kept = async || {
        let mut rows = world.table().await.rows().to_vec();
        rows.retain(|row| row["sk"].as_s().unwrap() != "pace");
        rows
    };
    let before = kept().await;
    let users = || Fault::on("POST", "/wiki/api/v2/users-bulk").once();
    for (fault, problem, wait) in [
        (users().respond(500, Value::Null), "unavailable", "5"),
        (users().respond(502, json!("<html>")), "unavailable", "5"),
        (users().reset(), "unavailable", "5"),
        (users().respond(200, json!("<html>")), "unavailable", "5"),
        (
            users().respond(200, json!({"results": [{}]})),
            "unavailable",
            "5",
        ),
        (
            users().respond(200, json!("x".repeat(2 << 20))),
            "unavailable",
            "5",
        ),
        (users().respond(401, Value::Null), "unavailable", "5"),
        (users().respond(302, Value::Null), "unavailable", "5"),
        (users().too_many_requests(7), "confluence-busy", "7"),
        (users().too_many_requests(0), "confluence-busy", "1"),
    ] {
        let what = format!("{fault:.120?}");
        world.site.faults().add(fault);
        let reply = alice.allow("read", 30).await;
        assert_eq!(reply.problem(503), problem, "{what}");
        assert_eq!(reply.header("retry-after"), wait, "{what}");
        assert_headers_of_a_problem(&reply);
        assert!(kept().await == before, "{what} changed something");
    }
    alice.allow("read", 30).await.expect(201);
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_no_answer() {
    let world = World::start().await;
    let somebody = json!({"results": [{
        "accountId": "557058:somebody", "accountType": "atlassian", "accountStatus": "active", "displayName": "Somebody"
    }]});
    let users = Fault::on("POST", "/wiki/api/v2/users-bulk").once();
    world.site.faults().add(users.respond(200, somebody));
    let reply = world.as_person("alice").allow("read", 30).await;
    assert_eq!(reply.problem(403), "account-unknown");
}

#[tokio::test]
async fn an_account_of_no_kind_or_state_that_is_known_may_not_consent() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    for (kind, status) in [
        (json!(null), json!("active")),
        (json!(""), json!("active")),
        (json!("unknown"), json!("active")),
        (json!("Atlassian"), json!("active")),
        (json!("service"), json!("active")),
        (json!("atlassian"), json!(null)),
        (json!("atlassian"), json!("unknown")),
        (json!("atlassian"), json!("Active")),
    ] {
        let user =
            json!({"accountId": alice.account_id(), "accountType": kind, "accountStatus": status});
        let users = Fault::on("POST", "/wiki/api/v2/users-bulk").once();
        world
            .site
            .faults()
            .add(users.respond(200, json!({"results": [user]})));
        let reply = alice.allow("read", 30).await;
        assert_eq!(reply.problem(403), "account-unknown", "{kind} {status}");
    }
}

#[tokio::test]
async fn without_the_database_every_route_says_to_try_again() {
    let world = World::start().await;
    let instance = world.instance_on(&deaf_database(world.app.aws()).await);
    let alice = world.as_person("alice").at(&instance.serve().await);
    let began = Instant::now();
    for reply in [
        alice.get("/api/consent").await,
        alice.allow("read", 30).await,
        alice.revoke().await,
        alice.get("/api/consent/activity").await,
        alice.get("/api/schedules").await,
        alice.post("/api/schedules/daily-note/run").await,
    ] {
        assert_eq!(reply.problem(503), "unavailable");
        assert_eq!(reply.header("retry-after"), "5");
        assert_headers_of_a_problem(&reply);
    }
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test]
async fn without_the_queue_nobody_is_told_that_something_will_run() {
    let world = World::start().await;
    let alice = world.as_person("alice").at(&world.instance().serve().await);
    alice.allow("readWrite", 30).await.expect(201);
    let reply = alice.post("/api/schedules/daily-note/run").await;
    assert_eq!(reply.problem(503), "unavailable");
    assert!(reply.text().contains("queue"), "{}", reply.text());
    assert_eq!(alice.schedules().await[0].get("lastRun"), None);
}
