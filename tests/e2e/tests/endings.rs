//! How a consent ends without its person: an admin, the account, the app.

use confluence_simulator::people::{ADA, ALICE};
use confluence_simulator::{AccountState, AccountType, PersonChange};
use http::Method;
use onbehalf_tests::{Reply, World};
use serde_json::{Value, json};

async fn revoke_as(world: &World, who: &str, account: &str, reason: &str) -> Reply {
    let path = format!("/api/admin/consents/{account}/revoke");
    let request = world.as_person(who).request(Method::POST, &path);
    world.send(request.json(&json!({"reason": reason}))).await
}

#[tokio::test]
async fn an_admin_takes_a_consent_back_and_the_person_reads_who_and_why() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let revoked = revoke_as(&world, "ada", ALICE, "  You left the team. ")
        .await
        .expect(200);
    assert_eq!(revoked["state"], "revoked");
    let consent = alice.consent().await;
    assert_eq!(consent["endedBecause"], "revokedByAdmin");
    assert_eq!(consent["endedNote"], "You left the team.");
    assert_eq!(
        alice.run().await["reason"]["code"],
        "consent-revoked-by-admin"
    );
    let receipt = alice.get("/api/consent/receipt").await.expect(200);
    let end = &receipt["events"][1];
    assert_eq!(end["event_state"], "ConsentRevoked");
    assert_eq!(end["entity_id"], ADA);
    assert_eq!(end["reason"], "You left the team.");

    // A second time changes nothing, and does not put other words under the first.
    let before = world.table().await;
    revoke_as(&world, "ada", ALICE, "Again.").await.expect(200);
    assert!(world.table().await == before);
    // An admin takes back; only the person gives.
    alice.allow("read", 7).await.expect(201);
}

#[tokio::test]
async fn only_an_admin_of_this_site_takes_back_the_consent_of_others() {
    let (world, other) = World::with_another_site().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let before = world.table().await;
    for who in ["alice", "carl", "onbehalf"] {
        let reply = revoke_as(&world, who, ALICE, "Because.").await;
        assert_eq!(reply.problem(403), "not-admin", "{who}");
    }
    // An admin of another site reaches only that site's people, and there Alice has agreed to nothing.
    let path = format!("/api/admin/consents/{ALICE}/revoke");
    let request = world
        .as_person_of(&other, "ada")
        .request(Method::POST, &path);
    let reply = world
        .send(request.json(&json!({"reason": "Because."})))
        .await;
    assert_eq!(reply.problem(404), "no-such-consent");
    for (account, reason, problem) in [
        ("557058:someone-else", "Because.", "no-such-consent"),
        ("a%23b", "Because.", "no-such-consent"),
        (ALICE, " ", "unacceptable"),
        (ALICE, &"x".repeat(501), "unacceptable"),
    ] {
        let reply = revoke_as(&world, "ada", account, reason).await;
        let status = if problem == "unacceptable" { 422 } else { 404 };
        assert_eq!(reply.problem(status), problem, "{account} {reason}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn a_demoted_admin_has_a_minute_at_most() {
    let world = World::start().await;
    world.as_person("alice").allow("read", 30).await.expect(201);
    revoke_as(&world, "ada", "557058:someone-else", "Because.").await;
    world.set_admin("ada", false);
    world.clock.advance_seconds(60);
    let reply = revoke_as(&world, "ada", ALICE, "Because.").await;
    assert_eq!(reply.problem(403), "not-admin");
    assert_eq!(world.as_person("alice").consent().await["state"], "active");
}

#[tokio::test]
async fn what_confluence_tells_of_an_account_ends_its_consent_at_once() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    for (state, event, because) in [
        (
            AccountState::Inactive,
            "user_deactivated",
            "accountDeactivated",
        ),
        (AccountState::Closed, "user_removed", "accountClosed"),
    ] {
        alice.allow("readWrite", 30).await;
        world.site.deliveries().clear();
        world.site.people().set_state("alice", state).unwrap();
        let told = world
            .site
            .deliveries()
            .wait_for(|delivery| delivery.event == event)
            .await;
        assert_eq!(told.status, Some(204));
        assert_eq!(alice.consent().await["endedBecause"], because);
        world
            .site
            .people()
            .set_state("alice", AccountState::Active)
            .unwrap();
    }
}

#[tokio::test]
async fn a_webhook_that_makes_no_sense_ends_nothing() {
    let world = World::start().await;
    let alice = world.as_person("alice");
    alice.allow("readWrite", 30).await.expect(201);
    let before = world.table().await;
    let send = async |path: &str, body: &str| {
        let token = world.site.mint(&world.installation()).webhook(path);
        let request = world
            .request(Method::POST, path)
            .header("authorization", token.authorization())
            .body(body.to_owned());
        world.send(request).await
    };
    let about = json!({"userProfile": {"accountId": ALICE}}).to_string();
    for (path, body, status) in [
        ("/webhooks/user_deactivated", "", 400),
        ("/webhooks/user_deactivated", "{", 400),
        ("/webhooks/user_deactivated", "{}", 422),
        (
            "/webhooks/user_deactivated",
            r#"{"userProfile": {"accountId": "a#b"}}"#,
            422,
        ),
        (
            "/webhooks/user_deactivated",
            r#"{"userProfile": {"accountId": "unknown"}}"#,
            422,
        ),
        (
            "/webhooks/user_deactivated",
            r#"{"accountId": "557058:nobody"}"#,
            204,
        ),
        ("/webhooks/user_created", &about, 404),
        ("/webhooks/user_reactivated", &about, 404),
    ] {
        assert_eq!(send(path, body).await.status, status, "{path} {body}");
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn the_app_s_own_account_is_known_from_the_install_on_and_may_not_consent() {
    let world = World::start().await;
    let app = world.as_person("onbehalf");
    let table = world.table().await;
    let tenant = table.row(&world.installation().client_key, "tenant");
    assert_eq!(tenant["appAccount"].as_s().unwrap(), &app.account_id());

    // Even if Confluence should one day say that it is a person.
    let change = PersonChange {
        account_type: Some(AccountType::Atlassian),
        ..PersonChange::default()
    };
    world
        .site
        .people()
        .change(&app.account_id(), &change)
        .unwrap();
    let reply = app.allow("read", 7).await;
    assert_eq!(reply.problem(403), "account-is-app");
}

#[tokio::test]
async fn an_own_account_that_was_not_learned_at_the_install_is_learned_later() {
    let world = World::before_install().await;
    let fault = confluence_simulator::Fault::on("GET", "/wiki/rest/api/user/current");
    let down = world.site.faults().add(fault.respond(503, Value::Null));
    world.install().await;
    let client_key = world.installation().client_key;
    assert!(
        !world
            .table()
            .await
            .row(&client_key, "tenant")
            .contains_key("appAccount")
    );
    drop(down);
    world.site.faults().clear();
    world.as_person("alice").allow("read", 7).await.expect(201);
    assert!(
        world
            .table()
            .await
            .row(&client_key, "tenant")
            .contains_key("appAccount")
    );
}
