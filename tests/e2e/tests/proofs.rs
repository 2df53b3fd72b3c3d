//! Attacks on who you are: every route that wants a proof, against every way to do without one.

use confluence_simulator::people::ALICE;
use confluence_simulator::{Mint, RsaKey, Signer, Token, qsh};
use http::Method;
use onbehalf_tests::wish::{TEAM_PAGE, comment, wish};
use onbehalf_tests::{NOTICE, Reply, World};
use serde_json::{Value, json};

/// What a route takes as proof.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Proof {
    Page,
    Context,
    Webhook,
    Lifecycle,
}

struct Route {
    method: Method,
    path: &'static str,
    proof: Proof,
    body: Value,
    /// What it answers to whoever may call it.
    answers: u16,
}

/// Where a request carries its token.
#[derive(Clone, Default)]
struct Presented {
    headers: Vec<String>,
    parameters: Vec<String>,
}

/// Ada is an admin, and may take back even her own consent as one.
const REVOKE_ADA: &str = "/api/admin/consents/557058:0f3c9b1a-7c55-4b0e-9d0c-1d1e8a6e2b44/revoke";

const SETTLE: &str = "/api/schedules/daily-note/runs/daily-note.1795000000000/settle";

/// Every route that wants a proof. The order matters only to the honest calls: the last one removes the app.
fn routes(world: &World) -> Vec<Route> {
    let installation = world.installation();
    let callback = |event: &str| {
        json!({
            "key": installation.app_key,
            "clientKey": installation.client_key,
            "oauthClientId": installation.oauth_client_id,
            "sharedSecret": installation.shared_secret,
            "baseUrl": installation.base_url,
            "eventType": event,
        })
    };
    let consent = json!({"access": "readWrite", "days": 30, "notice": NOTICE});
    let schedule = wish("Note", comment(TEAM_PAGE));
    let route = |method, path, proof, answers| Route {
        method,
        path,
        proof,
        body: Value::Null,
        answers,
    };
    let with = |body, route| Route { body, ..route };
    use Proof::{Context, Lifecycle, Page, Webhook};
    vec![
        route(Method::GET, "/consent", Page, 200),
        route(Method::GET, "/admin", Page, 200),
        route(Method::GET, "/api/consent", Context, 200),
        with(consent, route(Method::PUT, "/api/consent", Context, 201)),
        with(
            schedule.clone(),
            route(Method::POST, "/api/schedules", Context, 201),
        ),
        with(
            schedule,
            route(Method::POST, "/api/schedules/preview", Context, 200),
        ),
        route(Method::DELETE, "/api/consent", Context, 200),
        route(Method::GET, "/api/consent/activity", Context, 200),
        route(Method::GET, "/api/consent/receipt", Context, 200),
        with(
            json!({"reason": "Left the team."}),
            route(Method::POST, REVOKE_ADA, Context, 200),
        ),
        route(Method::GET, "/api/schedules", Context, 200),
        route(Method::POST, "/api/schedules/daily-note/run", Context, 202),
        route(Method::GET, "/api/schedules/daily-note/runs", Context, 200),
        // Whose proof is right is told that there is no such run.
        with(
            json!({"done": true}),
            route(Method::POST, SETTLE, Context, 404),
        ),
        with(
            json!({"version": 1, "title": "Mine"}),
            route(Method::PATCH, "/api/schedules/daily-note", Context, 200),
        ),
        route(
            Method::DELETE,
            "/api/schedules/daily-note?version=2",
            Context,
            204,
        ),
        with(
            json!({"userProfile": {"accountId": ALICE}}),
            route(Method::POST, "/webhooks/user_deactivated", Webhook, 204),
        ),
        with(
            json!({"userProfile": {"accountId": ALICE}}),
            route(Method::POST, "/webhooks/user_removed", Webhook, 204),
        ),
        route(Method::POST, "/lifecycle/enabled", Webhook, 204),
        route(Method::POST, "/lifecycle/disabled", Webhook, 204),
        with(
            callback("installed"),
            route(Method::POST, "/lifecycle/installed", Lifecycle, 204),
        ),
        with(
            callback("uninstalled"),
            route(Method::POST, "/lifecycle/uninstalled", Lifecycle, 204),
        ),
    ]
}

