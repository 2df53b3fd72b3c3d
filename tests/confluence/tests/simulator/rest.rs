//! The REST API: who may do what, in whose name.

use crate::support::World;
use confluence_simulator::{Limits, PersonChange, people};
use http::StatusCode;
use serde_json::{Value, json};

fn page(space: &str, title: &str) -> Value {
    json!({"type": "page", "title": title, "space": {"key": space},
           "body": {"storage": {"value": "<p>Hello</p>", "representation": "storage"}}})
}

#[tokio::test]
async fn a_page_is_made_in_the_name_of_its_user() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let (status, made) = world
        .call_as_user(
            &token,
            "POST",
            "/rest/api/content",
            Some(page("TEAM", "One")),
        )
        .await;
    assert_eq!(status, 200, "{made}");
    let content = world
        .site
        .contents()
        .into_iter()
        .find(|content| made["id"] == content.id)
        .unwrap();
    assert_eq!(
        (content.author_id.as_str(), content.title.as_str()),
        (people::ALICE, "One")
    );

    let version_2 = json!({"spaceId": content.space_id, "status": "current", "title": "Two",
                           "body": {"representation": "storage", "value": "<p/>"}});
    let (status, made) = world
        .call_as_user(&token, "POST", "/api/v2/pages", Some(version_2))
        .await;
    assert_eq!((status, &made["authorId"]), (200, &json!(people::ALICE)));

    let calls = world.site.calls().as_user(people::ALICE);
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[0].method.as_str(), calls[0].status),
        ("POST", Some(200))
    );
}

#[tokio::test]
async fn a_token_to_read_cannot_write() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, Some("READ")).await;
    let (status, _) = world
        .call_as_user(
            &token,
            "POST",
            "/rest/api/content",
            Some(page("TEAM", "One")),
        )
        .await;
    assert_eq!(status, 403);
    assert_eq!(
        world
            .call_as_user(&token, "GET", "/api/v2/pages/65543", None)
            .await
            .0,
        200
    );
}

#[tokio::test]
async fn rights_are_those_of_the_user() {
    let world = World::new().await;
    let alice = world.access_token(people::ALICE, None).await;
    let ada = world.access_token(people::ADA, None).await;
    for (token, space, expected) in [
        (&alice, "POLICY", 403),
        (&alice, "BOARD", 404),
        (&alice, "NOWHERE", 404),
        (&ada, "POLICY", 200),
        (&ada, "BOARD", 200),
    ] {
        let (status, body) = world
            .call_as_user(token, "POST", "/rest/api/content", Some(page(space, "New")))
            .await;
        assert_eq!(status, expected, "{space}: {body}");
    }
    let (_, spaces) = world
        .call_as_user(&alice, "GET", "/api/v2/spaces?keys=TEAM,BOARD", None)
        .await;
    assert_eq!(spaces["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn titles_are_unique_in_a_space() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let make = async |space, title| {
        world
            .call_as_user(
                &token,
                "POST",
                "/rest/api/content",
                Some(page(space, title)),
            )
            .await
    };
    assert_eq!(make("TEAM", "Same").await.0, 200);
    let (status, body) = make("TEAM", "same").await;
    assert_eq!(status, 400);
    assert!(body["message"].as_str().unwrap().contains("already exists"));
    assert_eq!(make("DOCS", "Same").await.0, 200);
}

#[tokio::test]
async fn an_update_must_name_the_next_version() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let update = |number: u32| {
        json!({"id": "65543", "status": "current", "title": "Weekly notes", "version": {"number": number},
               "body": {"representation": "storage", "value": "<p>new</p>"}})
    };
    let put = async |number| {
        world
            .call_as_user(&token, "PUT", "/api/v2/pages/65543", Some(update(number)))
            .await
            .0
    };
    assert_eq!(put(1).await, 409);
    assert_eq!(put(2).await, 200);
    assert_eq!(put(2).await, 409);
    let (_, page) = world
        .call_as_user(
            &token,
            "GET",
            "/api/v2/pages/65543?body-format=storage",
            None,
        )
        .await;
    assert_eq!(
        (
            &page["version"]["number"],
            &page["body"]["storage"]["value"]
        ),
        (&json!(2), &json!("<p>new</p>"))
    );
}

