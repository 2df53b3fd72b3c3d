//! Access tokens: who gets one, for what, and for how long.

use crate::support::World;
use confluence_simulator::{AccountState, Limits, PersonChange, Scope, people};
use jiff::SignedDuration;
use serde_json::{Value, json};

#[tokio::test]
async fn an_assertion_is_exchanged_for_a_token_of_its_account() {
    let world = World::new().await;
    let (status, body) = world
        .exchange(&world.assertion(people::ALICE), Some("READ"))
        .await;
    assert_eq!(
        (status, &body["expires_in"], &body["token_type"]),
        (200, &json!(900), &json!("Bearer"))
    );
    let token = body["access_token"].as_str().unwrap();
    let (_, user) = world
        .call_as_user(token, "GET", "/rest/api/user/current", None)
        .await;
    assert_eq!(user["accountId"], people::ALICE);
    let exchange = world.site.exchanges().all().pop().unwrap();
    assert_eq!(exchange.account_id.as_deref(), Some(people::ALICE));
    assert_eq!(exchange.scopes, [Scope::Read]);
}

#[tokio::test]
async fn a_token_lives_for_fifteen_minutes() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    world.site.clock().freeze();
    world.site.clock().advance(SignedDuration::from_secs(899));
    assert_eq!(
        world
            .call_as_user(&token, "GET", "/rest/api/user/current", None)
            .await
            .0,
        200
    );
    world.site.clock().advance(SignedDuration::from_secs(1));
    assert_eq!(
        world
            .call_as_user(&token, "GET", "/rest/api/user/current", None)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn bad_assertions_are_refused() {
    let world = World::new().await;
    let now = world.site.clock().epoch_seconds();
    let good = || world.assertion(people::ALICE);
    let user_key = "urn:atlassian:connect:userkey:alice";
    let cases = [
        (
            "another secret",
            good().secret("other"),
            401,
            "invalid_client",
        ),
        (
            "an unknown client",
            good().claim("iss", "urn:atlassian:connect:clientid:x"),
            401,
            "invalid_client",
        ),
        (
            "the app key as client",
            good().claim("iss", "fake-app"),
            400,
            "invalid_grant",
        ),
        ("no signature", good().unsigned(), 400, "invalid_grant"),
        (
            "another algorithm",
            good().header("alg", "HS512"),
            400,
            "invalid_grant",
        ),
        (
            "another site",
            good().claim("tnt", world.site.site_origin()),
            400,
            "invalid_grant",
        ),
        (
            "a slash after the site",
            good().claim("tnt", format!("{}/", world.site.base_url())),
            400,
            "invalid_grant",
        ),
        (
            "another audience",
            good().claim("aud", world.site.token_url()),
            400,
            "invalid_grant",
        ),
        ("no audience", good().without("aud"), 400, "invalid_grant"),
        ("no exp", good().without("exp"), 400, "invalid_grant"),
        ("no iat", good().without("iat"), 400, "invalid_grant"),
        (
            "exp in the past",
            good().claim("exp", now - 1),
            400,
            "invalid_grant",
        ),
        (
            "exp too far ahead",
            good().claim("exp", now + 200),
            400,
            "invalid_grant",
        ),
        (
            "a user key",
            good().claim("sub", user_key),
            400,
            "invalid_grant",
        ),
        (
            "an unknown account",
            world.assertion("unknown"),
            400,
            "invalid_grant",
        ),
        (
            "a deactivated account",
            world.assertion(people::DORA),
            400,
            "invalid_grant",
        ),
        (
            "a closed account",
            world.assertion(people::CLEO),
            400,
            "invalid_grant",
        ),
        (
            "a customer",
            world.assertion(people::CARL),
            400,
            "invalid_grant",
        ),
        (
            "the app's own user",
            world.assertion(&world.installation().app_account_id),
            400,
            "invalid_grant",
        ),
        ("a handle", world.assertion("alice"), 400, "invalid_grant"),
    ];
    for (what, assertion, status, error) in cases {
        let answer = world.exchange(&assertion, None).await;
        assert_eq!(
            (answer.0, &answer.1["error"]),
            (status, &json!(error)),
            "{what}: {}",
            answer.1
        );
    }
    assert_eq!(world.exchange(&good(), None).await.0, 200);
}

#[tokio::test]
async fn forms_follow_rfc_6749() {
    let world = World::new().await;
    let assertion = world.assertion(people::ALICE).sign();
    let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let form = "application/x-www-form-urlencoded";
    for (content_type, body, error) in [
        (form, String::new(), "invalid_request"),
        (form, grant.to_owned(), "invalid_request"),
        (
            form,
            format!("grant_type=password&assertion={assertion}"),
            "unsupported_grant_type",
        ),
        (
            form,
            format!("{grant}&assertion={assertion}&assertion={assertion}"),
            "invalid_request",
        ),
        (
            "application/json",
            format!("{grant}&assertion={assertion}"),
            "invalid_request",
        ),
        (form, format!("{grant}&assertion=a.b"), "invalid_grant"),
    ] {
        let request = world
            .http
            .post(world.site.token_url())
            .header("content-type", content_type);
        let response = request.body(body).send().await.unwrap();
        assert_eq!(response.status(), 400);
        assert_eq!(response.json::<Value>().await.unwrap()["error"], error);
    }
}

#[tokio::test]
async fn scopes_stay_within_the_apps() {
    let world = World::new().await;
    let alice = world.assertion(people::ALICE);
    for scope in ["READ", "WRITE", "READ WRITE", "READ WRITE ACT_AS_USER"] {
        assert_eq!(world.exchange(&alice, Some(scope)).await.0, 200, "{scope}");
    }
    for scope in ["DELETE", "READ ADMIN", "read", "READ+WRITE", "EVERYTHING"] {
        assert_eq!(
            world.exchange(&alice, Some(scope)).await.1["error"],
            "invalid_scope",
            "{scope}"
        );
    }
}

#[tokio::test]
async fn impersonation_needs_its_scope() {
    let world = World::without_app().await;
    let mut descriptor = world.app.descriptor();
    descriptor["scopes"] = json!(["READ", "WRITE"]);
    world.app.set_descriptor(descriptor);
    world.install().await;
    let (status, body) = world.exchange(&world.assertion(people::ALICE), None).await;
    assert_eq!(
        (status, &body["error"]),
        (400, &json!("unauthorized_client"))
    );
}

#[tokio::test]
async fn an_account_that_changes_loses_its_token() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let status = async || {
        world
            .call_as_user(&token, "GET", "/rest/api/user/current", None)
            .await
            .0
    };
    let no_access = PersonChange {
        can_use_confluence: Some(false),
        ..PersonChange::default()
    };
    world.site.people().change("alice", &no_access).unwrap();
    assert_eq!(status().await, 403);
    world
        .site
        .people()
        .set_state("alice", AccountState::Inactive)
        .unwrap();
    assert_eq!(status().await, 401);
    world.site.reset();
    assert_eq!(status().await, 401, "a reset ends all tokens");
}

#[tokio::test]
async fn too_many_requests_are_answered_429() {
    let world = World::new().await;
    world.site.set_limits(Limits {
        tokens_per_five_minutes: 1,
        ..Limits::default()
    });
    world.site.clock().freeze();
    let alice = world.assertion(people::ALICE);
    assert_eq!(world.exchange(&alice, None).await.0, 200);
    assert_eq!(world.exchange(&alice, None).await.0, 429);
    world.site.clock().advance(SignedDuration::from_secs(300));
    assert_eq!(
        world
            .exchange(&world.assertion(people::ALICE), None)
            .await
            .0,
        200
    );
}
