use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Uri};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use super::user_token::LONGEST_TOKEN;
use super::*;
use crate::testing::{ACCOUNT, NOW, broken_host, client, serve};
use crate::{AccountId, OauthClientId, Scope, SharedSecret};

/// A request as the endpoint got it.
struct Asked {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
}

/// An endpoint that answers each request alike and remembers them.
async fn endpoint(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> (TokenEndpoint, Arc<Mutex<Vec<Asked>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let remembered = Arc::clone(&asked);
    let mut answer = axum::http::response::Builder::new().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let (parts, ()) = answer.body(()).unwrap().into_parts();
    let bytes = body.into();
    let router = Router::new().fallback(
        move |method: Method, uri: Uri, headers: HeaderMap, body: String| {
            remembered.lock().unwrap().push(Asked {
                method,
                uri,
                headers,
                body,
            });
            let answer =
                axum::response::Response::from_parts(parts.clone(), Body::from(bytes.clone()));
            async move { answer }
        },
    );
    let url = BaseUrl::parse(&serve(router).await.join("/oauth2/token")).unwrap();
    (TokenEndpoint::new(url, client()), asked)
}

fn good_answer() -> Value {
    json!({"access_token": "opaque.user-token_1", "expires_in": 900, "token_type": "Bearer"})
}

async fn ask(endpoint: &TokenEndpoint, scopes: &ScopeSet) -> Result<UserToken, ExchangeError> {
    let assertion = Assertion {
        client_id: &OauthClientId::new("eyJob3N0S2V5IjoiYSJ9").unwrap(),
        shared_secret: &SharedSecret::new("a secret of decent length, as it comes").unwrap(),
        base_url: &BaseUrl::parse("https://example.atlassian.net/wiki").unwrap(),
        account_id: &AccountId::new(ACCOUNT).unwrap(),
    };
    endpoint.exchange(assertion, scopes, NOW).await
}

async fn ask_for(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<UserToken, ExchangeError> {
    let (endpoint, _) = endpoint(status, headers, body).await;
    ask(&endpoint, &ScopeSet::only(Scope::Read)).await
}

#[tokio::test]
async fn what_is_sent() {
    let (endpoint, asked) = endpoint(200, &[], good_answer().to_string()).await;
    ask(&endpoint, &ScopeSet::only(Scope::Write).and(Scope::Read))
        .await
        .unwrap();
    let asked = asked.lock().unwrap().pop().unwrap();

    assert_eq!(
        (asked.method, asked.uri.to_string().as_str()),
        (Method::POST, "/oauth2/token")
    );
    assert_eq!(
        asked.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert_eq!(asked.headers["accept"], "application/json");
    assert!(!asked.headers.contains_key("authorization"));

    let (form, assertion) = asked.body.split_once("&assertion=").unwrap();
    let (assertion, scope) = assertion.split_once('&').unwrap();
    assert_eq!(
        form,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer"
    );
    assert_eq!(scope, "scope=READ+WRITE");

    let header = URL_SAFE_NO_PAD
        .decode(assertion.split('.').next().unwrap())
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(&header).unwrap(),
        json!({"typ": "JWT", "alg": "HS256"})
    );
    let key = DecodingKey::from_secret(b"a secret of decent length, as it comes");
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    validation.set_audience(&[endpoint.url.origin()]);
    let claims = jsonwebtoken::decode::<Value>(assertion, &key, &validation)
        .unwrap()
        .claims;
    assert_eq!(
        claims,
        json!({
            "iss": "urn:atlassian:connect:clientid:eyJob3N0S2V5IjoiYSJ9",
            "sub": format!("urn:atlassian:connect:useraccountid:{ACCOUNT}"),
            "tnt": "https://example.atlassian.net/wiki",
            "aud": endpoint.url.as_str().strip_suffix("/oauth2/token").unwrap(),
            "iat": NOW.get(),
            "exp": NOW.get() + 60,
        })
    );
}

#[test]
fn production_is_the_documented_audience() {
    let endpoint = TokenEndpoint::production(client());
    assert_eq!(endpoint.url.as_str(), PRODUCTION);
    assert_eq!(
        endpoint.url.origin(),
        "https://oauth-2-authorization-server.services.atlassian.com"
    );
}

#[tokio::test]
async fn a_token_is_given() {
    for answer in [
        good_answer(),
        json!({"access_token": "opaque.user-token_1", "expires_in": 900, "token_type": "bearer", "scope": "READ"}),
    ] {
        let token = ask_for(200, &[], answer.to_string()).await.unwrap();
        assert_eq!(
            (token.expose(), token.expires_at()),
            ("opaque.user-token_1", NOW.plus(900))
        );
        assert_eq!(token.authorization(), "Bearer opaque.user-token_1");
        assert!(token.authorization().is_sensitive());
        assert_eq!(
            format!("{token:?}"),
            "UserToken { expires_at: UnixSeconds(1795320900), .. }"
        );

        assert!(token.lasts(0, NOW.plus(899)) && token.lasts(30, NOW.plus(869)));
        assert!(!token.lasts(0, NOW.plus(900)) && !token.lasts(30, NOW.plus(870)));
    }
}

#[test]
fn a_kept_token_is_checked_like_a_new_one() {
    assert!(UserToken::restore("a".repeat(LONGEST_TOKEN), NOW).is_ok());
    for text in [
        String::new(),
        "a b".to_owned(),
        "a\r\nX: y".to_owned(),
        "ä".to_owned(),
        "a".repeat(LONGEST_TOKEN + 1),
    ] {
        assert_eq!(UserToken::restore(text, NOW).unwrap_err(), NotAToken);
    }
}

#[tokio::test]
async fn the_endpoint_refuses() {
    use OauthError::{Absent, InvalidClient, InvalidGrant, Other, UnauthorizedClient};
    let description =
        "The authenticated client is not authorized to use this authorization grant type";
    for (status, body, code, log) in [
        (
            400,
            json!({"error": "unauthorized_client", "error_description": description}).to_string(),
            UnauthorizedClient,
            Some(description),
        ),
        (
            401,
            json!({"error": "invalid_client"}).to_string(),
            InvalidClient,
            None,
        ),
        (
            400,
            json!({"error": "invalid_grant", "error_description": ""}).to_string(),
            InvalidGrant,
            Some(""),
        ),
        (
            403,
            json!({"error": "new\r\n_code"}).to_string(),
            Other("new_code".to_owned()),
            None,
        ),
        (404, "<!doctype html>".to_owned(), Absent, None),
        (400, json!({"error": 7}).to_string(), Absent, None),
        (400, json!([]).to_string(), Absent, None),
        (401, "x".repeat(LONGEST_ANSWER + 1), Absent, None),
    ] {
        let error = ask_for(status, &[], body).await.unwrap_err();
        let expected = ExchangeError::Refused {
            status,
            code,
            description: log.map(str::to_owned),
        };
        assert_eq!(error, expected);
        assert!(!error.is_temporary());
    }

    // The description is for the log. It is kept short, on one line, and out of the error's own words.
    let long = format!("line\none {}", "x".repeat(1000));
    let body = json!({"error": "invalid_grant", "error_description": long}).to_string();
    let error = ask_for(400, &[], body).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token endpoint refused with status 400, error `invalid_grant`"
    );
    let ExchangeError::Refused {
        description: Some(description),
        ..
    } = error
    else {
        panic!("{error:?}")
    };
    assert!(description.starts_with("lineone xxx") && description.len() == 300);
}

#[tokio::test]
async fn the_endpoint_asks_to_wait() {
    for (headers, seconds) in [
        (&[] as &[_], None),
        (&[("Retry-After", "7")], Some(7)),
        (&[("Retry-After", "99999999")], Some(86_400)),
        (&[("Retry-After", "soon")], None),
        (&[("Retry-After", "-1")], None),
    ] {
        let retry_after = seconds.map(Duration::from_secs);
        let error = ask_for(429, headers, "").await.unwrap_err();
        assert_eq!(error, ExchangeError::RateLimited { retry_after });
        assert!(error.is_temporary());

        let error = ask_for(503, headers, "").await.unwrap_err();
        let reason = "it answered with a server error";
        assert_eq!(
            error,
            ExchangeError::Unavailable {
                reason,
                retry_after
            }
        );
        assert!(error.is_temporary());
    }
}

#[tokio::test]
async fn the_endpoint_can_not_be_reached() {
    let scopes = ScopeSet::only(Scope::Read);
    let endpoint = TokenEndpoint::new(broken_host().await, client());
    let error = ask(&endpoint, &scopes).await.unwrap_err();
    assert_eq!(
        error,
        ExchangeError::unavailable("the connection broke off")
    );

    let silent = serve(Router::new().fallback(std::future::pending::<()>)).await;
    let endpoint = TokenEndpoint::new(silent, client()).with_timeout(Duration::from_millis(50));
    let error = ask(&endpoint, &scopes).await.unwrap_err();
    assert_eq!(error, ExchangeError::unavailable("it took too long"));
    assert!(error.is_temporary());
}

#[tokio::test]
async fn an_answer_that_is_no_token() {
    let changed = |name: &str, value: Value| {
        let mut answer = good_answer();
        answer[name] = value;
        answer.to_string()
    };
    for body in [
        String::new(),
        "<!doctype html>".to_owned(),
        json!({}).to_string(),
        json!({"error": "invalid_grant"}).to_string(),
        changed("access_token", json!(null)),
        changed("access_token", json!("")),
        changed("access_token", json!("a b")),
        changed("access_token", json!("a\r\nX-Evil: b")),
        changed("token_type", json!(null)),
        changed("token_type", json!("mac")),
        changed("expires_in", json!(null)),
        changed("expires_in", json!("900")),
        changed("expires_in", json!(0)),
        changed("expires_in", json!(-900)),
        changed("expires_in", json!(i64::MAX)),
        changed("more", json!("x".repeat(LONGEST_ANSWER))),
    ] {
        let error = ask_for(200, &[], body.clone()).await.unwrap_err();
        assert!(
            matches!(error, ExchangeError::Malformed(_)),
            "{body:.80}: {error}"
        );
        assert!(!error.is_temporary());
    }
    assert!(matches!(
        ask_for(201, &[], good_answer().to_string()).await,
        Err(ExchangeError::Malformed(_))
    ));
}

/// A redirect could take the assertion, and so the power to act as the user, to another host.
#[tokio::test]
async fn redirects_are_not_followed() {
    let (other, asked) = endpoint(200, &[], good_answer().to_string()).await;
    for status in [301, 302, 303, 307, 308] {
        let error = ask_for(status, &[("Location", other.url.as_str())], "")
            .await
            .unwrap_err();
        assert!(
            matches!(error, ExchangeError::Malformed(_)),
            "{status}: {error}"
        );
    }
    assert_eq!(asked.lock().unwrap().len(), 0);
}