#[tokio::test]
async fn comments_belong_to_pages() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let comment = |page_id: &str| json!({"pageId": page_id, "body": {"representation": "storage", "value": "<p>!</p>"}});
    let (status, made) = world
        .call_as_user(
            &token,
            "POST",
            "/api/v2/footer-comments",
            Some(comment("65543")),
        )
        .await;
    assert_eq!((status, &made["pageId"]), (201, &json!("65543")));
    let (_, list) = world
        .call_as_user(&token, "GET", "/api/v2/pages/65543/footer-comments", None)
        .await;
    assert_eq!(list["results"][0]["id"], made["id"]);
    assert_eq!(
        world
            .call_as_user(
                &token,
                "POST",
                "/api/v2/footer-comments",
                Some(comment("1"))
            )
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn the_app_calls_in_its_own_name() {
    let world = World::new().await;
    let path = format!(
        "/rest/api/user?accountId={}&expand=operations",
        people::ADA.replace(':', "%3A")
    );
    let (status, ada) = world.get_as_app(&path).await;
    assert_eq!(status, 200, "{ada}");
    let administer = json!({"operation": "administer", "targetType": "application"});
    assert!(ada["operations"].as_array().unwrap().contains(&administer));
    assert_eq!(world.site.calls().all()[0].caller, "app");
}

#[tokio::test]
async fn app_tokens_are_bound_to_one_request() {
    let world = World::new().await;
    let path = "/rest/api/user/current";
    let good = || world.app_token("GET", path);
    let now = world.site.clock().epoch_seconds();
    for (what, token) in [
        ("another path", world.app_token("GET", "/rest/api/user")),
        ("another method", world.app_token("POST", path)),
        ("no qsh", good().without("qsh")),
        ("context qsh", good().claim("qsh", "context-qsh")),
        ("expired", good().claim("exp", now - 1)),
        ("no exp", good().without("exp")),
        ("another audience", good().claim("aud", "someone")),
        (
            "the client key as issuer",
            good().claim("iss", world.installation().client_key),
        ),
        ("another secret", good().secret("other")),
        ("no signature", good().unsigned()),
    ] {
        assert_eq!(
            world
                .call("GET", path, &token.authorization(), None)
                .await
                .0,
            401,
            "{what}"
        );
    }
    assert_eq!(
        world
            .call("GET", path, &good().without("aud").authorization(), None)
            .await
            .0,
        200
    );
    assert_eq!(
        world
            .call("GET", path, &good().authorization(), Some(json!({})))
            .await
            .0,
        403
    );
    let token = world.access_token(people::ALICE, None).await;
    let with_body = world.call_as_user(&token, "GET", path, Some(json!({})));
    assert_eq!(with_body.await.0, 403);
}

#[tokio::test]
async fn accounts_show_their_state() {
    let world = World::new().await;
    let ids = [
        people::ALICE,
        people::DORA,
        people::CARL,
        people::CLEO,
        "unknown",
    ];
    let path = "/api/v2/users-bulk";
    let token = world.app_token("POST", path).authorization();
    let (_, body) = world
        .call("POST", path, &token, Some(json!({"accountIds": ids})))
        .await;
    let shown =
        |index: usize, field: &str| body["results"][index][field].as_str().unwrap().to_owned();
    assert_eq!(body["results"].as_array().unwrap().len(), 4);
    assert_eq!(
        (shown(0, "accountStatus"), shown(0, "accountType")),
        ("active".into(), "atlassian".into())
    );
    assert_eq!(shown(0, "personalSpaceId"), "98308");
    assert_eq!(
        (shown(1, "accountStatus"), shown(1, "displayName")),
        ("inactive".into(), "Dora Example (Deactivated)".into())
    );
    assert_eq!(shown(2, "accountType"), "customer");
    assert_eq!(
        (shown(3, "accountStatus"), shown(3, "displayName")),
        ("closed".into(), "Former user".into())
    );
    assert_eq!(
        world.get_as_app("/rest/api/user?accountId=unknown").await.0,
        404
    );
    // Of version 1, only the call for one user tells the status.
    let one = format!("/rest/api/user?accountId={}", people::DORA);
    let (_, dora) = world.get_as_app(&one).await;
    assert_eq!(dora["accountStatus"], "inactive");
    let search = "/rest/api/search/user?cql=user.fullname~%22Alice%22".to_owned();
    for list in [one.replace("/user?", "/user/bulk?"), search] {
        let (_, body) = world.get_as_app(&list).await;
        let first = &body["results"][0];
        let user = first.get("user").unwrap_or(first);
        assert!(user["accountId"].is_string(), "{list}: {body}");
        assert_eq!(user.get("accountStatus"), None, "{list}");
    }
}

#[tokio::test]
async fn a_body_must_be_said_to_be_json() {
    let world = World::new().await;
    let path = "/api/v2/users-bulk";
    let ask = async |kind: Option<&str>| {
        let authorization = world.app_token("POST", path).authorization();
        let request = world.http.post(format!("{}{path}", world.site.base_url()));
        let request = request.header("authorization", authorization);
        let body = json!({"accountIds": [people::ALICE]}).to_string();
        let request = match kind {
            Some(kind) => request.header("content-type", kind),
            None => request,
        };
        request.body(body).send().await.unwrap().status().as_u16()
    };
    for kind in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        assert_eq!(ask(kind).await, 415, "{kind:?}");
    }
    assert_eq!(ask(Some("application/json; charset=utf-8")).await, 200);
}

