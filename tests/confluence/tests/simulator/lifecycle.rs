//! Installing, upgrading and removing an app, over real HTTP.

use crate::support::{Received, World};
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use confluence_simulator::{AccountState, InstallError, people, qsh};
use serde_json::{Value, json};

#[tokio::test]
async fn installed_is_signed_with_the_published_key() {
    let world = World::new().await;
    let installation = world.installation();
    let installed = world.app.last("/installed");
    for (name, value) in [
        ("key", "fake-app"),
        ("clientKey", &installation.client_key),
        ("sharedSecret", &installation.shared_secret),
        ("oauthClientId", &installation.oauth_client_id),
        ("baseUrl", world.site.base_url()),
        ("productType", "confluence"),
        ("eventType", "installed"),
    ] {
        assert_eq!(installed.body[name], value, "{name}");
    }
    let claims = verify_rs256(&world, &installed).await;
    assert_eq!(claims["iss"], installation.client_key.as_str());
    assert_eq!(claims["aud"], json!([world.app.origin]));
    assert_eq!(claims["qsh"], qsh("POST", "/installed", ""));
}

#[tokio::test]
async fn enabled_follows_and_is_signed_with_the_secret() {
    let world = World::new().await;
    let delivery = world
        .site
        .deliveries()
        .wait_for(|delivery| delivery.event == "enabled")
        .await;
    assert_eq!(delivery.status, Some(204));
    let enabled = world.app.last("/enabled?x=1");
    assert_eq!(enabled.body.get("sharedSecret"), None);
    let (header, claims) = parts(enabled.token());
    assert_eq!(header["alg"], "HS256");
    assert_eq!(claims["qsh"], qsh("POST", "/enabled?x=1", ""));
}

