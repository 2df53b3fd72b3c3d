//! What apps do as people and as themselves: which call is answered how, as Atlassian documents it.
//!
//! <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/>,
//! <https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-comment/>

use crate::support::World;
use confluence_simulator::{Bursts, Limits, people};
use http::StatusCode;
use serde_json::{Value, json};

/// In POLICY, which everyone may read and only administrators may change.
const POLICY_SPACE: &str = "98307";
const POLICY_PAGE: &str = "65539";
/// In BOARD, which only administrators may read.
const BOARD_SPACE: &str = "98310";
const BOARD_PAGE: &str = "65542";
/// In TEAM, which everyone may change.
const TEAM_SPACE: &str = "98305";
const TEAM_PAGE: &str = "65543";
const ALICE_SPACE: &str = "98308";
const ADA_SPACE: &str = "98309";

fn page(space_id: &str, title: &str) -> Value {
    json!({"spaceId": space_id, "status": "current", "title": title,
           "body": {"representation": "storage", "value": "<p>Hello</p>"}})
}

fn revision(id: &str, number: u64, body: &str) -> Value {
    json!({"id": id, "status": "current", "title": "Changed", "version": {"number": number},
           "body": {"representation": "storage", "value": body}})
}

fn comment(page_id: &str) -> Value {
    json!({"pageId": page_id, "body": {"representation": "storage", "value": "<p>!</p>"}})
}

/// As the app itself.
async fn as_app(world: &World, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let token = world.app_token(method, path).authorization();
    world.call(method, path, &token, body).await
}

#[tokio::test]
async fn a_page_goes_into_any_space_that_the_person_may_change() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, Some("READ WRITE")).await;
    for (space, expected) in [
        (ALICE_SPACE, 200),
        (TEAM_SPACE, 200),
        // What a person may see and not change isn't there, in this version.
        (ADA_SPACE, 404),
        (POLICY_SPACE, 404),
        (BOARD_SPACE, 404),
        ("1", 404),
    ] {
        let body = Some(page(space, "Note"));
        let (status, answer) = world
            .call_as_user(&token, "POST", "/api/v2/pages", body)
            .await;
        assert_eq!(status, expected, "{space}: {answer}");
        if status == 200 {
            assert_eq!(
                (&answer["spaceId"], &answer["version"]["number"]),
                (&json!(space), &json!(1))
            );
            assert_eq!(answer["authorId"], people::ALICE);
            assert!(
                answer["_links"]["webui"]
                    .as_str()
                    .unwrap()
                    .starts_with("/spaces/")
            );
        }
    }
    for (what, body) in [
        ("the title again", page(TEAM_SPACE, "note")),
        ("no title", page(TEAM_SPACE, "")),
        ("no space", json!({"title": "Note"})),
    ] {
        let body = Some(body);
        let (status, answer) = world
            .call_as_user(&token, "POST", "/api/v2/pages", body)
            .await;
        assert_eq!(status, 400, "{what}: {answer}");
    }
}

#[tokio::test]
async fn a_page_is_read_and_appended_to() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, Some("READ WRITE")).await;
    let path = format!("/api/v2/pages/{TEAM_PAGE}");
    let read = format!("{path}?body-format=storage");
    let (status, before) = world.call_as_user(&token, "GET", &read, None).await;
    assert_eq!(status, 200);
    let number = before["version"]["number"].as_u64().unwrap();
    let body = format!(
        "{}<p>More</p>",
        before["body"]["storage"]["value"].as_str().unwrap()
    );
    let next = Some(revision(TEAM_PAGE, number + 1, &body));
    let (status, after) = world.call_as_user(&token, "PUT", &path, next.clone()).await;
    assert_eq!(
        (status, &after["version"]["number"]),
        (200, &json!(number + 1))
    );
    assert_eq!(after["version"]["authorId"], people::ALICE);
    // Who comes second has read what is no longer there.
    assert_eq!(world.call_as_user(&token, "PUT", &path, next).await.0, 409);
    let (_, now) = world.call_as_user(&token, "GET", &read, None).await;
    assert_eq!(now["body"]["storage"]["value"], body);
    let (_, without) = world.call_as_user(&token, "GET", &path, None).await;
    assert_eq!(without["body"], json!({}));
}

