//! The control API, as browser tests use it.

use std::path::Path;

use crate::support::World;
use confluence_simulator::{Options, Simulator, people};
use serde_json::{Value, json};

#[tokio::test]
async fn people_are_listed_added_and_changed() {
    let world = World::new().await;
    let (_, list) = world.control("GET", "/people", None).await;
    let handles: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["handle"].as_str().unwrap())
        .collect();
    assert_eq!(
        handles,
        ["alice", "ada", "dora", "carl", "cleo", "fake-app"]
    );

    let bob = json!({"handle": "bob", "accountId": "712020:bob", "displayName": "Bob", "email": "bob@example.com"});
    assert_eq!(
        world.control("POST", "/people", Some(bob.clone())).await.0,
        201
    );
    assert_eq!(world.control("POST", "/people", Some(bob)).await.0, 409);
    let (_, changed) = world
        .control("PATCH", "/people/bob", Some(json!({"admin": true})))
        .await;
    assert_eq!(
        (&changed["admin"], &changed["state"]),
        (&json!(true), &json!("active"))
    );
    assert_eq!(changed["locale"], "en_US");
    let german = Some(json!({"locale": "de_DE"}));
    let (_, changed) = world.control("PATCH", "/people/bob", german).await;
    assert_eq!(changed["locale"], "de_DE");
    assert_eq!(
        world.control("POST", "/people/bob/updated", None).await.0,
        204
    );
    assert_eq!(
        world
            .control("PATCH", "/people/bob", Some(json!({"adnim": true})))
            .await
            .0,
        400
    );
    assert_eq!(
        world
            .control("PATCH", "/people/eve", Some(json!({})))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn the_clock_moves() {
    let world = World::new().await;
    let set = json!({"set": "2030-01-01T00:00:00Z", "advanceSeconds": 60, "freeze": true});
    let (_, clock) = world.control("POST", "/clock", Some(set)).await;
    assert_eq!(clock["frozen"], true);
    let now = world.site.clock().now().to_string();
    assert!(now.starts_with("2030-01-01T00:01:"), "{now}");
    assert_eq!(clock["now"], now);
    let (_, clock) = world
        .control("POST", "/clock", Some(json!({"reset": true})))
        .await;
    assert_eq!(clock["frozen"], false);
}

#[tokio::test]
async fn calls_exchanges_and_deliveries_are_told() {
    let world = World::new().await;
    world.access_token(people::ALICE, None).await;
    world.get_as_app("/rest/api/user/current").await;
    let (_, calls) = world.control("GET", "/calls?caller=app", None).await;
    assert_eq!(
        (calls.as_array().unwrap().len(), &calls[0]["path"]),
        (1, &json!("/wiki/rest/api/user/current"))
    );
    let (_, exchanges) = world
        .control(
            "GET",
            &format!("/exchanges?accountId={}", people::ALICE),
            None,
        )
        .await;
    assert_eq!(
        (&exchanges[0]["status"], &exchanges[0]["appKey"]),
        (&json!(200), &json!("fake-app"))
    );
    let (_, deliveries) = world
        .control("GET", "/deliveries?event=installed", None)
        .await;
    assert_eq!(deliveries[0]["status"], 204);
    assert_eq!(world.control("DELETE", "/calls", None).await.0, 204);
    assert_eq!(world.control("GET", "/calls", None).await.1, json!([]));
}

#[tokio::test]
async fn faults_come_and_go() {
    let world = World::new().await;
    let fault = json!({"path": "/wiki/rest/*", "effect": {"kind": "respond", "status": 502, "body": {"why": "test"}}});
    let (status, fault) = world.control("POST", "/faults", Some(fault)).await;
    assert_eq!(status, 201);
    assert_eq!(
        world.get_as_app("/rest/api/user/current").await,
        (502, json!({"why": "test"}))
    );
    let path = format!("/faults/{}", fault["id"]);
    assert_eq!(world.control("GET", &path, None).await.1["hits"], 1);
    assert_eq!(world.control("DELETE", &path, None).await.0, 204);
    assert_eq!(world.get_as_app("/rest/api/user/current").await.0, 200);
}

#[tokio::test]
async fn tokens_are_made_and_forged() {
    let world = World::new().await;
    let order = json!({"kind": "page", "person": "alice", "path": "/hello?a=1", "claims": {"exp": 1},
                       "without": ["iat"], "algorithm": "none", "header": {"kid": "x"}});
    let (_, made) = world.control("POST", "/tokens", Some(order)).await;
    assert_eq!(made["claims"]["sub"], people::ALICE);
    assert_eq!(
        made["claims"]["qsh"],
        confluence_simulator::qsh("GET", "/hello?a=1", "")
    );
    assert_eq!(
        (&made["claims"]["exp"], &made["claims"]["iat"]),
        (&json!(1), &Value::Null)
    );
    assert!(made["token"].as_str().unwrap().ends_with('.'));

    let order = json!({"kind": "context", "person": "nobody"});
    let (_, made) = world.control("POST", "/tokens", Some(order)).await;
    assert_eq!(
        (&made["claims"]["qsh"], &made["claims"]["sub"]),
        (&json!("context-qsh"), &Value::Null)
    );
}

#[tokio::test]
async fn apps_are_installed_and_their_secrets_told() {
    let world = World::without_app().await;
    let descriptor_url = json!({"descriptorUrl": world.app.descriptor_url()});
    let (status, installation) = world
        .control("POST", "/installations", Some(descriptor_url))
        .await;
    assert_eq!((status, &installation["appKey"]), (201, &json!("fake-app")));
    assert_eq!(
        installation["sharedSecret"],
        world.installation().shared_secret
    );
    let nowhere = json!({"descriptorUrl": format!("{}/missing", world.site.site_origin())});
    assert_eq!(
        world
            .control("POST", "/installations", Some(nowhere))
            .await
            .0,
        422
    );
    let (_, disabled) = world
        .control(
            "PATCH",
            "/installations/fake-app",
            Some(json!({"enabled": false})),
        )
        .await;
    assert_eq!(disabled["enabled"], false);
    assert_eq!(
        world
            .control("DELETE", "/installations/fake-app", None)
            .await
            .0,
        204
    );
    assert_eq!(
        world
            .control("GET", "/installations/fake-app", None)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn a_reset_keeps_what_is_installed() {
    let world = World::new().await;
    world
        .control(
            "POST",
            "/pages",
            Some(json!({"space": "TEAM", "title": "Extra"})),
        )
        .await;
    world
        .control("PATCH", "/people/alice", Some(json!({"state": "inactive"})))
        .await;
    assert_eq!(world.control("POST", "/reset", None).await.0, 204);
    assert!(
        !world
            .site
            .contents()
            .iter()
            .any(|content| content.title == "Extra")
    );
    assert_eq!(
        world.control("GET", "/people/alice", None).await.1["state"],
        "active"
    );
    assert_eq!(
        world.control("GET", "/people/fake-app", None).await.1["accountType"],
        "app"
    );
    assert!(world.site.installation("fake-app").is_some());
}

#[tokio::test]
async fn a_state_file_brings_the_site_back() {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("state-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let state = folder.join("site.json");
    let start = async || {
        Simulator::start(Options {
            state: Some(state.clone()),
            ..Options::default()
        })
        .await
    };
    let first = World {
        site: start().await.unwrap(),
        ..World::without_app().await
    };
    let installed = first.install().await;
    let (kid, pem) = (
        first.site.install_key().kid.clone(),
        first.site.install_key().public_pem().unwrap(),
    );
    first.site.shutdown().await;

    let second = start().await.unwrap();
    let back = second.installation("fake-app").unwrap();
    assert_eq!(
        (back.client_key, back.shared_secret),
        (installed.client_key, installed.shared_secret)
    );
    assert_eq!(
        (
            &second.install_key().kid,
            second.install_key().public_pem().unwrap()
        ),
        (&kid, pem)
    );

    std::fs::write(&state, "{}").unwrap();
    assert!(
        start()
            .await
            .unwrap_err()
            .to_string()
            .contains("delete it to start afresh")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
