//! Who may do what admins do: those who administer Confluence, when Confluence says so, and nobody else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Fault, Simulator, Token};
use http::Method;
use onbehalf_tests::{Reply, Row, Table, World, usual_policy};
use serde_json::{Value, json};

/// Where the routes are made.
const ROUTER: &str = include_str!("../../../backend/src/http/admin/mod.rs");

/// Where Confluence says who is an admin.
const ADMIN_QUESTION: &str = "/wiki/rest/api/user";

struct Route {
    method: Method,
    path: String,
    body: Value,
}

/// Every route of admins, with what would do something if it were let in.
fn routes() -> Vec<Route> {
    let route = |method, path: &str, body| Route {
        method,
        path: format!("/api/admin{path}"),
        body,
    };
    let get = |path| route(Method::GET, path, Value::Null);
    let which = json!({"kind": "accounts", "accounts": [ALICE]});
    let mut policy = usual_policy();
    policy["longestDays"] = json!(7);
    vec![
        get("/overview"),
        get("/consents"),
        get(&format!("/consents/{ALICE}")),
        get("/people?search=a"),
        get("/groups?search=a"),
        get("/asks"),
        get("/policy"),
        get("/schedules"),
        get("/activity"),
        get("/audit"),
        get("/export/consents"),
        get("/export/activity"),
        route(Method::POST, "/policy/preview", policy.clone()),
        route(Method::PUT, "/policy", policy),
        route(Method::PUT, "/pause", json!({"reason": "An incident."})),
        route(Method::DELETE, "/pause", Value::Null),
        route(Method::POST, "/asks", json!({"accounts": [ADA]})),
        route(Method::DELETE, &format!("/asks/{ADA}"), Value::Null),
        route(
            Method::POST,
            "/consents/revoke",
            json!({"reason": "Because.", "which": which}),
        ),
        route(
            Method::POST,
            &format!("/consents/{ALICE}/revoke"),
            json!({"reason": "Because."}),
        ),
    ]
}

impl Route {
    async fn call(&self, world: &World, authorization: Option<&str>) -> Reply {
        let mut request = world.request(self.method.clone(), &self.path);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        if !self.body.is_null() {
            request = request.json(&self.body);
        }
        world.send(request).await
    }

    async fn call_as(&self, world: &World, site: &Simulator, person: &str) -> Reply {
        let installation = site.installation("onbehalf").unwrap();
        let token = site.mint(&installation).context(person);
        self.call(world, Some(&token.authorization())).await
    }
}

/// A site, and another, in which Alice has consented and something was done.
async fn worlds() -> (World, Simulator) {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 90).await.expect(201);
    assert_eq!(alice.run().await["result"], "done");
    (world, other)
}

/// Calls every route, of which each is to answer with one of these problems, without a change or a word.
async fn assert_closed(
    world: &World,
    who: &str,
    problems: &[(u16, &str)],
    call: impl AsyncFn(&Route) -> Reply,
) {
    let before = kept(&world.table().await);
    for route in routes() {
        let reply = call(&route).await;
        let what = format!("{who}: {} {}", route.method, route.path);
        let expected = problems.iter().find(|(status, _)| *status == reply.status);
        let (status, problem) = expected.unwrap_or_else(|| panic!("{what}: {}", reply.text()));
        assert_eq!(reply.problem(*status), *problem, "{what}");
        assert!(!reply.text().contains(ALICE), "{what}: {}", reply.text());
        let after = kept(&world.table().await);
        assert!(after == before, "{what} changed something");
    }
}

/// All but how fast the site may be called, which is noted of its own answers.
fn kept(table: &Table) -> Vec<Row> {
    let rows = table.rows().iter();
    rows.filter(|row| row["sk"].as_s().unwrap() != "pace")
        .cloned()
        .collect()
}

#[test]
fn no_route_is_left_out() {
    let mut routed = BTreeSet::new();
    for route in ROUTER.split(".route(\"").skip(1) {
        let (path, methods) = route.split_once('"').unwrap();
        let methods = methods.split(")\n").next().unwrap();
        for (word, method) in [
            ("get(", "GET"),
            ("put(", "PUT"),
            ("post(", "POST"),
            ("delete(", "DELETE"),
            ("patch(", "PATCH"),
        ] {
            if methods.contains(word) {
                routed.insert(format!("{method} /api/admin{path}"));
            }
        }
    }
    let tried = routes().into_iter().map(|route| {
        let path = route.path.split('?').next().unwrap();
        let path = path.replace(ALICE, "{account}").replace(ADA, "{account}");
        format!("{} {path}", route.method)
    });
    assert_eq!(tried.collect::<BTreeSet<_>>(), routed);
}