#[tokio::test]
async fn what_a_person_may_not_change_is_not_there_in_version_2_and_forbidden_in_version_1() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    for id in [POLICY_PAGE, BOARD_PAGE] {
        let path = format!("/api/v2/pages/{id}");
        let (status, _) = world
            .call_as_user(&token, "PUT", &path, Some(revision(id, 2, "<p/>")))
            .await;
        assert_eq!(status, 404, "{id}");
        let (status, _) = world
            .call_as_user(&token, "POST", "/api/v2/footer-comments", Some(comment(id)))
            .await;
        assert_eq!(status, 404, "{id}");
    }
    for (id, expected) in [(POLICY_PAGE, 403), (BOARD_PAGE, 404)] {
        let path = format!("/rest/api/content/{id}");
        let body = json!({"type": "page", "title": "Changed", "version": {"number": 2}});
        let (status, _) = world.call_as_user(&token, "PUT", &path, Some(body)).await;
        assert_eq!(status, expected, "{id}");
    }
}

#[tokio::test]
async fn a_comment_says_where_it_is() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, Some("READ WRITE")).await;
    let url = format!("{}/api/v2/footer-comments", world.site.base_url());
    let request = world.http.post(url).bearer_auth(&token);
    let response = request.json(&comment(TEAM_PAGE)).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let made: Value = response.json().await.unwrap();
    let request = world.http.get(location).bearer_auth(&token);
    let found: Value = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(found["id"], made["id"]);
    assert_eq!(found["version"]["authorId"], people::ALICE);
}

#[tokio::test]
async fn a_token_to_read_reads_and_no_more() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, Some("READ")).await;
    let team = format!("/api/v2/pages/{TEAM_PAGE}");
    for (method, path, body, expected) in [
        ("GET", team.as_str(), None, 200),
        ("GET", "/rest/api/user/current", None, 200),
        ("GET", "/api/v2/spaces", None, 200),
        (
            "POST",
            "/api/v2/pages",
            Some(page(ALICE_SPACE, "Note")),
            403,
        ),
        (
            "PUT",
            team.as_str(),
            Some(revision(TEAM_PAGE, 2, "<p/>")),
            403,
        ),
        (
            "POST",
            "/api/v2/footer-comments",
            Some(comment(TEAM_PAGE)),
            403,
        ),
        // Deleting wants more than writing.
        ("DELETE", team.as_str(), None, 403),
    ] {
        let (status, answer) = world.call_as_user(&token, method, path, body).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
    }
    let writer = world.access_token(people::ALICE, Some("WRITE")).await;
    let (status, _) = world.call_as_user(&writer, "DELETE", &team, None).await;
    assert_eq!(status, 403);
}