impl Proof {
    /// An honest token of this kind for a route.
    fn token(self, mint: &Mint, route: &Route) -> Token {
        match self {
            Self::Page => mint.page("ada", route.path),
            Self::Context => mint.context("ada"),
            Self::Webhook => mint
                .webhook(route.path)
                .claim("sub", "5be24ad8b1653240376955d2"),
            Self::Lifecycle => mint.lifecycle(route.path),
        }
    }

    const ALL: [Self; 4] = [Self::Page, Self::Context, Self::Webhook, Self::Lifecycle];
}

impl Route {
    /// The token where this route looks for it.
    fn present(&self, token: &str) -> Presented {
        match self.proof {
            Proof::Page => Presented::parameter(token),
            _ => Presented::header(format!("JWT {token}")),
        }
    }

    async fn call(&self, world: &World, presented: &Presented) -> Reply {
        let separator = if self.path.contains('?') { '&' } else { '?' };
        let query = match &presented.parameters[..] {
            [] => String::new(),
            tokens => format!("{separator}jwt={}", tokens.join("&jwt=")),
        };
        let mut request = world.request(self.method.clone(), &format!("{}{query}", self.path));
        for header in &presented.headers {
            request = request.header("authorization", header);
        }
        if !self.body.is_null() {
            request = request.json(&self.body);
        }
        world.send(request).await
    }

    /// Attacks that present a token where this route looks for one.
    fn tokens(&self, world: &World, other_client_key: &str) -> Vec<(String, String)> {
        let mint = world.site.mint(&world.installation());
        let now = world.clock.epoch_seconds();
        let honest = || self.proof.token(&mint, self);
        let install_key = world.site.install_key().clone();
        let pem = install_key
            .public_pem()
            .expect("an RSA key can be written as PEM");
        let hash = |method: &str, path: &str| qsh(method, path, "");
        let other_method = if self.method == Method::GET {
            "POST"
        } else {
            "GET"
        };

        let mut attacks: Vec<(String, String)> = vec![
            ("garbage".into(), "garbage".into()),
            ("three garbage parts".into(), "a.b.c".into()),
            ("empty parts".into(), "..".into()),
            ("a long one".into(), "a".repeat(9000)),
        ];
        let mut attack = |name: &str, token: Token| attacks.push((name.into(), token.sign()));
        attack(
            "exp is past",
            honest().claim("iat", now - 200).claim("exp", now - 3),
        );
        attack("no exp", honest().without("exp"));
        attack("exp is text", honest().claim("exp", (now + 60).to_string()));
        attack(
            "exp in ten years",
            honest().claim("exp", now + 10 * 365 * 86_400),
        );
        attack(
            "exp before iat",
            honest().claim("iat", now + 2).claim("exp", now + 1),
        );
        attack("no iat", honest().without("iat"));
        attack("iat in the future", honest().claim("iat", now + 4));
        attack("nbf in the future", honest().claim("nbf", now + 4));
        attack("no iss", honest().without("iss"));
        attack("no qsh", honest().without("qsh"));
        attack("an empty qsh", honest().claim("qsh", ""));
        attack(
            "an unknown critical extension",
            honest().header("crit", json!(["b64"])),
        );
        attack("alg none, unsigned", honest().unsigned());
        for alg in ["none", "None", "NONE", "nOnE", "", "HS512", "ES256"] {
            attack(
                &format!("alg {alg:?} over the signature"),
                honest().header("alg", alg),
            );
        }
        attack(
            "HS256 with the public key of installs",
            honest().signer(Signer::Hs256(pem.clone().into_bytes())),
        );
        attack(
            "HS256 with that key, trimmed",
            honest().signer(Signer::Hs256(pem.trim().as_bytes().to_vec())),
        );
        attack("HS256 with no secret", honest().secret(""));
        attack(
            "HS256 with the clientKey",
            honest().secret(&mint.installation().client_key),
        );
        attack("sub that is no account id", honest().claim("sub", "ada#1"));
        attack("sub is unknown", honest().claim("sub", "unknown"));
        if self.proof == Proof::Lifecycle {
            let secret = &mint.installation().shared_secret;
            attack("HS256 with the shared secret", honest().secret(secret));
            let another = RsaKey::generate().expect("there is randomness");
            attack("another RSA key", honest().signer(Signer::Rs256(another)));
            attack("no kid", honest().without_header("kid"));
        } else {
            let secret = mint.installation().shared_secret.clone().into_bytes();
            attack(
                "another secret",
                honest().secret("another-secret-of-the-right-length"),
            );
            attack("HS384", honest().signer(Signer::Hs384(secret.clone())));
            attack("HS512", honest().signer(Signer::Hs512(secret)));
            attack(
                "RS256",
                honest()
                    .signer(Signer::Rs256(install_key.clone()))
                    .kid(&install_key.kid),
            );
            attack(
                "another tenant's name",
                honest().claim("iss", other_client_key),
            );
            attack("nobody's name", honest().claim("iss", "no-tenant"));
            attack("the app's own name", honest().claim("iss", "onbehalf"));
        }
        if self.proof == Proof::Context {
            attack(
                "qsh of this request",
                honest().claim("qsh", hash(self.method.as_str(), self.path)),
            );
            attack("qsh in capitals", honest().claim("qsh", "CONTEXT-QSH"));
        } else {
            attack(
                "qsh of another method",
                honest().claim("qsh", hash(other_method, self.path)),
            );
            attack(
                "qsh of another path",
                honest().claim("qsh", hash(self.method.as_str(), "/other")),
            );
            let with_query = format!("{}?request=1", self.path);
            attack(
                "qsh of another query",
                honest().claim("qsh", hash(self.method.as_str(), &with_query)),
            );
        }
        for kind in Proof::ALL.into_iter().filter(|kind| *kind != self.proof) {
            attack(
                &format!("a token of kind {kind:?}"),
                kind.token(&mint, self),
            );
        }
        attacks
    }