#[tokio::test]
async fn a_new_install_brings_a_new_secret_to_the_same_tenant() {
    let world = World::new().await;
    let before = world.installation();
    let token = world.access_token(people::ALICE, None).await;
    let after = world.install().await;
    assert_eq!(before.client_key, after.client_key);
    assert_ne!(before.shared_secret, after.shared_secret);
    assert_ne!(before.oauth_client_id, after.oauth_client_id);
    assert_eq!(before.app_account_id, after.app_account_id);
    assert_eq!(
        world
            .call_as_user(&token, "GET", "/rest/api/user/current", None)
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn a_refused_install_changes_nothing() {
    let world = World::new().await;
    let before = world.installation();
    for status in [201, 302, 401, 500] {
        world.app.answer(status);
        let error = world
            .site
            .install(&world.app.descriptor_url())
            .await
            .unwrap_err();
        assert!(matches!(error, InstallError::Refused { status: told, .. } if told == status));
        assert_eq!(
            error.code(),
            format!("connect.install.error.remote.host.bad.response.{status}")
        );
    }
    assert_eq!(world.installation().shared_secret, before.shared_secret);
    for status in [200, 204] {
        world.app.answer(status);
        world.install().await;
    }
}

#[tokio::test]
async fn uninstalling_ends_everything_whatever_the_app_says() {
    let world = World::new().await;
    let app_user = world.installation().app_account_id;
    let assertion = world.assertion(people::ALICE);
    let token = world.access_token(people::ALICE, None).await;
    world.app.answer(500);
    world.site.uninstall("fake-app").await.unwrap();

    let uninstalled = world.app.last("/uninstalled");
    assert_eq!(
        verify_rs256(&world, &uninstalled).await["qsh"],
        qsh("POST", "/uninstalled", "")
    );
    assert_eq!(uninstalled.body.get("sharedSecret"), None);
    assert!(world.site.installation("fake-app").is_none());
    assert_eq!(
        world.site.people().get(&app_user).unwrap().state,
        AccountState::Inactive
    );
    assert_eq!(
        world
            .call_as_user(&token, "GET", "/rest/api/user/current", None)
            .await
            .0,
        401
    );
    assert_eq!(
        world.exchange(&assertion, None).await.1["error"],
        "invalid_client"
    );
    assert!(world.site.uninstall("fake-app").await.is_err());
}

#[tokio::test]
async fn descriptors_are_read_strictly() {
    let world = World::without_app().await;
    let good = world.app.descriptor();
    let validation = "connect.install.error.remote.descriptor.validation";
    for (pointer, value, code) in [
        ("/unknown", json!(1), validation),
        ("/modules/generalPages/0/unknown", json!(1), validation),
        (
            "/modules/webhooks/0/url",
            json!("https://elsewhere.example/"),
            validation,
        ),
        (
            "/modules/generalPages/0/key",
            json!("with space"),
            validation,
        ),
        ("/key", json!(""), validation),
        ("/name", json!("n".repeat(81)), validation),
        ("/apiMigrations/signed-install", json!(false), validation),
        ("/authentication/type", json!("basic"), validation),
        ("/lifecycle/installed", json!(null), validation),
        ("/scopes", json!(["READ", "EVERYTHING"]), validation),
        (
            "/scopes",
            json!(["ACT_AS_USER"]),
            "connect.install.error.missing.scope",
        ),
        (
            "/baseUrl",
            json!("http://app.example.com"),
            "connect.install.error.base_url.no_tls",
        ),
    ] {
        let mut bad = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        bad.pointer_mut(parent).unwrap()[name] = value;
        world.app.set_descriptor(bad);
        let error = world
            .site
            .install(&world.app.descriptor_url())
            .await
            .unwrap_err();
        assert_eq!(error.code(), code, "{pointer}: {error}");
    }
    world.app.set_descriptor(good);
    world.install().await;
}

#[tokio::test]
async fn the_plugin_interface_installs_and_uninstalls() {
    let world = World::without_app().await;
    let root = "/rest/plugins/1.0/";
    assert_eq!(
        world
            .call("GET", root, &basic("alice@example.com"), None)
            .await
            .0,
        403
    );
    let ada = basic("ada@example.com");
    let url = |path: &str| format!("{}{path}", world.site.base_url());
    let head = world
        .http
        .head(url(root))
        .header("authorization", &ada)
        .send()
        .await
        .unwrap();
    let token = head.headers()["upm-token"].to_str().unwrap();
    let begin = world
        .http
        .post(url(&format!("{root}?token={token}")))
        .header("authorization", &ada);
    let begin = begin.header(
        "content-type",
        "application/vnd.atl.plugins.install.uri+json",
    );
    let begin = begin.body(json!({"pluginUri": world.app.descriptor_url()}).to_string());
    let begun = begin.try_clone().unwrap().send().await.unwrap();
    assert_eq!(begun.status(), 202);
    let begun: Value = begun.json().await.unwrap();
    let task = begun["links"]["self"].as_str().unwrap();
    assert_eq!(
        begin.send().await.unwrap().status(),
        403,
        "the token is good for one install"
    );

    world
        .site
        .deliveries()
        .wait_for(|delivery| delivery.event == "enabled")
        .await;
    let polled = world
        .http
        .get(format!("{}{task}", world.site.site_origin()))
        .header("authorization", &ada);
    let polled = polled.send().await.unwrap();
    assert_eq!(polled.status(), 303);
    assert_eq!(
        polled.headers()["location"],
        "/wiki/rest/plugins/1.0/fake-app-key"
    );
    let (status, _) = world
        .call("DELETE", "/rest/plugins/1.0/fake-app-key", &ada, None)
        .await;
    assert_eq!(status, 204);
    assert!(world.site.installations().is_empty());
}

#[tokio::test]
async fn a_change_of_account_is_announced() {
    let world = World::new().await;
    for (state, event) in [
        (AccountState::Inactive, "user_deactivated"),
        (AccountState::Active, "user_reactivated"),
        (AccountState::Closed, "user_removed"),
    ] {
        world.site.people().set_state("alice", state).unwrap();
        world
            .site
            .deliveries()
            .wait_for(|delivery| delivery.event == event)
            .await;
        let hook = world.app.last("/hook");
        assert_eq!(hook.body["event"], event);
        assert_eq!(hook.body["userProfile"]["accountId"], people::ALICE);
        assert_eq!(parts(hook.token()).1["qsh"], qsh("POST", "/hook", ""));
    }
}

#[tokio::test]
async fn whoever_leaves_the_site_is_announced_once() {
    let world = World::new().await;
    let removed = async |account_id: &str| {
        world
            .site
            .deliveries()
            .wait_for(|delivery| delivery.event == "user_removed")
            .await;
        assert_eq!(
            world.app.last("/hook").body["userProfile"]["accountId"],
            account_id
        );
    };
    let people = world.site.people();
    people.remove("alice").unwrap();
    removed(people::ALICE).await;
    assert!(people.get("alice").is_none());
    assert!(people.remove("alice").is_err());
    let path = format!("/rest/api/user?accountId={}", people::ALICE);
    assert_eq!(world.get_as_app(&path).await.0, 404);

    // Closing Ada's account is an announcement of its own; removing Cleo, who is closed, is none.
    world.site.deliveries().clear();
    let cleo = world.control("DELETE", "/people/cleo", None).await;
    assert_eq!(cleo.0, 204);
    people.set_state("ada", AccountState::Closed).unwrap();
    removed(people::ADA).await;
    assert_eq!(world.site.deliveries().all().len(), 1);
}

#[tokio::test]
async fn webhooks_go_where_the_app_wants_them_and_nowhere_else() {
    let world = World::without_app().await;
    let mut descriptor = world.app.descriptor();
    descriptor["modules"]["webhooks"] = json!([{"event": "user_removed", "url": "/gone?who=x"}]);
    world.app.set_descriptor(descriptor);
    world.install().await;
    let people = world.site.people();
    people.set_state("alice", AccountState::Inactive).unwrap();
    people.set_state("alice", AccountState::Closed).unwrap();
    let deliveries = world.site.deliveries();
    deliveries
        .wait_for(|delivery| delivery.event == "user_removed")
        .await;
    let hook = world.app.last("/gone?who=x");
    let (header, claims) = parts(hook.token());
    assert_eq!(header["alg"], "HS256");
    assert_eq!(claims["qsh"], qsh("POST", "/gone?who=x", ""));
    assert_eq!(claims.get("sub"), None);
    assert!(
        deliveries
            .filter(|delivery| delivery.event == "user_deactivated")
            .is_empty()
    );
}

#[tokio::test]
async fn a_disabled_app_is_told_and_locked_out() {
    let world = World::new().await;
    world.site.set_enabled("fake-app", false).unwrap();
    world
        .site
        .deliveries()
        .wait_for(|delivery| delivery.event == "disabled")
        .await;
    assert_eq!(world.app.last("/disabled").body["eventType"], "disabled");
    assert_eq!(world.get_as_app("/rest/api/user/current").await.0, 401);
    assert_eq!(
        world
            .exchange(&world.assertion(people::ALICE), None)
            .await
            .0,
        401
    );
}

/// Checks a lifecycle token with the key that its `kid` names, and answers its claims.
async fn verify_rs256(world: &World, received: &Received) -> Value {
    let (header, claims) = parts(received.token());
    assert_eq!(header["alg"], "RS256");
    let url = |kid: &str| format!("{}/{kid}", world.site.install_keys_url());
    let pem = world
        .http
        .get(url(header["kid"].as_str().unwrap()))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let der = STANDARD
        .decode(
            pem.lines()
                .filter(|line| !line.starts_with('-'))
                .collect::<String>(),
        )
        .unwrap();
    let (message, signature) = received.token().rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der);
    key.verify(message.as_bytes(), &signature).unwrap();
    assert_eq!(
        world
            .http
            .get(url("unknown"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    claims
}

fn parts(token: &str) -> (Value, Value) {
    let mut parts = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

fn basic(email: &str) -> String {
    format!(
        "Basic {}",
        STANDARD.encode(format!("{email}:simulator-api-token"))
    )
}
