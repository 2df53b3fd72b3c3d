//! Admins ask people for their consent. Nobody but they themselves can give it.

use confluence_simulator::Fault;
use confluence_simulator::people::{ADA, ALICE, CARL, CLEO, DORA};
use http::Method;
use onbehalf_tests::{NOTICE, World};
use serde_json::{Value, json};

const ASKS: &str = "/api/admin/asks";

fn kinds(entries: &[Value]) -> Vec<&str> {
    let kinds = entries.iter().map(|entry| entry["did"]["kind"].as_str());
    kinds.map(Option::unwrap).collect()
}

#[tokio::test]
async fn who_is_asked_reads_by_whom_and_why_and_agrees() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    assert_eq!(world.page_state("alice").await.get("ask"), None);
    let asked = ada
        .ask(&[ALICE], "  For the weekly report. ")
        .await
        .expect(200);
    assert_eq!(asked, json!({"asked": 1, "not": []}));
    let ask = world.page_state("alice").await["ask"].take();
    assert_eq!(ask["by"]["accountId"], ADA);
    assert_eq!(ask["by"]["name"], "Ada Admin");
    assert_eq!(ask["at"], "2026-11-22T08:00:00Z");
    assert_eq!(ask["note"], "For the weekly report.");
    let asks = ada.get(ASKS).await.expect(200)["items"].take();
    assert_eq!(asks[0]["person"]["name"], "Alice Example");
    assert_eq!(asks[0]["note"], "For the weekly report.");
    assert_eq!(asks.as_array().unwrap().len(), 1);
    let seen = ada
        .get(&format!("/api/admin/consents/{ALICE}"))
        .await
        .expect(200);
    assert_eq!(seen["consent"]["state"], "none");
    assert_eq!(seen["ask"]["note"], "For the weekly report.");
    // It is no consent.
    assert_eq!(alice.consent().await["state"], "none");
    assert_eq!(
        alice.run().await["reason"]["code"].as_str().unwrap(),
        "no-consent"
    );
    assert_eq!(ada.get("/api/admin/consents").await.expect(200)["total"], 0);

    alice.allow("read", 7).await.expect(201);
    assert_eq!(world.page_state("alice").await.get("ask"), None);
    assert_eq!(ada.get(ASKS).await.expect(200)["items"], json!([]));
    assert_eq!(
        kinds(&ada.all("/api/admin/audit").await),
        ["askedForConsent"]
    );
    // It does not come back with the end of the consent.
    alice.revoke().await.expect(200);
    assert_eq!(world.page_state("alice").await.get("ask"), None);
}

#[tokio::test]
async fn who_declines_is_left_alone_and_the_admin_knows() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    let decline = "/api/consent/decline";
    assert_eq!(alice.post(decline).await.problem(404), "not-asked");
    ada.ask(&[ALICE], "Please.").await.expect(200);
    world.clock.advance_seconds(1);
    alice.post(decline).await.expect(204);
    world.clock.advance_seconds(1);
    // A second time changes nothing.
    alice.post(decline).await.expect(204);
    assert_eq!(world.page_state("alice").await.get("ask"), None);
    let asks = ada.get(ASKS).await.expect(200)["items"].take();
    assert_eq!(asks[0]["declinedAt"], "2026-11-22T08:00:01Z");
    assert_eq!(alice.consent().await["state"], "none");

    // She can be asked again, and change her mind without that.
    world.clock.advance_seconds(1);
    ada.ask(&[ALICE], "Once more.").await.expect(200);
    let ask = world.page_state("alice").await["ask"].take();
    assert_eq!(ask["note"], "Once more.");
    alice.post(decline).await.expect(204);
    alice.allow("read", 7).await.expect(201);
    assert_eq!(ada.get(ASKS).await.expect(200)["items"], json!([]));
    assert_eq!(alice.post(decline).await.problem(404), "not-asked");
}