    /// Attacks with an honest token in the wrong place, or with more than one.
    fn places(&self, world: &World) -> Vec<(String, Presented)> {
        let mint = world.site.mint(&world.installation());
        let token = self.proof.token(&mint, self).sign();
        let right = self.present(&token);
        let wrong = match self.proof {
            Proof::Page => Presented::header(format!("JWT {token}")),
            _ => Presented::parameter(&token),
        };
        let both = |first: &Presented, second: &Presented| Presented {
            headers: [&first.headers[..], &second.headers].concat(),
            parameters: [&first.parameters[..], &second.parameters].concat(),
        };
        let header = |text: String| Presented::header(text);
        let mut attacks = vec![
            ("nothing".to_owned(), Presented::default()),
            ("in the wrong place".to_owned(), wrong.clone()),
            ("in both places".to_owned(), both(&right, &wrong)),
            ("twice".to_owned(), both(&right, &right)),
            (
                "with another beside it".to_owned(),
                both(&right, &self.present("garbage")),
            ),
        ];
        if self.proof != Proof::Page {
            attacks.extend([
                ("as a Bearer".to_owned(), header(format!("Bearer {token}"))),
                ("without a scheme".to_owned(), header(token.clone())),
                (
                    "with a comma".to_owned(),
                    header(format!("JWT {token},JWT {token}")),
                ),
                ("an empty header".to_owned(), header("JWT ".to_owned())),
            ]);
        }
        attacks
    }
}

impl Presented {
    fn header(text: String) -> Self {
        Self {
            headers: vec![text],
            parameters: Vec::new(),
        }
    }

    fn parameter(token: &str) -> Self {
        Self {
            headers: Vec::new(),
            parameters: vec![token.to_owned()],
        }
    }
}

