//! What the app leaves in its log. The only test of this file: a log belongs to a whole process.

use confluence_simulator::Fault;
use onbehalf_tests::{Logs, World};
use serde_json::json;

#[tokio::test]
async fn the_log_holds_no_secret_and_no_token() {
    let logs = Logs::capture();
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let first_secret = world.installation().shared_secret;
    let mint = world.site.mint(&world.installation());
    let presented = [
        mint.context("alice").sign(),
        mint.page("alice", "/consent").sign(),
        mint.lifecycle("/lifecycle/installed").sign(),
    ];

    // The road, with its stumbles: each writes something.
    world.open("alice", "/consent").await;
    world.open("alice", "/admin").await;
    world.get(&format!("/consent?jwt={}", presented[0])).await;
    world
        .callback("installed")
        .field("key", "other")
        .send()
        .await;
    world
        .callback("uninstalled")
        .token(|token| token.kid("unknown"))
        .send()
        .await;
    let token = "the-token-that-atlassian-gave-for-alice";
    let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 900});
    for fault in [
        Fault::on("POST", "/oauth2/token").once().reset(),
        Fault::on("POST", "/oauth2/token").once().respond(
            400,
            json!({"error": "invalid_grant", "error_description": "secret"}),
        ),
        Fault::on("POST", "/oauth2/token")
            .once()
            .respond(200, answer),
    ] {
        world.site.faults().add(fault);
        alice.run().await;
    }
    world
        .site
        .faults()
        .add(Fault::on("POST", "/wiki/api/v2/pages").once().reset());
    alice.run().await;
    world
        .site
        .faults()
        .add(Fault::on("POST", "/wiki/api/v2/users-bulk").once().reset());
    alice.allow("read", 7).await.problem(503);
    world.clock.advance_seconds(1);
    world.install().await;
    alice.run().await;
    alice.revoke().await.expect(200);
    world.clock.tick().await;
    world.uninstall().await;

    let log = logs.text();
    for expected in [
        "the app was installed",
        "a run ended",
        "a sweep ended",
        "refused a request that does not prove who sent it",
        "http.path=\"/consent\"",
        "close",
    ] {
        assert!(log.contains(expected), "no {expected:?} in {log}");
    }
    for secret in [
        token,
        &first_secret,
        "a-secret-made-for-",
        "Bearer ",
        "JWT ",
        "jwt=",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    for token in &presented {
        assert!(!log.contains(token.rsplit('.').next().unwrap()));
    }
    // How the header of every JSON Web Token begins, and Confluence's oauthClientId.
    assert!(!log.contains("eyJ"), "something like a token is in the log");
    assert!(!log.contains("Alice Example"), "a name is in the log");
}
