//! docs/openapi.json says what the API is, neither more nor less: its routes are those of the app, and no answer is one that
//! it does not name. schemathesis makes up the requests. <https://schemathesis.readthedocs.io>

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{Fault, Person};
use http::Method;
use onbehalf_tests::wish::{TEAM_PAGE, append, wish};
use onbehalf_tests::{NOTICE, World};
use serde_json::{Map, Value};
use url::Url;

/// Where the routes are made.
const ROUTER: &str = include_str!("../../../backend/src/http/mod.rs");
const ADMIN_ROUTER: &str = include_str!("../../../backend/src/http/admin/mod.rs");

/// Somebody whom nobody knows yet.
const BOB: &str = "712020:b0b00000-0000-4000-8000-000000000000";

/// Where Confluence makes pages.
const PAGES: &str = "/wiki/api/v2/pages";

const SETTINGS: &str = include_str!("../schemathesis.toml");
const SETTINGS_FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemathesis.toml");

/// The routes of a router, such as `GET /api/consent`.
fn routed(router: &str, below: &str) -> BTreeSet<String> {
    let mut routes = BTreeSet::new();
    for route in router.split(".route(").skip(1) {
        let mut quoted = route.split('"').skip(1);
        let path = quoted.next().expect("a route has a path");
        let methods = quoted.next().expect("a route has methods");
        let words = methods.split(|other: char| !other.is_ascii_alphabetic());
        for word in words {
            if let Some(method) = METHODS.iter().find(|it| it.as_str().to_lowercase() == word) {
                routes.insert(format!("{method} {below}{path}"));
            }
        }
    }
    routes
}

const METHODS: [Method; 5] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::PATCH,
    Method::DELETE,
];

#[tokio::test]
async fn the_routes_that_are_described_are_those_of_the_api() {
    let world = World::start().await;
    let mut routed_here = routed(ADMIN_ROUTER, "/api/admin");
    routed_here.extend(routed(ROUTER, ""));
    routed_here.retain(|route| route.contains(" /api/"));
    let described = described(&world).await.into_keys().collect();
    assert_eq!(routed_here, described);
}

/// The routes of the document, such as `GET /api/consent`, and what it says of them.
async fn described(world: &World) -> BTreeMap<String, Value> {
    let document = world.get("/openapi.json").await.expect(200);
    let mut routes = BTreeMap::new();
    for (path, methods) in fields(&document["paths"]) {
        for (method, operation) in fields(methods) {
            let route = format!("{} {path}", method.to_uppercase());
            routes.insert(route, operation.clone());
        }
    }
    routes
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_a_problem_as_well() {
    let world = World::start().await;
    let reply = world.get("/api/texts/%FF").await;
    assert_eq!(reply.problem(400), "malformed");
    let alice = world.as_person("alice");
    let reply = alice.get("/api/schedules/%FF/runs").await;
    assert_eq!(reply.problem(400), "malformed");
}

#[tokio::test]
async fn every_answer_to_a_person_is_described() {
    let world = world_of("alice").await;
    let done = assert_as_described(&world, "alice", "^/").await;
    for (route, operation) in described(&world).await {
        if route.contains(" /api/admin/") {
            assert!(!done.contains(&route), "Alice did {route}");
        } else {
            assert_seen(&done, &route, &operation);
        }
    }
}

#[tokio::test]
async fn every_answer_to_an_admin_is_described() {
    let world = world_of("ada").await;
    // All else answers her as it answers Alice.
    let done = assert_as_described(&world, "ada", "^/api/admin/").await;
    for (route, operation) in described(&world).await {
        if route.contains(" /api/admin/") {
            assert_seen(&done, &route, &operation);
        }
    }
}

/// Or only refusals were looked at. Nothing is to be seen of what answers with nothing.
fn assert_seen(done: &BTreeSet<String>, route: &String, operation: &Value) {
    let empty = operation["responses"].get("204").is_some();
    assert!(empty || done.contains(route), "{route} was never done");
}

/// A site where this person, and Alice, have let the app act as them. It has, twice, and the second time no answer came
/// back. Bob is asked for his consent.
async fn world_of(person: &str) -> World {
    let world = World::start().await;
    let bob = Person::ordinary("bob", BOB, "Bob Example");
    world.site.people().add(bob).expect("he is new");
    world
        .as_person("ada")
        .ask(&[BOB], "Please.")
        .await
        .expect(200);
    let mut known = vec![ADA.to_owned(), ALICE.to_owned(), BOB.to_owned()];
    for name in BTreeSet::from([person, "alice"]) {
        let person = world.as_person(name);
        person.allow("readWrite", 90).await.expect(201);
        assert_eq!(person.run().await["result"], "done");
        world
            .site
            .faults()
            .add(Fault::on("POST", PAGES).after().reset().once());
        let lost = person.run().await;
        assert_eq!(lost["result"], "unknown");
        known.push(text(&lost["id"]).to_owned());
        let note = wish("Note", append(TEAM_PAGE, "<p>{date}</p>"));
        person.add(&note).await.expect(201);
    }
    known.extend([NOTICE.to_owned(), TEAM_PAGE.to_owned()]);
    for known in known {
        let quoted = format!("\"{known}\"");
        assert!(SETTINGS.contains(&quoted), "{known} is not in the settings");
    }
    world
}

/// Asks for everything that is described below these paths, as this person. Answers the routes that did what they are for
/// at least once.
async fn assert_as_described(world: &World, person: &str, paths: &str) -> BTreeSet<String> {
    let mint = world.site.mint(&world.installation());
    let program = std::env::var_os("SCHEMATHESIS").unwrap_or_else(|| "schemathesis".into());
    let report = world.folder().join("requests.har");
    let mut command = Command::new(&program);
    command
        .args(["--no-color", "--config-file", SETTINGS_FILE, "run"])
        .arg(world.url("/openapi.json"))
        .args(["--include-path-regex", paths])
        .arg("--report-har-path")
        .arg(&report)
        .env("AUTHORIZATION", mint.context(person).authorization())
        .current_dir(world.folder());
    let asked = tokio::task::spawn_blocking(move || command.output());
    let asked = asked.await.expect("nothing panics");
    let asked = asked.unwrap_or_else(|error| {
        panic!(
            "{}: {error}; `cargo xtask test` installs schemathesis",
            program.display()
        )
    });
    assert!(
        asked.status.success(),
        "as {person}:\n{}{}",
        String::from_utf8_lossy(&asked.stdout),
        String::from_utf8_lossy(&asked.stderr)
    );
    let report = std::fs::read(&report).expect("there is a report");
    let report: Value = serde_json::from_slice(&report).expect("the report is JSON");
    let described = described(world).await;
    let exchanges = report["log"]["entries"].as_array().into_iter().flatten();
    let done = exchanges.filter(|it| matches!(it["response"]["status"].as_u64(), Some(200..300)));
    let done = done.filter_map(|it| {
        let url = Url::parse(text(&it["request"]["url"])).expect("this is a URL");
        let method = text(&it["request"]["method"]);
        let called = format!("{method} {}", url.path());
        described.keys().find(|route| matches(route, &called))
    });
    done.cloned().collect()
}

fn fields(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("this has fields")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("this is a text")
}

/// Whether this was a call of this route.
fn matches(route: &str, called: &str) -> bool {
    let (route, called) = (route.split('/'), called.split('/'));
    route.clone().count() == called.clone().count()
        && route
            .zip(called)
            .all(|(part, called)| part == called || part.starts_with('{'))
}