#[tokio::test]
async fn who_administers_nothing_here_sees_nothing_and_changes_nothing() {
    let (world, other) = worlds().await;
    for person in [
        "alice",
        "carl",
        "onbehalf",
        "dora",
        "712020:nobody-knows-me",
    ] {
        assert_closed(&world, person, &[(403, "not-admin")], async |route| {
            route.call_as(&world, &world.site, person).await
        })
        .await;
    }
    assert_closed(&world, "nobody", &[(403, "anonymous")], async |route| {
        route.call_as(&world, &world.site, "nobody").await
    })
    .await;

    // Ada administers the other site, and that is known; here she does not any more.
    let list = world.as_person_of(&other, "ada");
    list.get("/api/admin/consents").await.expect(200);
    world.set_admin("ada", false);
    assert_closed(&world, "ada", &[(403, "not-admin")], async |route| {
        route.call_as(&world, &world.site, "ada").await
    })
    .await;
}

#[tokio::test]
async fn an_admin_of_another_site_reaches_that_site_only() {
    let (world, other) = worlds().await;
    let here = world.installation().client_key;
    let there = other.installation("onbehalf").unwrap().client_key;
    let of = |table: &Table, key: &str| -> Vec<Row> {
        let rows = table.rows().iter();
        rows.filter(|row| row["pk"].as_s().unwrap().contains(key))
            .cloned()
            .collect()
    };
    let before = of(&world.table().await, &here);
    for route in routes() {
        let reply = route.call_as(&world, &other, "ada").await;
        let what = format!("{} {}: {}", route.method, route.path, reply.text());
        assert!(reply.status < 500, "{what}");
        // The site has a person of this id as well; what she did is only here.
        let shown = reply.text();
        assert!(!shown.contains("Daily note"), "{what}");
        assert!(!shown.contains("daily-note"), "{what}");
        assert_eq!(of(&world.table().await, &here), before, "{what}");
    }
    assert!(of(&world.table().await, &there).len() > 1);

    let token = other.mint(&other.installation("onbehalf").unwrap());
    let forged = token.context("ada").claim("iss", here).authorization();
    assert_closed(&world, "forged", &[(401, "not-proved")], async |route| {
        route.call(&world, Some(&forged)).await
    })
    .await;
}

#[tokio::test]
async fn who_is_no_admin_any_more_has_a_minute_at_most() {
    let (world, _) = worlds().await;
    let ada = world.as_person("ada");
    ada.get("/api/admin/overview").await.expect(200);
    world.set_admin("ada", false);
    world.clock.advance_seconds(59);
    ada.get("/api/admin/overview").await.expect(200);
    world.clock.advance_seconds(1);
    assert_closed(&world, "demoted", &[(403, "not-admin")], async |route| {
        route.call_as(&world, &world.site, "ada").await
    })
    .await;

    // And whoever is made one waits as long.
    world.set_admin("ada", true);
    let reply = ada.get("/api/admin/overview").await;
    assert_eq!(reply.problem(403), "not-admin");
    world.clock.advance_seconds(60);
    ada.get("/api/admin/overview").await.expect(200);
    // Another process asks by itself.
    world.set_admin("ada", false);
    let elsewhere = world.as_person("ada").at(&world.instance().serve().await);
    let reply = elsewhere.get("/api/admin/overview").await;
    assert_eq!(reply.problem(403), "not-admin");
}

#[tokio::test]
async fn with_an_install_it_is_asked_anew_who_is_an_admin() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    ada.get("/api/admin/overview").await.expect(200);
    world.set_admin("ada", false);
    world.clock.advance_seconds(1);
    world.install().await;
    let reply = ada.get("/api/admin/overview").await;
    assert_eq!(reply.problem(403), "not-admin");
}

