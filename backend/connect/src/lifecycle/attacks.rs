//! Lifecycle tokens that have to be refused, and the few that have to be accepted.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use http::Method;
use serde_json::{Value, json};

use super::*;
use crate::testing::{
    ACCOUNT, NOW, OTHER_RSA, RSA, Tenant, broken_host, client, part, serve, signed_with_hmac, with,
};
use crate::{PageToken, UnverifiedToken};

const BASE_URL: &str = "https://app.example.com/connect";

/// A verifier, and how often its host of keys was asked.
struct Setup {
    verifier: LifecycleVerifier,
    asked: Arc<AtomicUsize>,
}

impl Setup {
    /// The host knows the key `key-1`, and no other.
    async fn new() -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let router = Router::new().fallback(move |uri: axum::http::Uri| {
            counter.fetch_add(1, Ordering::SeqCst);
            async move {
                if uri.path() == "/key-1" {
                    (StatusCode::OK, RSA.public_pem())
                } else {
                    (StatusCode::NOT_FOUND, String::new())
                }
            }
        });
        let url = serve(router).await;
        Self {
            verifier: verifier(InstallKeys::new(url, vec![], client())),
            asked,
        }
    }

    async fn verify(&self, token: &str) -> Result<LifecycleToken, LifecycleError> {
        self.verifier.verify(token, &request(), NOW).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn verifier(keys: InstallKeys) -> LifecycleVerifier {
    LifecycleVerifier::new(
        BaseUrl::parse(BASE_URL).unwrap(),
        AppKey::new("com.example.app").unwrap(),
        AllowedHosts::atlassian_cloud(),
        keys,
    )
}

/// The hash of the request that the tokens belong to.
fn request() -> Qsh {
    Qsh::of(
        &Method::POST,
        "/connect/lifecycle/installed?user_key=a",
        "/connect",
    )
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "RS256", "kid": "key-1"})
}

fn claims() -> Value {
    with(
        Tenant::new("tenant-1").claims_for(&request()),
        json!({"aud": [BASE_URL], "context": null}),
    )
}

fn body() -> Value {
    json!({
        "key": "com.example.app",
        "clientKey": "tenant-1",
        "eventType": "installed",
        "baseUrl": "https://example.atlassian.net/wiki",
        "sharedSecret": "a secret of decent length, as it comes",
    })
}

#[tokio::test]
async fn a_true_callback_is_accepted_and_its_body_is_read() {
    let setup = Setup::new().await;
    let signed = RSA.sign(&header(), &claims());
    let token = setup.verify(&signed).await.unwrap();
    assert_eq!(token.client_key().as_str(), "tenant-1");
    assert_eq!(token.account_id().unwrap().as_str(), ACCOUNT);
    assert_eq!(
        (token.issued_at(), token.expires_at()),
        (NOW, NOW.plus(180))
    );

    let installed = token.installed(body().to_string().as_bytes()).unwrap();
    assert_eq!(installed.client_key.as_str(), "tenant-1");
    assert_eq!(
        installed.shared_secret.expose(),
        "a secret of decent length, as it comes"
    );
    let uninstalled = with(
        body(),
        json!({"eventType": "uninstalled", "sharedSecret": null}),
    );
    assert!(
        token
            .uninstalled(uninstalled.to_string().as_bytes())
            .is_ok()
    );

    // The body of another tenant under this one's token: this is how an installation would be taken over.
    let other = with(body(), json!({"clientKey": "tenant-2"}));
    assert_eq!(
        token.installed(other.to_string().as_bytes()).unwrap_err(),
        PayloadError::ClientKey
    );
    assert_eq!(
        token.uninstalled(other.to_string().as_bytes()).unwrap_err(),
        PayloadError::ClientKey
    );
}

#[tokio::test]
async fn a_replay_can_be_told_by_its_fingerprint() {
    let setup = Setup::new().await;
    let first = RSA.sign(&header(), &claims());
    let second = RSA.sign(&header(), &with(claims(), json!({"iat": NOW.get() - 1})));
    let fingerprint = setup.verify(&first).await.unwrap().fingerprint().to_owned();
    assert_eq!(
        setup.verify(&first).await.unwrap().fingerprint(),
        fingerprint
    );
    assert_ne!(
        setup.verify(&second).await.unwrap().fingerprint(),
        fingerprint
    );
    assert_eq!(fingerprint.len(), 64);
}