#[tokio::test]
async fn the_app_itself_writes_where_everyone_may() {
    let world = World::new().await;
    let itself = world.installation().app_account_id;
    let (status, made) = as_app(
        &world,
        "POST",
        "/api/v2/pages",
        Some(page(TEAM_SPACE, "By the app")),
    )
    .await;
    assert_eq!((status, &made["authorId"]), (200, &json!(itself)));

    let read = format!("/api/v2/pages/{TEAM_PAGE}?body-format=storage");
    let (status, before) = as_app(&world, "GET", &read, None).await;
    assert_eq!(status, 200);
    let path = format!("/api/v2/pages/{TEAM_PAGE}");
    let next = before["version"]["number"].as_u64().unwrap() + 1;
    let body = Some(revision(TEAM_PAGE, next, "<p/>"));
    let (status, after) = as_app(&world, "PUT", &path, body.clone()).await;
    assert_eq!(
        (status, &after["version"]["authorId"]),
        (200, &json!(itself))
    );
    assert_eq!(as_app(&world, "PUT", &path, body).await.0, 409);

    let (status, comment) = as_app(
        &world,
        "POST",
        "/api/v2/footer-comments",
        Some(comment(TEAM_PAGE)),
    )
    .await;
    assert_eq!(
        (status, &comment["version"]["authorId"]),
        (201, &json!(itself))
    );

    // A person's own space is theirs: an app without the scope SPACE_ADMIN only reads it.
    for space in [ALICE_SPACE, POLICY_SPACE, BOARD_SPACE] {
        let body = Some(page(space, "By the app"));
        let (status, _) = as_app(&world, "POST", "/api/v2/pages", body).await;
        assert_eq!(status, 404, "{space}");
    }
}

#[tokio::test]
async fn methods_and_paths_that_are_not_there_leave_a_record() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    for (method, path, expected) in [
        ("PATCH", "/api/v2/pages/65543", 405),
        ("POST", "/api/v2/pages/65543", 405),
        ("PATCH", "/rest/api/content/65543", 405),
        ("GET", "/rest/api/no/such/thing", 404),
        ("PATCH", "/api/v2/nothing", 404),
    ] {
        let body = (method != "GET").then(|| json!({}));
        let (status, _) = world.call_as_user(&token, method, path, body).await;
        assert_eq!(status, expected, "{method} {path}");
        let call = world.site.calls().all().pop().unwrap();
        assert_eq!(
            (call.caller, call.status, call.path),
            (
                format!("user:{}", people::ALICE),
                Some(expected),
                format!("/wiki{path}")
            )
        );
    }
    let (status, _) = world
        .call_as_user("nonsense", "GET", "/rest/api/no/such/thing", None)
        .await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn a_burst_is_answered_429_for_that_endpoint_and_method_alone() {
    let world = World::new().await;
    let (_, limits) = world
        .control("PUT", "/limits", Some(json!({"bursts": {"post": 1}})))
        .await;
    assert_eq!(limits["bursts"]["get"], 100);
    let bursts = Bursts {
        post: 1,
        ..Bursts::default()
    };
    let expected = Limits {
        bursts: Some(bursts),
        ..Limits::default()
    };
    assert_eq!(world.site.limits(), expected);
    world.site.clock().freeze();

    let token = world.access_token(people::ALICE, None).await;
    let post = async |path: &str, body: &Value| {
        let url = format!("{}{path}", world.site.base_url());
        let request = world.http.post(url).bearer_auth(&token).json(body);
        request.send().await.unwrap()
    };
    let before = world.site.contents().len();
    assert_eq!(
        post("/api/v2/pages", &page(TEAM_SPACE, "1")).await.status(),
        200
    );
    let refused = post("/api/v2/pages", &page(TEAM_SPACE, "2")).await;
    assert_eq!(refused.status(), 429);
    for (name, value) in [
        ("retry-after", "1"),
        ("ratelimit-reason", "confluence-burst-based"),
        ("x-ratelimit-limit", "1"),
        ("x-ratelimit-remaining", "0"),
    ] {
        assert_eq!(refused.headers()[name], value, "{name}");
    }
    assert_eq!(world.site.contents().len(), before + 1, "nothing was done");
    // Other endpoints and methods have buckets of their own.
    let path = "/api/v2/footer-comments";
    assert_eq!(post(path, &comment(TEAM_PAGE)).await.status(), 201);
    let (status, _) = world
        .call_as_user(&token, "GET", "/api/v2/pages", None)
        .await;
    assert_eq!(status, 200);

    world
        .site
        .clock()
        .advance(jiff::SignedDuration::from_secs(1));
    assert_eq!(
        post("/api/v2/pages", &page(TEAM_SPACE, "2")).await.status(),
        200
    );
}
