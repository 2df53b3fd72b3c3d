//! Faults do to calls what they say, and tests can wait for them.

use crate::support::World;
use confluence_simulator::{AccountState, Fault, people};
use serde_json::{Value, json};

const CONTENT: &str = "/wiki/rest/api/content";

fn page(title: &str) -> Value {
    json!({"type": "page", "title": title, "space": {"key": "TEAM"}})
}

#[tokio::test]
async fn an_answer_is_replaced_for_as_many_calls_as_said() {
    let world = World::new().await;
    let fault = Fault::on("POST", "/oauth2/token")
        .respond(503, json!({"error": "temporarily_unavailable"}))
        .once();
    let fault = world.site.faults().add(fault);
    let alice = world.assertion(people::ALICE);
    assert_eq!(world.exchange(&alice, None).await.0, 503);
    assert_eq!(world.exchange(&alice, None).await.0, 200);
    assert_eq!(fault.hits(), 1);
    assert_eq!(world.site.calls().all()[0].fault, Some(fault.id));
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back() {
    let world = World::new().await;
    world
        .site
        .faults()
        .add(Fault::on("GET", "/wiki/rest/*").too_many_requests(7));
    let url = format!("{}/rest/api/user/current", world.site.base_url());
    let response = world.http.get(url).send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (429, &"7".parse().unwrap())
    );
}

#[tokio::test]
async fn a_reset_leaves_the_caller_without_an_answer() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    world
        .site
        .faults()
        .add(Fault::on("POST", CONTENT).reset().once());
    let request = world
        .http
        .post(format!("{}/rest/api/content", world.site.base_url()))
        .bearer_auth(&token);
    let request = request.json(&page("Lost"));
    let error = request.try_clone().unwrap().send().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert!(
        !world
            .site
            .contents()
            .iter()
            .any(|content| content.title == "Lost")
    );
    assert_eq!(world.site.calls().as_user(people::ALICE)[0].status, None);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_work() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    world
        .site
        .faults()
        .add(Fault::on("POST", CONTENT).reset().after());
    let request = world
        .http
        .post(format!("{}/rest/api/content", world.site.base_url()))
        .bearer_auth(&token);
    request.json(&page("Done")).send().await.unwrap_err();
    assert!(
        world
            .site
            .contents()
            .iter()
            .any(|content| content.title == "Done")
    );
}

#[tokio::test]
async fn what_happens_while_a_call_is_held_counts() {
    let world = World::new().await;
    let token = world.access_token(people::ALICE, None).await;
    let held = world.site.faults().add(Fault::on("POST", CONTENT).hold());
    let call = world.call_as_user(&token, "POST", "/rest/api/content", Some(page("Late")));
    let meanwhile = async {
        held.arrived().await;
        world
            .site
            .people()
            .set_state("alice", AccountState::Inactive)
            .unwrap();
        held.release();
    };
    let ((status, _), ()) = tokio::join!(call, meanwhile);
    assert_eq!(status, 401);
}

#[tokio::test]
async fn removing_a_fault_lets_go_of_what_it_holds() {
    let world = World::new().await;
    let held = world
        .site
        .faults()
        .add(Fault::on("GET", "/install-keys/*").hold().after());
    let call = world
        .http
        .get(format!("{}/x", world.site.install_keys_url()))
        .send();
    let meanwhile = async {
        held.arrived().await;
        world.site.faults().clear();
    };
    let (response, ()) = tokio::join!(call, meanwhile);
    assert_eq!(response.unwrap().status(), 404);
}