#[tokio::test]
async fn claims_that_are_wrong() {
    let setup = Setup::new().await;
    let now = NOW.get();
    for (changes, refusal) in [
        (json!({"aud": null}), TokenError::Missing("aud")),
        (
            json!({"aud": "https://other.example.com"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": "https://app.example.com"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": "https://app.example.com/connect/more"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": "https://app.example.com/connect//"}),
            TokenError::Audience,
        ),
        (
            json!({"aud": "HTTPS://app.example.com/connect"}),
            TokenError::Audience,
        ),
        (json!({"aud": ""}), TokenError::Audience),
        (json!({"aud": []}), TokenError::Audience),
        (
            json!({"aud": [BASE_URL, "https://other.example.com"]}),
            TokenError::Audience,
        ),
        (json!({"aud": [BASE_URL, BASE_URL]}), TokenError::Audience),
        (json!({"aud": {"url": BASE_URL}}), TokenError::Claims),
        (json!({"iss": null}), TokenError::Missing("iss")),
        (json!({"iss": "a b"}), TokenError::Issuer),
        (json!({"exp": null}), TokenError::Missing("exp")),
        (json!({"exp": "2000000000"}), TokenError::Claims),
        (
            json!({"exp": now - 3, "iat": now - 60}),
            TokenError::Expired,
        ),
        (json!({"exp": now + 86_400}), TokenError::Lifetime),
        (json!({"iat": null}), TokenError::Missing("iat")),
        (json!({"iat": now + 4}), TokenError::TooEarly),
        (json!({"qsh": null}), TokenError::Missing("qsh")),
        (json!({"qsh": "context-qsh"}), TokenError::ContextToken),
        (
            json!({"qsh": Qsh::of(&Method::POST, "/lifecycle/uninstalled", "").as_str()}),
            TokenError::OtherRequest,
        ),
        (
            json!({"qsh": Qsh::of(&Method::GET, "/lifecycle/installed?user_key=a", "").as_str()}),
            TokenError::OtherRequest,
        ),
        (
            json!({"qsh": Qsh::of(&Method::POST, "/lifecycle/installed", "").as_str()}),
            TokenError::OtherRequest,
        ),
        (json!({"sub": "unknown"}), TokenError::Subject),
    ] {
        let token = RSA.sign(&header(), &with(claims(), changes.clone()));
        assert_eq!(
            setup.verify(&token).await.unwrap_err(),
            refusal.into(),
            "{changes}"
        );
    }
    assert_eq!(
        setup.asked(),
        0,
        "no key is fetched for claims that are wrong as they stand"
    );

    for changes in [
        json!({"aud": BASE_URL}),
        json!({"aud": format!("{BASE_URL}/")}),
        json!({"aud": [format!("{BASE_URL}/")]}),
        json!({"sub": null}),
        json!({"exp": now - 2, "iat": now - 60}),
        json!({"iat": now + 3}),
    ] {
        let token = RSA.sign(&header(), &with(claims(), changes.clone()));
        assert!(setup.verify(&token).await.is_ok(), "{changes}");
    }
}

#[tokio::test]
async fn headers_that_are_wrong() {
    let setup = Setup::new().await;
    for (changes, refusal) in [
        (json!({"kid": null}), TokenError::KeyId),
        (json!({"kid": ""}), TokenError::KeyId),
        (json!({"kid": 1}), TokenError::Malformed),
        (json!({"kid": ".."}), TokenError::KeyId),
        (json!({"kid": "../key-1"}), TokenError::KeyId),
        (json!({"kid": "x/../key-1"}), TokenError::KeyId),
        (json!({"kid": "key-1?x"}), TokenError::KeyId),
        (json!({"kid": "key-1#x"}), TokenError::KeyId),
        (json!({"kid": "%6bey-1"}), TokenError::KeyId),
        (json!({"kid": "//evil.example/key-1"}), TokenError::KeyId),
        (
            json!({"kid": "https://evil.example/key-1"}),
            TokenError::KeyId,
        ),
        (json!({"kid": "@evil.example"}), TokenError::KeyId),
        (json!({"kid": "key-1\n"}), TokenError::KeyId),
        (json!({"alg": "none"}), TokenError::Algorithm),
        (json!({"alg": "HS256"}), TokenError::Algorithm),
        (json!({"alg": "RS384"}), TokenError::Algorithm),
        (json!({"alg": "PS256"}), TokenError::Algorithm),
        (json!({"alg": null}), TokenError::Malformed),
        (json!({"crit": ["b64"]}), TokenError::Extension),
    ] {
        let token = RSA.sign(&with(header(), changes.clone()), &claims());
        assert_eq!(
            setup.verify(&token).await.unwrap_err(),
            refusal.into(),
            "{changes}"
        );
    }
    assert_eq!(
        setup.asked(),
        0,
        "no key is fetched for a header that is wrong"
    );

    // Keys and their addresses that a token brings along are not looked at.
    for changes in [
        json!({"jku": "https://evil.example/keys"}),
        json!({"x5u": "https://evil.example/cert"}),
    ] {
        assert!(
            setup
                .verify(&RSA.sign(&with(header(), changes.clone()), &claims()))
                .await
                .is_ok()
        );
        let forged = OTHER_RSA.sign(&with(header(), changes), &claims());
        assert_eq!(
            setup.verify(&forged).await.unwrap_err(),
            TokenError::Signature.into()
        );
    }
}

#[tokio::test]
async fn signatures_that_are_wrong() {
    let setup = Setup::new().await;
    let token = RSA.sign(&header(), &claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let other_tenant = with(claims(), json!({"iss": "tenant-2"}));
    let hs256 = json!({"typ": "JWT", "alg": "HS256", "kid": "key-1"});

    for (what, token, refusal) in [
        (
            "another key",
            OTHER_RSA.sign(&header(), &claims()),
            TokenError::Signature,
        ),
        ("no signature", format!("{message}."), TokenError::Signature),
        (
            "another's claims",
            format!("{}.{}.{signature}", part(&header()), part(&other_tenant)),
            TokenError::Signature,
        ),
        ("padding", format!("{token}="), TokenError::Malformed),
        // Algorithm confusion: the public key, which everybody has, taken as the secret of an HMAC.
        (
            "the public key as a secret",
            signed_with_hmac(&hs256, RSA.public_pem().as_bytes(), &claims()),
            TokenError::Algorithm,
        ),
        (
            "the same, under the right algorithm's name",
            signed_with_hmac(&header(), RSA.public_pem().as_bytes(), &claims()),
            TokenError::Signature,
        ),
        (
            "the shared secret",
            Tenant::new("tenant-1").sign(&claims()),
            TokenError::Algorithm,
        ),
        (
            "alg none",
            format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims())),
            TokenError::Algorithm,
        ),
        ("garbage", "garbage".to_owned(), TokenError::Malformed),
        ("nothing", String::new(), TokenError::Malformed),
        (
            "four parts",
            format!("{token}.{signature}"),
            TokenError::Malformed,
        ),
    ] {
        assert_eq!(
            setup.verify(&token).await.unwrap_err(),
            refusal.into(),
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_unknown_key_is_a_refusal_and_an_unreachable_host_is_not() {
    let setup = Setup::new().await;
    let unknown = RSA.sign(&with(header(), json!({"kid": "key-2"})), &claims());
    let error = setup.verify(&unknown).await.unwrap_err();
    assert_eq!(
        error,
        InstallKeyError::Unknown(Kid::new("key-2").unwrap()).into()
    );
    assert!(!error.is_temporary());

    let verifier = verifier(InstallKeys::new(broken_host().await, vec![], client()));
    let token = RSA.sign(&header(), &claims());
    let error = verifier.verify(&token, &request(), NOW).await.unwrap_err();
    assert!(
        matches!(
            error,
            LifecycleError::Key(InstallKeyError::Unavailable { .. })
        ),
        "{error}"
    );
    assert!(error.is_temporary());
    assert!(!LifecycleError::from(TokenError::Expired).is_temporary());
}

#[tokio::test]
async fn enabled_and_disabled_are_read_through_a_webhook_token() {
    let setup = Setup::new().await;
    let tenant = Tenant::new("tenant-1");
    let qsh = Qsh::of(&Method::POST, "/connect/lifecycle/enabled", "/connect");
    let token = UnverifiedToken::parse(&tenant.sign(&tenant.claims_for(&qsh))).unwrap();
    let token = WebhookToken::verify(&token, tenant.secret(), &qsh, NOW).unwrap();
    let body = |changes| with(with(body(), json!({"sharedSecret": null})), changes).to_string();

    let enabled = setup
        .verifier
        .enabled(&token, body(json!({"eventType": "enabled"})).as_bytes())
        .unwrap();
    assert_eq!(enabled.client_key.as_str(), "tenant-1");
    let disabled = setup
        .verifier
        .disabled(&token, body(json!({"eventType": "disabled"})).as_bytes())
        .unwrap();
    assert_eq!(disabled.client_key.as_str(), "tenant-1");
    let other = body(json!({"eventType": "enabled", "clientKey": "tenant-2"}));
    assert_eq!(
        setup
            .verifier
            .enabled(&token, other.as_bytes())
            .unwrap_err(),
        PayloadError::ClientKey
    );
}

/// What only Atlassian's key may say is not taken from the shared secret, nor the other way round.
#[tokio::test]
async fn the_two_signatures_do_not_stand_in_for_one_another() {
    let setup = Setup::new().await;
    let tenant = Tenant::new("tenant-1");
    // Before signed installs, an install again was signed with the secret of the one before.
    let old_style = tenant.sign(&claims());
    assert_eq!(
        setup.verify(&old_style).await.unwrap_err(),
        TokenError::Algorithm.into()
    );

    let lifecycle = RSA.sign(&header(), &claims());
    assert_eq!(
        UnverifiedToken::parse(&lifecycle).unwrap_err(),
        TokenError::Algorithm
    );
    let mixed = format!(
        "{}.{}",
        part(&json!({"alg": "HS256"})),
        lifecycle.split_once('.').unwrap().1
    );
    let mixed = UnverifiedToken::parse(&mixed).unwrap();
    let refused = PageToken::verify(&mixed, tenant.secret(), &request(), NOW).unwrap_err();
    assert_eq!(refused, TokenError::Signature);
}