#[tokio::test]
async fn no_other_token_opens_them() {
    let (world, _) = worlds().await;
    let mint = world.site.mint(&world.installation());
    let now = world.clock.epoch_seconds();
    type Made<'a> = Box<dyn Fn(&Route) -> Token + 'a>;
    let tokens: Vec<(&str, Made<'_>)> = vec![
        ("a page's", Box::new(|it| mint.page("ada", &it.path))),
        ("a lifecycle's", Box::new(|it| mint.lifecycle(&it.path))),
        ("a webhook's", Box::new(|it| mint.webhook(&it.path))),
        (
            "a stale one",
            Box::new(|_| {
                let token = mint.context("ada");
                token.claim("iat", now - 900).claim("exp", now - 3)
            }),
        ),
        (
            "one that never ends",
            Box::new(|_| mint.context("ada").without("exp")),
        ),
        (
            "a forged one",
            Box::new(|_| {
                mint.context("ada")
                    .secret("another-secret-of-the-right-length")
            }),
        ),
        (
            "an unsigned one",
            Box::new(|_| mint.context("ada").unsigned()),
        ),
    ];
    let closed = [(401, "not-proved")];
    for (what, token) in &tokens {
        assert_closed(&world, what, &closed, async |route| {
            let token = token(route).authorization();
            route.call(&world, Some(&token)).await
        })
        .await;
    }
    assert_closed(&world, "nothing", &closed, async |route| {
        route.call(&world, None).await
    })
    .await;
    let token = mint.context("ada").sign();
    assert_closed(&world, "in the URL", &closed, async |route| {
        let separator = if route.path.contains('?') { '&' } else { '?' };
        let path = format!("{}{separator}jwt={token}", route.path);
        let request = world.request(route.method.clone(), &path);
        world.send(request.json(&route.body)).await
    })
    .await;
}

#[tokio::test]
async fn while_confluence_does_not_say_who_is_an_admin_nobody_is() {
    let (world, _) = worlds().await;
    let question = || Fault::on("GET", ADMIN_QUESTION);
    let somebody = json!({
        "accountId": "557058:somebody-else", "accountType": "atlassian",
        "operations": [{"operation": "administer", "targetType": "application"}],
    });
    for fault in [
        question().respond(500, Value::Null),
        question().respond(503, json!("<html>")),
        question().reset(),
        question().respond(200, json!("<html>")),
        question().respond(200, json!({})),
        question().respond(200, somebody),
        question().respond(302, Value::Null),
        question().respond(401, Value::Null),
        question().respond(403, Value::Null),
        question().respond(404, Value::Null),
        question().too_many_requests(7),
    ] {
        let what = format!("{fault:?}");
        let fault = world.site.faults().add(fault);
        let refused = [
            (403, "not-admin"),
            (
                503,
                if what.contains("429") {
                    "confluence-busy"
                } else {
                    "unavailable"
                },
            ),
        ];
        assert_closed(&world, &what, &refused, async |route| {
            // What was said before is forgotten by now.
            world.clock.advance_seconds(60);
            route.call_as(&world, &world.site, "ada").await
        })
        .await;
        assert!(fault.hits() > 0, "{what}");
        world.site.faults().clear();
    }
    world.clock.advance_seconds(60);
    world
        .as_person("ada")
        .get("/api/admin/overview")
        .await
        .expect(200);
}

/// Or all of this would prove nothing.
#[tokio::test]
async fn an_admin_gets_through_everywhere() {
    let (world, _) = worlds().await;
    for route in routes() {
        world.clock.advance_seconds(1);
        let reply = route.call_as(&world, &world.site, "ada").await;
        let what = format!("{} {}: {}", route.method, route.path, reply.text());
        assert!((200..300).contains(&reply.status), "{what}");
        assert_eq!(
            reply.header("cache-control"),
            "no-cache, no-store",
            "{what}"
        );
    }
    let [first, ..] = &world.as_person("ada").all("/api/admin/audit").await[..] else {
        panic!("nothing is on record")
    };
    assert_eq!(first["by"]["accountId"], ADA);
}

#[tokio::test]
async fn the_page_of_admins_is_for_admins() {
    let world = World::start().await;
    let page = world.open("alice", "/admin").await;
    assert_eq!(page.status, 403);
    assert!(page.text().contains("<h1>"));
    assert!(!page.text().contains("application/json"));
    for (person, admin) in [("alice", false), ("ada", true)] {
        assert_eq!(world.page_state(person).await["admin"], admin, "{person}");
    }
    let fault = Fault::on("GET", ADMIN_QUESTION).respond(500, Value::Null);
    world.site.faults().add(fault);
    world.clock.advance_seconds(60);
    assert_eq!(world.open("ada", "/admin").await.status, 503);
    // Unsure is no.
    assert_eq!(world.page_state("ada").await["admin"], false);
}
