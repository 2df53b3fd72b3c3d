//! Many tenants on one simulator.

use std::time::Duration;

use crate::support::World;
use confluence_simulator::{CrowdOrder, CrowdTenant, Token, qsh};
use serde_json::{Map, Value, json};

fn order(tenants: usize, accounts: usize) -> CrowdOrder {
    CrowdOrder {
        tenants,
        accounts,
        descriptor_url: None,
        announced: false,
    }
}

/// A call of a path below a tenant's base URL.
async fn call(
    world: &World,
    tenant: &CrowdTenant,
    method: &str,
    path: &str,
    authorization: &str,
    body: Option<&Value>,
) -> (u16, Value) {
    let url = format!("{}{path}", tenant.base_url());
    let request = world
        .http
        .request(method.parse().unwrap(), url)
        .header("authorization", authorization);
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

/// The app's own token, signed with this tenant's secret.
fn app_token(world: &World, tenant: &CrowdTenant, method: &str, path: &str) -> String {
    let now = world.site.clock().epoch_seconds();
    let installation = &tenant.installation;
    Token::hs256(&installation.shared_secret, Map::new())
        .claim("iss", installation.app_key.clone())
        .claim("aud", json!([installation.client_key]))
        .claim("iat", now)
        .claim("exp", now + 180)
        .claim("qsh", qsh(method, path, ""))
        .authorization()
}

fn assertion(world: &World, tenant: &CrowdTenant, account_id: &str) -> Token {
    let client_id = &tenant.installation.oauth_client_id;
    let client_id = format!("urn:atlassian:connect:clientid:{client_id}");
    world
        .assertion(account_id)
        .secret(&tenant.installation.shared_secret)
        .claim("iss", client_id)
        .claim("tnt", tenant.base_url())
}

async fn access_token(world: &World, tenant: &CrowdTenant, account_id: &str) -> String {
    let (status, body) = world
        .exchange(&assertion(world, tenant, account_id), None)
        .await;
    assert_eq!(status, 200, "{body}");
    format!("Bearer {}", body["access_token"].as_str().unwrap())
}

fn page(space_id: &str) -> Value {
    json!({"spaceId": space_id, "status": "current", "title": "One",
           "body": {"representation": "storage", "value": "<p/>"}})
}

#[tokio::test]
async fn accounts_are_spread_evenly_and_nobody_is_twice() {
    let world = World::new().await;
    let crowd = world.site.crowd(&order(3, 8)).await.unwrap();
    let shares: Vec<_> = crowd.iter().map(|tenant| tenant.accounts.len()).collect();
    assert_eq!(shares, [3, 3, 2]);
    let mut more = world.site.crowd(&order(1, 1)).await.unwrap();
    more.extend(crowd);
    let distinct = |of: &dyn Fn(&CrowdTenant) -> Vec<String>| {
        let all: Vec<_> = more.iter().flat_map(of).collect();
        let set: std::collections::BTreeSet<_> = all.iter().cloned().collect();
        (all.len(), set.len())
    };
    let accounts = |tenant: &CrowdTenant| {
        let ids = tenant.accounts.iter();
        ids.map(|account| account.account_id.clone()).collect()
    };
    assert_eq!(distinct(&accounts), (9, 9));
    assert_eq!(
        distinct(&|tenant| vec![tenant.installation.client_key.clone()]),
        (4, 4)
    );
    assert_eq!(
        distinct(&|tenant| vec![tenant.base_url().to_owned()]),
        (4, 4)
    );
    assert!(world.site.crowd(&order(0, 1)).await.is_err());
}

#[tokio::test]
async fn each_tenant_is_a_site_of_its_own() {
    let world = World::new().await;
    let crowd = world.site.crowd(&order(2, 2)).await.unwrap();
    let [one, other] = &crowd[..] else { panic!() };
    let me = &one.accounts[0];
    let token = access_token(&world, one, &me.account_id).await;

    let body = page(&me.space_id);
    let path = "/api/v2/pages";
    let (status, made) = call(&world, one, "POST", path, &token, Some(&body)).await;
    assert_eq!((status, &made["authorId"]), (200, &json!(me.account_id)));
    assert_eq!(made["_links"]["base"], one.base_url());
    assert_eq!((one.contents().len(), other.contents().len()), (2, 1));
    assert_eq!(
        (
            one.calls().as_user(&me.account_id).len(),
            other.calls().all().len()
        ),
        (1, 0)
    );
    assert!(world.site.calls().as_user(&me.account_id).is_empty());

    // Neither another tenant nor the simulator's own site knows the token.
    assert_eq!(
        call(&world, other, "POST", path, &token, Some(&body))
            .await
            .0,
        401
    );
    assert_eq!(
        world.call("GET", "/api/v2/spaces", &token, None).await.0,
        401
    );

    // Its secret opens nothing elsewhere, neither for its people nor for the app.
    for (what, forged) in [
        (
            "another tenant's account",
            assertion(&world, one, &other.accounts[0].account_id),
        ),
        (
            "another tenant's URL",
            assertion(&world, one, &me.account_id).claim("tnt", other.base_url()),
        ),
    ] {
        assert_eq!(world.exchange(&forged, None).await.0, 400, "{what}");
    }
    let forged = assertion(&world, one, &me.account_id).secret(&other.installation.shared_secret);
    assert_eq!(world.exchange(&forged, None).await.0, 401);
    let path = "/rest/api/user/current";
    for (secret_of, at, expected) in [(one, one, 200), (one, other, 401), (other, one, 401)] {
        let token = app_token(&world, secret_of, "GET", path);
        assert_eq!(
            call(&world, at, "GET", path, &token, None).await.0,
            expected
        );
    }
    let nowhere = format!("{}/sites/9/wiki{path}", world.site.site_origin());
    assert_eq!(world.http.get(nowhere).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn the_app_is_told_only_if_that_is_ordered() {
    let world = World::new().await;
    let told = || {
        let body = world.app.last("/installed").body;
        body["baseUrl"].as_str().unwrap().to_owned()
    };
    world.site.crowd(&order(2, 2)).await.unwrap();
    assert_eq!(told(), world.site.base_url());
    let announced = CrowdOrder {
        announced: true,
        ..order(1, 1)
    };
    let crowd = world.site.crowd(&announced).await.unwrap();
    assert_eq!(told(), crowd[0].base_url());
    let body = world.app.last("/installed").body;
    assert_eq!(body["clientKey"], crowd[0].installation.client_key);
    assert_eq!(body["sharedSecret"], crowd[0].installation.shared_secret);

    world.app.answer(500);
    assert!(world.site.crowd(&announced).await.is_err());
}

#[tokio::test]
async fn one_tenant_is_near_its_limit_and_another_is_not() {
    let world = World::new().await;
    world.site.clock().freeze();
    let crowd = world.site.crowd(&order(2, 2)).await.unwrap();
    let [near, far] = &crowd[..] else { panic!() };
    let own = format!("/limits/{}", near.installation.client_key);
    let (status, _) = world
        .control("PUT", &own, Some(json!({"pointsPerHour": 6})))
        .await;
    assert_eq!(status, 200);
    let path = "/rest/api/user/current";
    let get = async |tenant: &CrowdTenant| {
        let url = format!("{}{path}", tenant.base_url());
        let token = app_token(&world, tenant, "GET", path);
        let request = world.http.get(url).header("authorization", token);
        let response = request.send().await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map(|value| value.to_str().unwrap().to_owned())
        };
        (
            response.status().as_u16(),
            header("x-ratelimit-nearlimit").unwrap(),
            header("ratelimit-reason"),
        )
    };
    // A user costs three points.
    assert_eq!(get(near).await, (200, "false".into(), None));
    assert_eq!(get(near).await, (200, "true".into(), None));
    assert_eq!(
        get(near).await,
        (
            429,
            "true".into(),
            Some("confluence-quota-tenant-based".into())
        )
    );
    assert_eq!(get(far).await, (200, "false".into(), None));
    assert_eq!(world.control("DELETE", &own, None).await.0, 204);
    assert_eq!(get(near).await, (200, "false".into(), None));
}

#[tokio::test]
async fn a_crowd_is_made_and_counted_over_the_control_api() {
    let world = World::new().await;
    let (status, crowd) = world
        .control("POST", "/crowd", Some(json!({"tenants": 2, "accounts": 2})))
        .await;
    assert_eq!(status, 201, "{crowd}");
    let base_url = format!("{}/sites/1/wiki", world.site.site_origin());
    assert_eq!(crowd[0]["baseUrl"], base_url);
    for field in ["clientKey", "sharedSecret", "oauthClientId"] {
        assert!(crowd[0][field].is_string(), "{field}");
    }
    assert_eq!(crowd[0]["accounts"].as_array().unwrap().len(), 1);

    // Each has a control API of its own, below its own URL.
    let people = format!("{}/sites/1/control/people", world.site.site_origin());
    let people: Value = world
        .http
        .get(people)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(people[0]["accountId"], crowd[0]["accounts"][0]["accountId"]);

    world.site.clear_counts();
    let more = world.site.crowd(&order(1, 1)).await.unwrap();
    let account = &more[0].accounts[0].account_id;
    access_token(&world, &more[0], account).await;
    let token = access_token(&world, &more[0], account).await;
    let path = "/api/v2/pages/1";
    assert_eq!(
        call(&world, &more[0], "GET", path, &token, None).await.0,
        404
    );
    let (_, counts) = world.control("GET", "/counts", None).await;
    assert_eq!(
        counts["exchanges"],
        json!({"byStatus": {"200": 2}, "accounts": 1, "mostForOneAccount": 2})
    );
    let of_page = json!({"method": "GET", "endpoint": "/wiki/api/v2/pages/{id}", "caller": "user",
                         "status": 404, "count": 1});
    assert!(
        counts["calls"].as_array().unwrap().contains(&of_page),
        "{counts}"
    );
}

#[tokio::test]
async fn only_the_last_calls_of_a_tenant_are_kept() {
    let world = World::new().await;
    let crowd = world.site.crowd(&order(1, 1)).await.unwrap();
    let path = "/rest/api/user/current";
    for _ in 0..101 {
        call(&world, &crowd[0], "GET", path, "Bearer nonsense", None).await;
    }
    assert_eq!(crowd[0].calls().all().len(), 100);
    assert_eq!(world.site.counts().calls[0].count, 101);
}

#[tokio::test]
async fn latency_delays_calls_and_is_told() {
    let world = World::new().await;
    world.site.set_latency(Duration::from_millis(1));
    assert_eq!(
        world.control("GET", "/latency", None).await.1,
        json!({"ms": 1})
    );
    let began = std::time::Instant::now();
    let (status, _) = world.get_as_app("/rest/api/user/current").await;
    assert_eq!(status, 200);
    assert!(began.elapsed() >= Duration::from_millis(1));
    let set = world
        .control("PUT", "/latency", Some(json!({"ms": 0})))
        .await;
    assert_eq!(set, (200, json!({"ms": 0})));
}
