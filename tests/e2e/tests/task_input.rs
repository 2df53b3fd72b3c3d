//! What people, and programs that pretend to be people, want to have scheduled, and what they are told when it is wrong.

use http::Method;
use onbehalf_tests::wish::{TEAM_PAGE, comment, id, request, wish, wish_at};
use onbehalf_tests::{Person, Reply, World, deaf_database};
use serde_json::{Value, json};

/// A site in which Alice has allowed everything, and a schedule of hers.
async fn world_with_schedule() -> (World, String) {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let made = alice
        .add(&wish("Note", comment(TEAM_PAGE)))
        .await
        .expect(201);
    let id = id(&made).to_owned();
    (world, id)
}

/// Sends a wish wherever one is taken: to be made, to be looked at, and as a change of what is there. Each must be refused
/// as this problem, in words, and change nothing.
async fn refused(world: &World, id: &str, wish: &Value, status: u16, problem: &str) {
    let alice = world.as_person("alice");
    let before = world.table().await;
    let mut change = wish.clone();
    if let Some(change) = change.as_object_mut() {
        change.insert("version".into(), json!(1));
    }
    let path = format!("/api/schedules/{id}");
    let shown: String = wish.to_string().chars().take(300).collect();
    for (method, path, body) in [
        (Method::POST, "/api/schedules", wish),
        (Method::POST, "/api/schedules/preview", wish),
        (Method::PATCH, &*path, &change),
    ] {
        let reply = send(&alice, world, method.clone(), path, body).await;
        assert_eq!(
            reply.status,
            status,
            "{method} {path} {shown}: {}",
            reply.text()
        );
        assert_eq!(reply.problem(status), problem, "{method} {path} {shown}");
    }
    assert!(world.table().await == before, "{shown} changed something");
}

async fn send(
    person: &Person<'_>,
    world: &World,
    method: Method,
    path: &str,
    body: &Value,
) -> Reply {
    world.send(person.request(method, path).json(body)).await
}

/// What the app says is wrong.
async fn detail(world: &World, wish: &Value) -> String {
    let reply = world.as_person("alice").preview(wish).await;
    let problem = reply.expect(422);
    let detail = problem["detail"].as_str();
    detail.expect("a problem has a detail").to_owned()
}

#[tokio::test]
async fn times_that_never_come_are_refused() {
    let (world, id) = world_with_schedule().await;
    for (expression, said) in [
        // There is no such day.
        ("cron(0 9 31 2 ? *)", "no such day"),
        ("cron(0 9 30 FEB ? *)", "no such day"),
        ("cron(0 9 29 2 ? 2027)", "no such day"),
        ("cron(0 9 ? * MON#6 *)", "day of week"),
        // It is over.
        ("at(2026-11-22T08:00:00)", "over"),
        ("at(2020-01-01T00:00:00)", "over"),
        ("cron(0 9 * * ? 2025)", "over"),
        ("at(2026-02-30T09:00:00)", "at(…)"),
        ("at(2026-13-01T09:00:00)", "at(…)"),
        ("at(2027-01-01T24:00:00)", "at(…)"),
        ("at(2027-01-01T09:00:00Z)", "at(…)"),
        ("at(2027-01-01T09:00)", "at(…)"),
        ("at(2027-01-01 09:00:00)", "at(…)"),
        ("at()", "at(…)"),
        // More often than the timer can.
        ("rate(30 seconds)", "rate(…)"),
        ("rate(0 minutes)", "rate(…)"),
        ("rate(-1 minutes)", "rate(…)"),
        ("rate(0.5 minutes)", "rate(…)"),
        ("rate(1 second)", "rate(…)"),
        ("rate(99999999999999999999 days)", "rate(…)"),
        ("rate(1 fortnight)", "rate(…)"),
        ("rate(1 day 1 hour)", "rate(…)"),
        ("rate()", "rate(…)"),
        // It is no expression.
        ("cron(0/0 9 * * ? *)", "minutes"),
        ("cron(60 9 * * ? *)", "minutes"),
        ("cron(*/0 9 * * ? *)", "minutes"),
        ("cron(5-1 9 * * ? *)", "minutes"),
        ("cron(, 9 * * ? *)", "minutes"),
        ("cron(0 24 * * ? *)", "hours"),
        ("cron(0 9 32 * ? *)", "day of month"),
        ("cron(0 9 0 * ? *)", "day of month"),
        ("cron(0 9 * 13 ? *)", "month"),
        ("cron(0 9 ? * 8 *)", "day of week"),
        ("cron(0 9 ? * MUN *)", "day of week"),
        ("cron(0 9 * * * *)", "day of month and day of week"),
        ("cron(0 9 ? * ? *)", "day of month and day of week"),
        ("cron(0 9 * * ? 1969)", "year"),
        ("cron(0 9 * * ? 2200)", "year"),
        ("cron(0 9 * * ?)", "six fields"),
        ("cron(0 0 9 * * ? *)", "six fields"),
        ("cron()", "six fields"),
        ("cron(0 9 * * ? *", "cron(…)"),
        ("0 9 * * ? *", "cron(…)"),
        ("CRON(0 9 * * ? *)", "cron(…)"),
        ("every day at nine", "cron(…)"),
        ("at(2027-01-01T09:00:00))", "at(…)"),
        ("", "cron(…)"),
    ] {
        let wish = wish_at("Note", expression, "UTC", comment(TEAM_PAGE));
        refused(&world, &id, &wish, 422, "unacceptable").await;
        let detail = detail(&world, &wish).await;
        assert!(detail.contains(said), "{expression}: {detail}");
    }
}