#[tokio::test]
async fn nothing_but_its_own_proof_opens_a_route() {
    let (world, other) = World::with_another_site().await;
    let other_client_key = other.installations()[0].client_key.clone();
    let before = world.table().await;
    let routes = routes(&world);
    let mut tried = 0;
    for route in &routes {
        let tokens = route.tokens(&world, &other_client_key).into_iter();
        let tokens = tokens.map(|(name, token)| (name, route.present(&token)));
        for (name, presented) in tokens.chain(route.places(&world)) {
            let reply = route.call(&world, &presented).await;
            let what = format!("{} {}: {name}", route.method, route.path);
            assert_eq!(reply.status, 401, "{what}: {}", reply.text());
            match route.proof {
                Proof::Page => assert!(reply.text().contains("<h1>"), "{what}"),
                _ => assert_eq!(reply.problem(401), "not-proved", "{what}"),
            }
            tried += 1;
        }
        assert!(
            world.table().await == before,
            "{} {} changed something",
            route.method,
            route.path
        );
    }
    assert!(tried > 450, "only {tried} attacks");
    world.app.idle().await;
    assert!(world.table().await == before);

    // And each route does open with its own, or all of this would prove nothing. A second later: the tokens of now were
    // those that came with the install.
    world.clock.advance_seconds(1);
    let mint = world.site.mint(&world.installation());
    for route in &routes {
        let token = route.proof.token(&mint, route).sign();
        let reply = route.call(&world, &route.present(&token)).await;
        assert_eq!(
            reply.status,
            route.answers,
            "{} {}: {}",
            route.method,
            route.path,
            reply.text()
        );
    }
    assert!(world.table().await != before);
}

#[tokio::test]
async fn the_tokens_of_a_removed_app_open_nothing() {
    let world = World::start().await;
    let routes = routes(&world);
    let mint = world.site.mint(&world.installation());
    world.uninstall().await;
    let before = world.table().await;
    for route in routes
        .iter()
        .filter(|route| route.proof != Proof::Lifecycle)
    {
        let token = route.proof.token(&mint, route).sign();
        let reply = route.call(&world, &route.present(&token)).await;
        assert_eq!(
            reply.status,
            401,
            "{} {}: {}",
            route.method,
            route.path,
            reply.text()
        );
    }
    assert!(world.table().await == before);
}

#[tokio::test]
async fn clocks_may_be_three_seconds_apart_and_no_more() {
    let world = World::start().await;
    let mint = world.site.mint(&world.installation());
    let now = world.clock.epoch_seconds();
    for (iat, exp, status) in [
        (now + 3, now + 60, 200),
        (now + 4, now + 60, 401),
        (now - 60, now - 2, 200),
        (now - 60, now - 3, 401),
    ] {
        let token = mint.context("alice").claim("iat", iat).claim("exp", exp);
        let request = world
            .request(Method::GET, "/api/consent")
            .header("authorization", token.authorization());
        let reply = world.send(request).await;
        assert_eq!(
            reply.status,
            status,
            "iat {:+}, exp {:+}",
            iat - now,
            exp - now
        );
    }
}

#[tokio::test]
async fn a_context_token_serves_one_person_for_its_time_and_not_longer() {
    let world = World::start().await;
    let token = world
        .site
        .mint(&world.installation())
        .context("alice")
        .authorization();
    let get = async || {
        let request = world
            .request(Method::GET, "/api/consent")
            .header("authorization", &token);
        world.send(request).await.status
    };
    assert_eq!(get().await, 200);
    world.clock.advance_seconds(900);
    assert_eq!(get().await, 200, "within the three seconds");
    world.clock.advance_seconds(3);
    assert_eq!(get().await, 401);
}

#[tokio::test]
async fn routes_that_are_not_there_say_so_in_the_same_form() {
    let world = World::start().await;
    assert_eq!(
        world.get("/api/consents").await.problem(404),
        "no-such-route"
    );
    assert_eq!(
        world.get("/lifecycle/installed").await.problem(405),
        "no-such-method"
    );
    let patch = world
        .send(world.request(Method::PATCH, "/api/consent"))
        .await;
    assert_eq!(patch.problem(405), "no-such-method");
    assert_eq!(world.get("/healthz").await.status, 204);
}