#[tokio::test]
async fn who_has_consented_or_cannot_is_not_asked() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    alice.allow("read", 7).await.expect(201);
    let before = world.table().await;
    let app = world.as_person("onbehalf").account_id();
    let nobody = "712020:nobody";
    let people = [ALICE, DORA, CARL, CLEO, &app, nobody];
    let asked = ada.ask(&people, "Please.").await.expect(200);
    assert_eq!(asked["asked"], 0);
    let mut not: Vec<_> = asked["not"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["accountId"].as_str().unwrap(),
                it["code"].as_str().unwrap(),
            )
        })
        .collect();
    let mut expected = [
        (ALICE, "has-consented"),
        (DORA, "account-inactive"),
        (CARL, "account-is-customer"),
        (CLEO, "account-closed"),
        (&*app, "account-is-app"),
        (nobody, "account-unknown"),
    ];
    not.sort_unstable();
    expected.sort_unstable();
    assert_eq!(not, expected);
    assert!(world.table().await == before, "nothing is kept about them");
    let users = Fault::on("POST", "/wiki/api/v2/users-bulk").respond(500, Value::Null);
    world.site.faults().add(users);
    assert_eq!(ada.ask(&[ADA], "").await.problem(503), "unavailable");
    world.site.faults().clear();

    let many: Vec<_> = (0..51).map(|number| number.to_string()).collect();
    for wrong in [
        json!({"accounts": []}),
        json!({"accounts": many}),
        json!({"accounts": ["a#b"]}),
        json!({"accounts": [ADA], "note": "x".repeat(501)}),
        json!({"accounts": [ADA], "access": "read"}),
        json!({"note": "Please."}),
    ] {
        let reply = ada.send(Method::POST, ASKS, &wrong).await;
        assert_eq!(reply.problem(422), "unacceptable", "{wrong:.60}");
    }
    assert!(world.table().await == before);
    // Whose consent has ended can be asked anew; a note is no must.
    alice.revoke().await.expect(200);
    let wish = json!({"accounts": [ALICE, ALICE], "note": " "});
    let asked = ada.send(Method::POST, ASKS, &wish).await.expect(200);
    assert_eq!(asked["asked"], 1);
    assert_eq!(world.page_state("alice").await["ask"].get("note"), None);
}

#[tokio::test]
async fn an_ask_can_be_taken_back_and_asks_are_listed_newest_first() {
    let world = World::start().await;
    let ada = world.as_person("ada");
    ada.ask(&[ALICE], "First.").await.expect(200);
    world.clock.advance_seconds(1);
    ada.ask(&[ADA], "Second.").await.expect(200);
    let asks = ada.get(ASKS).await.expect(200)["items"].take();
    let notes: Vec<_> = asks
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["note"])
        .collect();
    assert_eq!(notes, ["Second.", "First."]);
    world.clock.advance_seconds(1);
    let path = format!("{ASKS}/{ALICE}");
    ada.delete(&path).await.expect(204);
    assert_eq!(world.page_state("alice").await.get("ask"), None);
    let before = world.table().await;
    for path in [
        &path,
        &format!("{ASKS}/712020:nobody"),
        &format!("{ASKS}/a%23b"),
    ] {
        assert_eq!(ada.delete(path).await.problem(404), "not-asked", "{path}");
    }
    assert!(world.table().await == before);
    let entries = ada.all("/api/admin/audit").await;
    assert_eq!(
        kinds(&entries),
        ["tookBackAsk", "askedForConsent", "askedForConsent"]
    );
    assert_eq!(entries[0]["person"]["accountId"], ALICE);
}

#[tokio::test]
async fn an_admin_can_never_consent_for_somebody() {
    let world = World::start().await;
    let (alice, ada) = (world.as_person("alice"), world.as_person("ada"));
    ada.ask(&[ALICE], "Please.").await.expect(200);
    let before = world.table().await;
    let consent = json!({"access": "read", "days": 7, "notice": NOTICE});
    let mut named = consent.clone();
    named["accountId"] = json!(ALICE);
    assert_eq!(
        ada.put("/api/consent", &named).await.problem(422),
        "unacceptable"
    );
    let of_alice = format!("/api/admin/consents/{ALICE}");
    let paths = [
        of_alice.clone(),
        "/api/admin/consents".to_owned(),
        format!("{of_alice}/grant"),
        format!("{of_alice}/revoke"),
        format!("/api/consent/{ALICE}"),
        format!("{ASKS}/{ALICE}"),
    ];
    for path in &paths {
        for method in [Method::PUT, Method::POST, Method::PATCH] {
            let reply = ada.send(method.clone(), path, &consent).await;
            let refused = [404, 405, 422].contains(&reply.status);
            assert!(refused, "{method} {path}: {}", reply.text());
        }
    }
    // Nor as her: her name in a token of Ada's is signed by nobody.
    let mint = world.site.mint(&world.installation());
    let forged = mint
        .context("ada")
        .claim("sub", ALICE)
        .secret("no secret of this site, but long");
    let request = world.request(Method::PUT, "/api/consent").json(&consent);
    let request = request.header("authorization", forged.authorization());
    assert_eq!(world.send(request).await.problem(401), "not-proved");
    // Nor does she decline for her.
    let reply = ada.post("/api/consent/decline").await;
    assert_eq!(reply.problem(404), "not-asked");
    assert!(world.table().await == before);
    assert_eq!(alice.consent().await["state"], "none");
}
