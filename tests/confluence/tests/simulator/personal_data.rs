//! Reports of the accounts of which apps keep personal data.

use crate::support::World;
use confluence_simulator::{Fault, PersonChange, ReportStatus, people};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

const PATH: &str = "/rest/atlassian-connect/latest/report-accounts";

#[tokio::test]
async fn data_of_closed_accounts_must_go() {
    let world = World::new().await;
    let now = world.site.clock().now();
    let both = json!({"accounts": [account(people::ALICE, now), account(people::CLEO, now)]});
    let closed = json!({"accounts": [{"accountId": people::CLEO, "status": "closed"}]});
    assert_eq!(report(&world, &both).await, (200, closed));
    let alice = json!({"accounts": [account(people::ALICE, now)]});
    assert_eq!(report(&world, &alice).await.0, 204);
    let unknown = json!({"accounts": [account("712020:never-seen", now)]});
    assert_eq!(report(&world, &unknown).await.0, 204);
}

#[tokio::test]
async fn data_from_before_a_change_must_be_refreshed() {
    let world = World::new().await;
    let clock = world.site.clock();
    clock.freeze();
    let old = clock.now();
    let status = async |had_at| {
        let body = json!({"accounts": [account(people::ALICE, had_at)]});
        report(&world, &body).await.1["accounts"][0]["status"].clone()
    };
    assert_eq!(status(old).await, Value::Null);

    clock.advance(SignedDuration::from_secs(60));
    world.site.people().mark_updated("alice").unwrap();
    let changed = clock.now();
    assert_eq!(status(old).await, "updated");
    assert_eq!(status(changed).await, "updated", "it may be from before");
    assert_eq!(status(old).await, "updated", "until there is newer data");
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(status(clock.now()).await, Value::Null);

    let renamed = PersonChange {
        display_name: Some("Alice Newname".to_owned()),
        ..PersonChange::default()
    };
    let refreshed = clock.now();
    world.site.people().change("alice", &renamed).unwrap();
    assert_eq!(status(refreshed).await, "updated");
    assert!(world.site.people().mark_updated("eve").is_err());
}

#[tokio::test]
async fn a_report_says_each_account_once() {
    let world = World::new().await;
    let now = world.site.clock().now();
    let many = |count: usize| {
        let accounts: Vec<_> = (0..count)
            .map(|number| account(&format!("712020:{number}"), now))
            .collect();
        json!({ "accounts": accounts })
    };
    assert_eq!(report(&world, &many(90)).await.0, 204);
    world.site.reports().clear();
    for (what, body) in [
        ("too many", many(91)),
        ("none", many(0)),
        (
            "the same twice",
            json!({"accounts": [account(people::ALICE, now), account(people::ALICE, now)]}),
        ),
        (
            "no account",
            json!({"accounts": [account("unknown user", now)]}),
        ),
        (
            "no time",
            json!({"accounts": [{"accountId": people::ALICE}]}),
        ),
        ("no accounts", json!({})),
    ] {
        let (status, answer) = report(&world, &body).await;
        assert_eq!(status, 400, "{what}");
        for field in ["errorType", "errorMessage"] {
            assert!(answer[field].is_string(), "{what}: {answer}");
        }
    }
    assert!(world.site.reports().all().is_empty());
}

#[tokio::test]
async fn reports_are_on_record_by_account() {
    let world = World::new().await;
    let now = world.site.clock().now();
    let body = json!({"accounts": [account(people::ALICE, now), account(people::CLEO, now)]});
    report(&world, &body).await;
    let cleo = world
        .site
        .reports()
        .filter(|report| report.account_id == people::CLEO);
    assert_eq!(
        (cleo.len(), cleo[0].updated_at, cleo[0].status),
        (1, now, Some(ReportStatus::Closed))
    );
    let (_, alice) = world
        .control(
            "GET",
            &format!("/reports?accountId={}", people::ALICE),
            None,
        )
        .await;
    assert_eq!(
        (
            &alice[0]["appKey"],
            &alice[0]["updatedAt"],
            alice[0].get("status")
        ),
        (&json!("fake-app"), &json!(now), None)
    );
    assert_eq!(world.control("DELETE", "/reports", None).await.0, 204);
    assert_eq!(world.control("GET", "/reports", None).await.1, json!([]));
}

#[tokio::test]
async fn the_cycle_is_told_with_every_answer() {
    let world = World::new().await;
    let cycle = async || {
        let body = json!({"accounts": [account(people::ALICE, world.site.clock().now())]});
        let request = world.http.post(format!("{}{PATH}", world.site.base_url()));
        let authorization = world.app_token("POST", PATH).authorization();
        let response = request.header("authorization", authorization).json(&body);
        response.send().await.unwrap().headers()["cycle-period"].clone()
    };
    assert_eq!(cycle().await, "7 Days");
    world.site.set_report_cycle(25);
    assert_eq!(cycle().await, "25 Days");
    let shorter = Some(json!({"days": 3}));
    assert_eq!(world.control("PUT", "/report-cycle", shorter).await.0, 200);
    assert_eq!(cycle().await, "3 Days");
    world.site.reset();
    assert_eq!(cycle().await, "7 Days");
}

#[tokio::test]
async fn a_fault_answers_anything() {
    let world = World::new().await;
    let wiki_path = format!("/wiki{PATH}");
    let strangers = json!({"accounts": [{"accountId": "712020:stranger", "status": "closed"}]});
    let fault = Fault::on("POST", &wiki_path);
    world
        .site
        .faults()
        .add(fault.respond(200, strangers.clone()).times(1));
    let fault = Fault::on("POST", &wiki_path);
    world
        .site
        .faults()
        .add(fault.too_many_requests(60).times(1));
    let body = json!({"accounts": [account(people::ALICE, world.site.clock().now())]});
    assert_eq!(report(&world, &body).await, (200, strangers));
    assert_eq!(report(&world, &body).await.0, 429);
    assert!(world.site.reports().all().is_empty());
    assert_eq!(report(&world, &body).await.0, 204);
}

async fn report(world: &World, body: &Value) -> (u16, Value) {
    let authorization = world.app_token("POST", PATH).authorization();
    world
        .call("POST", PATH, &authorization, Some(body.clone()))
        .await
}

fn account(account_id: &str, updated_at: Timestamp) -> Value {
    json!({"accountId": account_id, "updatedAt": updated_at})
}