#[tokio::test]
async fn time_zones_that_nobody_lives_in_are_refused() {
    let (world, id) = world_with_schedule().await;
    for zone in [
        "",
        " ",
        "Europe/Atlantis",
        "europe/berlin",
        "Europe/Berlin ",
        "Europe",
        "+01:00",
        "UTC+1",
        "<+01>-1",
        "EST5EDT,M3.2.0,M11.1.0",
        "../../etc/passwd",
        "/usr/share/zoneinfo/Europe/Berlin",
        "Europe/Berlin\u{0}",
        "posixrules",
        "Local",
        "Etc/Unknown",
    ] {
        let wish = wish_at("Note", "cron(0 9 * * ? *)", zone, comment(TEAM_PAGE));
        refused(&world, &id, &wish, 422, "unacceptable").await;
        assert!(
            detail(&world, &wish).await.contains("time zone"),
            "{zone:?}"
        );
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_rest_api() {
    let (world, id) = world_with_schedule().await;
    let long = format!("/wiki/api/v2/{}", "x".repeat(2000));
    for path in [
        "",
        "/",
        "/wiki",
        "/wiki/api/v2",
        "/wiki/api/v2/",
        "/wiki/api/v1/pages",
        "/wiki/rest/api",
        "/wiki/rest/atlassian-connect/latest/report-accounts",
        "/wiki/plugins/servlet/ac/onbehalf/consent",
        "/rest/api/content",
        "/oauth2/token",
        "wiki/api/v2/pages",
        " /wiki/api/v2/pages",
        "/WIKI/api/v2/pages",
        "//wiki/api/v2/pages",
        "/wiki//api/v2/pages",
        "/wiki/api/v2//pages",
        "/wiki/api/v2/pages/",
        // Up.
        "/wiki/api/v2/..",
        "/wiki/api/v2/../../admin",
        "/wiki/api/v2/./pages",
        "/wiki/api/v2/pages/..",
        "/wiki/../wiki/api/v2/pages",
        // The same, hidden.
        "/wiki/api/v2/%2e%2e/admin",
        "/wiki/api/v2/.%2E/admin",
        "/wiki/api/v2/..%2Fadmin",
        "/wiki/api/v2/%2F%2Fadmin",
        "/wiki/api/v2/%252e%252e/admin",
        "/wiki/api/v2/..%5cadmin",
        "/wiki/api/v2/..\\admin",
        "/wiki/api/v2/..;/admin",
        "/wiki/api/v2/pages;x=1",
        "/wiki/api/v2/%c0%ae%c0%ae/%",
        "/wiki/api/v2/pages%3Fx",
        "/wiki/api/v2/pages%23x",
        "/wiki/api/v2/pages%00",
        "/wiki/api/v2/pages%0d%0aHost:%20evil.example",
        "/wiki/api/v2/pages%zz",
        "/wiki/api/v2/pages?x=%",
        "/wiki/%61pi/v2/pages",
        // Elsewhere.
        "https://evil.example/wiki/api/v2/pages",
        "//evil.example/wiki/api/v2/pages",
        "@evil.example/wiki/api/v2/pages",
        ":80/wiki/api/v2/pages",
        "/\\evil.example/wiki/api/v2/pages",
        // What is no address.
        "/wiki/api/v2/pages#top",
        "/wiki/api/v2/pages?x=1#top",
        "/wiki/api/v2/a b",
        "/wiki/api/v2/pages\r\nHost: evil.example",
        "/wiki/api/v2/pages\tx",
        "/wiki/api/v2/{date}",
        "/wiki/api/v2/pagés",
        "/wiki/api/v2/‥/admin",
        &long,
    ] {
        let wish = wish("Note", request("GET", path, &Value::Null));
        refused(&world, &id, &wish, 422, "unacceptable").await;
        let detail = detail(&world, &wish).await;
        assert!(
            detail.contains("ath") || detail.contains('%'),
            "{path}: {detail}"
        );
    }
    assert!(world.as_person("alice").calls_as_them().is_empty());
}

#[tokio::test]
async fn no_schedule_deletes_and_no_method_is_made_up() {
    let (world, id) = world_with_schedule().await;
    for method in [
        "DELETE",
        "HEAD",
        "OPTIONS",
        "CONNECT",
        "TRACE",
        "get",
        "Post",
        "",
        "GET ",
        "GET\r\nX: y",
    ] {
        let wish = wish("Note", request(method, "/wiki/api/v2/pages", &Value::Null));
        refused(&world, &id, &wish, 422, "unacceptable").await;
    }
}

#[tokio::test]
async fn what_is_sent_is_json_and_not_too_long() {
    let (world, id) = world_with_schedule().await;
    let with_body = |method: &str, body: &str| {
        let mut action = request(method, "/wiki/api/v2/pages", &Value::Null);
        action["body"] = json!(body);
        wish("Note", action)
    };
    let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
    for body in [
        "{",
        "{}{}",
        "{'a': 1}",
        "{\"a\": 1,}",
        "{\"a\": {date}}",
        "<p/>",
        "undefined",
        "\u{0}",
        "NaN",
        "\u{feff}{}",
        &deep,
    ] {
        let wish = with_body("POST", body);
        refused(&world, &id, &wish, 422, "unacceptable").await;
        assert!(detail(&world, &wish).await.contains("not JSON"), "{body}");
    }
    refused(&world, &id, &with_body("GET", "{}"), 422, "unacceptable").await;

    let most = 64 * 1024;
    let long = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    refused(
        &world,
        &id,
        &with_body("PUT", &long(most + 1)),
        422,
        "unacceptable",
    )
    .await;
    // Letters count by their bytes.
    let umlauts = format!("\"{}\"", "ü".repeat(most / 2));
    refused(
        &world,
        &id,
        &with_body("PUT", &umlauts),
        422,
        "unacceptable",
    )
    .await;
    let text = |body: String| {
        wish(
            "Note",
            json!({"kind": "commentOnPage", "pageId": "1", "body": body}),
        )
    };
    refused(
        &world,
        &id,
        &text("x".repeat(most + 1)),
        422,
        "unacceptable",
    )
    .await;
    // What is no longer a wish is not read to its end.
    refused(&world, &id, &text("x".repeat(192 * 1024)), 413, "too-long").await;

    let alice = world.as_person("alice");
    for wish in [
        with_body("PUT", &long(most)),
        with_body("POST", &format!("[{}1]", "\n".repeat(most - 3))),
        with_body("PATCH", " "),
        text("x".repeat(most)),
        text("\"".repeat(most)),
    ] {
        let made = alice.add(&wish).await.expect(201);
        let made_id = made["id"].as_str().unwrap();
        assert_eq!(alice.schedule(made_id).await, made);
        alice.delete_schedule(made_id).await.expect(204);
    }
}

#[tokio::test]
async fn titles_are_one_line() {
    let (world, id) = world_with_schedule().await;
    let page = |title: &str| json!({"kind": "createPage", "title": title, "body": "b"});
    let long = "x".repeat(101);
    for title in [
        "",
        " ",
        "\t",
        "a\nb",
        "a\r",
        "a\u{0}b",
        "a\u{7}",
        "a\u{85}b",
        "\u{1b}[31m",
        &long,
    ] {
        refused(
            &world,
            &id,
            &wish(title, comment(TEAM_PAGE)),
            422,
            "unacceptable",
        )
        .await;
    }
    let long = "x".repeat(256);
    for title in ["", " ", "a\nb", "a\u{0}b", "a\u{7f}b", &long] {
        refused(&world, &id, &wish("Note", page(title)), 422, "unacceptable").await;
    }
    let alice = world.as_person("alice");
    let (longest, longest_page) = ("ü".repeat(100), "字".repeat(255));
    for (title, page_title) in [
        (&*longest, &*longest_page),
        ("<script>alert(1)</script>", "{date} {nothing} }{"),
        ("' OR 1=1 --", "%s%n"),
        ("日本語 العربية 🙂", "🙂"),
    ] {
        let made = alice.add(&wish(title, page(page_title))).await.expect(201);
        let shown = alice.schedule(made["id"].as_str().unwrap()).await;
        assert_eq!(
            (&shown["title"], &shown["action"]["title"]),
            (&json!(title), &json!(page_title))
        );
    }
}

#[tokio::test]
async fn pages_and_spaces_are_named_by_numbers() {
    let (world, id) = world_with_schedule().await;
    for number in [
        "",
        " ",
        "1a",
        "-1",
        "+1",
        "1.0",
        "0x1",
        " 1",
        "1 ",
        "1/2",
        "../1",
        "1?x=y",
        "1#",
        "%31",
        "٣",
        "12345678901234567890",
        "1\u{0}",
    ] {
        for action in [
            comment(number),
            json!({"kind": "appendToPage", "pageId": number, "body": "b"}),
            json!({"kind": "createPage", "title": "T", "body": "b", "spaceId": number}),
        ] {
            refused(&world, &id, &wish("Note", action), 422, "unacceptable").await;
        }
    }
    for body in ["", " ", "\n\t"] {
        for action in [
            json!({"kind": "commentOnPage", "pageId": "1", "body": body}),
            json!({"kind": "appendToPage", "pageId": "1", "body": body}),
            json!({"kind": "createPage", "title": "T", "body": body}),
        ] {
            refused(&world, &id, &wish("Note", action), 422, "unacceptable").await;
        }
    }
}

#[tokio::test]
async fn a_wish_of_another_form_is_refused() {
    let (world, id) = world_with_schedule().await;
    let good = || wish("Note", comment(TEAM_PAGE));
    let with = |name: &str, value: Value| {
        let mut wish = good();
        wish[name] = value;
        wish
    };
    let in_action = |name: &str, value: Value| {
        let mut wish = good();
        wish["action"][name] = value;
        wish
    };
    let in_when = |name: &str, value: Value| {
        let mut wish = good();
        wish["when"][name] = value;
        wish
    };
    for wish in [
        // Of unknown fields, whoever sent them meant something.
        with("accountId", json!("557058:somebody")),
        with("id", json!("daily-note")),
        with("Title", json!("Note")),
        with("asApp", json!(true)),
        in_action("spaceId", json!("1")),
        in_action("as", json!("admin")),
        in_when("start", json!("2026-01-01T00:00:00Z")),
        // Unknown kinds.
        in_action("kind", json!("deletePage")),
        in_action("kind", json!("CommentOnPage")),
        in_action("kind", Value::Null),
        with("fallback", json!("admin")),
        with("fallback", json!("App")),
        with("fallback", json!(true)),
        // Wrong types.
        with("title", json!(1)),
        with("title", json!(["Note"])),
        with("when", json!("rate(1 day)")),
        with("when", json!(["rate(1 day)"])),
        with("action", json!("commentOnPage")),
        with("action", json!([])),
        in_action("pageId", json!(65543)),
        in_action("pageId", Value::Null),
        in_action("body", json!({"storage": "x"})),
        in_when("expression", json!(5)),
        in_when("timeZone", json!({})),
    ] {
        refused(&world, &id, &wish, 422, "unacceptable").await;
    }
    for name in ["title", "when", "action"] {
        let mut wish = good();
        wish.as_object_mut().unwrap().remove(name);
        let before = world.table().await;
        let alice = world.as_person("alice");
        for reply in [alice.add(&wish).await, alice.preview(&wish).await] {
            assert_eq!(reply.problem(422), "unacceptable", "{wish}");
        }
        wish[name] = Value::Null;
        assert_eq!(
            alice.add(&wish).await.problem(422),
            "unacceptable",
            "{wish}"
        );
        assert!(world.table().await == before);
    }
    for wish in [json!([]), json!("Note"), json!(1), Value::Null] {
        refused(&world, &id, &wish, 422, "unacceptable").await;
    }
}

#[tokio::test]
async fn a_change_of_another_form_is_refused() {
    let (world, id) = world_with_schedule().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let path = format!("/api/schedules/{id}");
    for change in [
        json!({}),
        json!({"title": "Other"}),
        json!({"version": "1", "title": "Other"}),
        json!({"version": -1, "title": "Other"}),
        json!({"version": 1.0, "title": "Other"}),
        json!({"version": null, "title": "Other"}),
        json!({"version": 1, "state": "deleted"}),
        json!({"version": 1, "state": "Active"}),
        json!({"version": 1, "state": true}),
        json!({"version": 1, "nextRuns": []}),
        json!({"version": 1, "pausedBecause": null}),
        json!({"version": 1, "accountId": "557058:somebody"}),
        json!([1]),
        json!([1, "Other", null, null, null, null]),
    ] {
        let reply = send(&alice, &world, Method::PATCH, &path, &change).await;
        assert_eq!(reply.problem(422), "unacceptable", "{change}");
    }
    for (query, status) in [
        ("", 400),
        ("?version=", 400),
        ("?version=one", 400),
        ("?version=-1", 400),
        ("?version=1&version=1", 400),
        ("?version=1&force=true", 400),
        ("?Version=1", 400),
        ("?version=2", 409),
        ("?version=18446744073709551615", 409),
    ] {
        let reply = alice.delete(&format!("{path}{query}")).await;
        reply.problem(status);
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn what_is_no_json_is_refused_wherever_json_is_taken() {
    let (world, id) = world_with_schedule().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    let good = wish("Note", comment(TEAM_PAGE)).to_string();
    let lists = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep = format!("{{\"action\":{{\"kind\":\"createPage\",\"title\":{lists}}}}}");
    let schedule = format!("/api/schedules/{id}");
    let settle = format!("{schedule}/runs/{id}.1795000000000/settle");
    let json = "application/json";
    for (method, path) in [
        (Method::POST, "/api/schedules"),
        (Method::POST, "/api/schedules/preview"),
        (Method::PATCH, &*schedule),
        (Method::POST, &*settle),
    ] {
        for (content_type, body, status, problem) in [
            (Some(json), b"".to_vec(), 400, "malformed"),
            (Some(json), b"{".to_vec(), 400, "malformed"),
            (
                Some(json),
                b"{\"title\":\"\xff\"}".to_vec(),
                400,
                "malformed",
            ),
            (Some(json), vec![b' '; 192 * 1024 + 1], 413, "too-long"),
            (None, good.clone().into(), 415, "not-json"),
            (Some("text/plain"), good.clone().into(), 415, "not-json"),
        ] {
            let what = format!("{method} {path} {content_type:?}, {} bytes", body.len());
            let mut request = alice.request(method.clone(), path).body(body);
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            let reply = world.send(request).await;
            assert_eq!(reply.status, status, "{what}: {}", reply.text());
            assert_eq!(reply.problem(status), problem, "{what}");
        }
    }
    for path in ["/api/schedules", "/api/schedules/preview"] {
        let request = alice.request(Method::POST, path).body(deep.clone());
        let reply = world.send(request.header("content-type", json)).await;
        assert_eq!(reply.problem(422), "unacceptable", "too deep");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_settlement_of_another_form_is_refused() {
    let (world, id) = world_with_schedule().await;
    let alice = world.as_person("alice");
    let path = format!("/api/schedules/{id}/runs/{id}.1795000000000/settle");
    for settlement in [
        json!({}),
        json!({"done": "yes"}),
        json!({"done": 1}),
        json!({"done": null}),
        json!({"done": true, "link": "https://evil.example"}),
        json!([true]),
        json!(true),
    ] {
        let reply = send(&alice, &world, Method::POST, &path, &settlement).await;
        assert_eq!(reply.problem(422), "unacceptable", "{settlement}");
    }
}

#[tokio::test]
async fn a_page_of_runs_is_asked_for_as_the_last_one_said() {
    let (world, id) = world_with_schedule().await;
    let alice = world.as_person("alice");
    for (query, status) in [
        ("cursor=", 422),
        ("cursor=x", 422),
        ("cursor=1.5", 422),
        ("cursor=1795000000000x", 422),
        ("cursor=0x10", 422),
        ("cursor=99999999999999999999", 422),
        ("cursor=9223372036854775807", 422),
        ("cursor=-9223372036854775808", 422),
        ("cursor=run%23daily-note%23000001795000000", 422),
        ("cursor=1&cursor=2", 400),
        ("limit=0", 422),
        ("limit=101", 422),
        ("limit=-1", 400),
        ("limit=ten", 400),
        ("limit=1&limit=2", 400),
        ("page=2", 400),
    ] {
        let reply = alice
            .get(&format!("/api/schedules/{id}/runs?{query}"))
            .await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
        reply.problem(status);
    }
    // Before all time there was none.
    for cursor in ["0", "-1", "1"] {
        let path = format!("/api/schedules/{id}/runs?cursor={cursor}");
        assert_eq!(alice.get(&path).await.expect(200), json!({"items": []}));
    }
}

#[tokio::test]
async fn what_is_no_schedule_s_name_is_no_schedule() {
    let (world, _) = world_with_schedule().await;
    let alice = world.as_person("alice");
    let before = world.table().await;
    for id in [
        "nightly-note",
        "daily-note%23",
        "..%2Fdaily-note",
        "%00",
        "a%20b",
        "%F0%9F%99%82",
    ] {
        let path = format!("/api/schedules/{id}");
        let change = json!({"version": 1, "title": "Other"});
        let settlement = json!({"done": true});
        let settle = format!("{path}/runs/{id}.1/settle");
        for reply in [
            send(&alice, &world, Method::PATCH, &path, &change).await,
            alice.delete(&format!("{path}?version=1")).await,
            alice.post(&format!("{path}/run")).await,
        ] {
            assert_eq!(reply.problem(404), "no-such-schedule", "{id}");
        }
        let reply = send(&alice, &world, Method::POST, &settle, &settlement).await;
        reply.problem(404);
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn who_is_no_person_schedules_nothing() {
    let (world, _) = world_with_schedule().await;
    let before = world.table().await;
    let good = wish("Note", comment(TEAM_PAGE));
    let nobody = world.as_person("nobody");
    assert_eq!(nobody.add(&good).await.problem(403), "anonymous");
    assert_eq!(nobody.preview(&good).await.problem(403), "anonymous");
    for person in ["onbehalf", "carl", "dora", "cleo", "712020:nobody-knows-me"] {
        let reply = world.as_person(person).add(&good).await;
        assert_eq!(reply.problem(403), "no-consent-for-schedule", "{person}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn without_the_database_nobody_is_told_that_anything_is_scheduled() {
    let (world, id) = world_with_schedule().await;
    let instance = world.instance_on(&deaf_database(world.app.aws()).await);
    let alice = world.as_person("alice").at(&instance.serve().await);
    let path = format!("/api/schedules/{id}");
    let change = json!({"version": 1, "title": "Other"});
    for reply in [
        alice.add(&wish("Note", comment(TEAM_PAGE))).await,
        send(&alice, &world, Method::PATCH, &path, &change).await,
        alice.delete(&format!("{path}?version=1")).await,
        alice.get(&format!("{path}/runs")).await,
    ] {
        assert_eq!(reply.problem(503), "unavailable");
        assert_eq!(reply.header("retry-after"), "5");
    }
}

#[tokio::test]
async fn while_confluence_cannot_be_asked_nobody_is_taken_for_an_admin() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    ada.allow("readWrite", 30).await.expect(201);
    let before = world.table().await;
    let mut fallback = wish("Note", comment(TEAM_PAGE));
    fallback["fallback"] = json!("app");
    let user = || confluence_simulator::Fault::on("GET", "/wiki/rest/api/user").once();
    for (fault, status, problem) in [
        (user().respond(500, Value::Null), 503, "unavailable"),
        (user().respond(403, Value::Null), 503, "unavailable"),
        (user().respond(200, json!({})), 503, "unavailable"),
        (user().respond(404, Value::Null), 403, "only-admins"),
    ] {
        let what = format!("{:?}", fault.effect);
        world.site.faults().add(fault);
        let reply = ada.add(&fallback).await;
        assert_eq!(reply.status, status, "{what}: {}", reply.text());
        assert_eq!(reply.problem(status), problem, "{what}");
        assert!(world.table().await == before);
        // A no is remembered for a minute.
        world.clock.advance_seconds(60);
    }
    ada.add(&fallback).await.expect(201);
}