#[tokio::test]
async fn a_person_without_access_is_active_and_may_do_nothing() {
    let world = World::new().await;
    let no_access = PersonChange {
        can_use_confluence: Some(false),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &no_access).unwrap();

    let path = format!(
        "/rest/api/user?accountId={}&expand=operations",
        people::ALICE
    );
    let (_, alice) = world.get_as_app(&path).await;
    assert_eq!(
        (&alice["operations"], &alice["displayName"]),
        (&json!([]), &json!("Alice Example (Unlicensed)"))
    );
    let bulk = "/api/v2/users-bulk";
    let authorization = world.app_token("POST", bulk).authorization();
    let asked = Some(json!({"accountIds": [people::ALICE]}));
    let (_, body) = world.call("POST", bulk, &authorization, asked).await;
    let alice = &body["results"][0];
    assert_eq!(
        (&alice["accountStatus"], &alice["accountType"]),
        (&json!("active"), &json!("atlassian"))
    );

    let token = world.access_token(people::ALICE, None).await;
    for (method, path, body) in [
        ("GET", "/rest/api/user/current", None),
        ("GET", "/api/v2/spaces", None),
        ("GET", "/api/v2/pages/65543", None),
        ("POST", "/rest/api/content", Some(page("TEAM", "One"))),
    ] {
        let (status, answer) = world.call_as_user(&token, method, path, body).await;
        assert_eq!(status, 403, "{path}: {answer}");
        assert!(
            answer
                .to_string()
                .contains("Current user not permitted to use Confluence"),
            "{path}: {answer}"
        );
    }
    assert!(
        world
            .site
            .deliveries()
            .filter(|delivery| delivery.event.starts_with("user_"))
            .is_empty()
    );
}

#[tokio::test]
async fn an_app_has_a_user_of_its_own() {
    let world = World::new().await;
    let installation = world.installation();
    let (status, me) = world.get_as_app("/rest/api/user/current").await;
    assert_eq!(status, 200, "{me}");
    for (field, value) in [
        ("accountId", installation.app_account_id.as_str()),
        ("accountType", "app"),
        ("displayName", "Fake app"),
    ] {
        assert_eq!(me[field], value, "{field}");
    }
    assert_eq!(world.site.calls().all()[0].caller, "app");

    world.site.uninstall("fake-app").await.unwrap();
    world.install().await;
    let (_, again) = world.get_as_app("/rest/api/user/current").await;
    assert_eq!(again, me);
}

#[tokio::test]
async fn nobody_gets_in_without_credentials() {
    let world = World::new().await;
    let url = format!("{}/rest/api/user?accountId=x", world.site.base_url());
    assert_eq!(
        world.http.get(&url).send().await.unwrap().status(),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        world
            .call("GET", "/rest/api/user/current", "Bearer nonsense", None)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn the_browsers_session_is_a_person() {
    let world = World::new().await;
    let sign_in = format!("{}/sign-in?person=ada&then=/wiki", world.site.control_url());
    let response = world.http.get(sign_in).send().await.unwrap();
    assert_eq!(
        (response.status(), &response.headers()["location"]),
        (StatusCode::SEE_OTHER, &"/wiki".parse().unwrap())
    );
    let cookie = response.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap();
    let url = format!("{}/rest/api/user/current", world.site.base_url());
    let user: Value = world
        .http
        .get(url)
        .header("cookie", cookie)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(user["accountId"], people::ADA);
    let away = format!(
        "{}/sign-in?person=ada&then=//elsewhere.example",
        world.site.control_url()
    );
    assert_eq!(
        world.http.get(away).send().await.unwrap().status(),
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn a_used_up_quota_is_answered_429() {
    let world = World::new().await;
    world.site.set_limits(Limits {
        rest_points_per_hour: 3,
        ..Limits::default()
    });
    let path = "/rest/api/user/current";
    let get = async || {
        let request = world.http.get(format!("{}{path}", world.site.base_url()));
        request
            .header(
                "authorization",
                world.app_token("GET", path).authorization(),
            )
            .send()
            .await
            .unwrap()
    };
    let first = get().await;
    assert_eq!(
        (
            first.status().as_u16(),
            &first.headers()["x-ratelimit-remaining"]
        ),
        (200, &"0".parse().unwrap())
    );
    let second = get().await;
    assert_eq!(second.status(), 429);
    assert!(second.headers().contains_key("retry-after"));
}
