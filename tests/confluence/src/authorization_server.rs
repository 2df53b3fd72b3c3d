//! Atlassian's authorization server: access tokens for apps that act as their users.
//!
//! <https://developer.atlassian.com/cloud/confluence/user-impersonation-for-connect-apps/>
//!
//! The bodies of its errors aren't documented; these follow RFC 6749, section 5.2, and RFC 7523, section 3.1. A fault
//! on `/oauth2/token` gives any other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;

use crate::access_tokens::LIFE;
use crate::caller::{check_times, names};
use crate::calls::Exchange;
use crate::gateway::Reason;
use crate::installation::{Client, Installation};
use crate::jwt::Parsed;
use crate::people::{AccountState, AccountType, Person};
use crate::scopes::{Scope, expanded};
use crate::site::Site;

pub(crate) const TOKEN_PATH: &str = "/oauth2/token";
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const CLIENT_PREFIX: &str = "urn:atlassian:connect:clientid:";
const ACCOUNT_PREFIX: &str = "urn:atlassian:connect:useraccountid:";
/// How far ahead `exp` may be, in seconds.
const LONGEST_LIFE: i64 = 120;

/// `POST /oauth2/token`.
pub(crate) async fn token(
    State(main): State<Arc<Site>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    // Of a tenant of the crowd, once the assertion has got far enough to name one.
    let mut site = Arc::clone(&main);
    let mut exchange = Exchange {
        at: main.clock.now(),
        app_key: None,
        account_id: None,
        requested_scope: None,
        status: 200,
        scopes: Vec::new(),
        error: None,
        error_description: None,
    };
    let result = grant(&mut site, &headers, &body, &mut exchange);
    let response = match result {
        Ok(access_token) => {
            let body = json!({"access_token": access_token, "expires_in": LIFE.as_secs(), "token_type": "Bearer"});
            ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(error) => {
            exchange.status = error.status.as_u16();
            exchange.error = Some(error.code.to_owned());
            exchange.error_description = Some(error.description.clone());
            error.into_response()
        }
    };
    site.counts.exchange(&exchange, &site.client_key);
    site.exchanges.push(exchange);
    response
}

/// An error of OAuth.
struct OAuthError {
    status: StatusCode,
    code: &'static str,
    description: String,
    retry_after: Option<i64>,
}

fn grant(
    site: &mut Arc<Site>,
    headers: &HeaderMap,
    body: &str,
    exchange: &mut Exchange,
) -> Result<String, OAuthError> {
    let form = form(headers, body)?;
    match form.get("grant_type").map(String::as_str) {
        Some(GRANT_TYPE) => {}
        Some(other) => {
            return Err(error(
                "unsupported_grant_type",
                format!("Unsupported grant type: {other}"),
            ));
        }
        None => return Err(error("invalid_request", "Missing parameter: grant_type")),
    }
    let assertion = form
        .get("assertion")
        .ok_or_else(|| error("invalid_request", "Missing parameter: assertion"))?;
    exchange.requested_scope = form.get("scope").cloned();

    let parsed =
        Parsed::parse(assertion).map_err(|refused| error("invalid_grant", refused.to_string()))?;
    let client = client(site, parsed.unverified("iss"))?;
    exchange.app_key = Some(client.app_key.clone());
    limit(site, &client)?;
    let claims = parsed
        .verify_hs256(&client.shared_secret)
        .map_err(|refused| match refused {
            crate::jwt::TokenError::Signature => {
                unauthenticated("The assertion's signature doesn't match")
            }
            other => error("invalid_grant", other.to_string()),
        })?;
    check_times(site, &claims)
        .map_err(|reason| error("invalid_grant", format!("The assertion: {reason}")))?;
    let expires_at = claims
        .get("exp")
        .and_then(serde_json::Value::as_i64)
        .unwrap_or_default();
    if expires_at > site.clock.epoch_seconds() + LONGEST_LIFE {
        return Err(error(
            "invalid_grant",
            "The assertion's exp is more than 120 seconds ahead",
        ));
    }
    if !claims
        .get("aud")
        .is_some_and(|audience| names(audience, &site.urls.services))
    {
        return Err(error(
            "invalid_grant",
            "The assertion's aud isn't this authorization server",
        ));
    }
    if claims.get("tnt").and_then(|tenant| tenant.as_str()) != Some(&site.urls.base) {
        return Err(error(
            "invalid_grant",
            "The assertion's tnt isn't the site's base URL",
        ));
    }
    let subject = claims
        .get("sub")
        .and_then(|subject| subject.as_str())
        .and_then(|sub| sub.strip_prefix(ACCOUNT_PREFIX));
    let account_id = subject.ok_or_else(|| {
        error(
            "invalid_grant",
            format!("The assertion's sub isn't {ACCOUNT_PREFIX}…"),
        )
    })?;
    exchange.account_id = Some(account_id.to_owned());

    let app_scopes = &client.scopes;
    if !app_scopes.contains(&Scope::ActAsUser) {
        let description =
            "The authenticated client is not authorized to use this authorization grant type";
        return Err(error("unauthorized_client", description));
    }
    let scopes = scopes(form.get("scope").map(String::as_str), app_scopes)?;
    let person = site
        .account(account_id)
        .ok_or_else(|| error("invalid_grant", "The account is unknown"))?;
    check_person(&person)?;
    exchange.scopes = scopes.iter().copied().collect();
    site.access_tokens
        .issue(&client.app_key, account_id, scopes)
        .map_err(|_| OAuthError {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            code: "server_error",
            description: "The system gave no randomness".to_owned(),
            retry_after: None,
        })
}

/// The parameters of the form, none of which may come twice.
fn form(headers: &HeaderMap, body: &str) -> Result<BTreeMap<String, String>, OAuthError> {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(error(
            "invalid_request",
            "The body must be application/x-www-form-urlencoded",
        ));
    }
    let mut form = BTreeMap::new();
    for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
        if form
            .insert(name.clone().into_owned(), value.into_owned())
            .is_some()
        {
            return Err(error(
                "invalid_request",
                format!("Repeated parameter: {name}"),
            ));
        }
    }
    Ok(form)
}

/// The client that an assertion names; `site` becomes the one that it is of.
fn client(site: &mut Arc<Site>, issuer: Option<&str>) -> Result<Client, OAuthError> {
    let client_id = issuer.and_then(|issuer| issuer.strip_prefix(CLIENT_PREFIX));
    let client_id = client_id.ok_or_else(|| {
        error(
            "invalid_grant",
            format!("The assertion's iss isn't {CLIENT_PREFIX}…"),
        )
    })?;
    let host_key = Installation::host_key(client_id);
    if let Some(tenant) = host_key.and_then(|client_key| site.crowd.tenant(&client_key)) {
        *site = tenant;
    }
    let known = site.read(|world| {
        let mut apps = world.installations.values();
        apps.find(|app| app.oauth_client_id == client_id && app.enabled)
            .map(Installation::client)
    });
    known.ok_or_else(|| unauthenticated("The client is unknown"))
}

fn limit(site: &Site, client: &Client) -> Result<(), OAuthError> {
    let wait = site.meter.spend_token(&client.app_key, &client.client_key);
    let Some(seconds) = wait else {
        return Ok(());
    };
    Err(OAuthError {
        status: StatusCode::TOO_MANY_REQUESTS,
        code: "temporarily_unavailable",
        description: "Too many requests".to_owned(),
        retry_after: Some(seconds),
    })
}

fn scopes(
    requested: Option<&str>,
    of_app: &BTreeSet<Scope>,
) -> Result<BTreeSet<Scope>, OAuthError> {
    let Some(requested) = requested.filter(|text| !text.is_empty()) else {
        return Ok(of_app.clone());
    };
    let parsed: Option<Vec<_>> = requested.split(' ').map(Scope::parse).collect();
    let scopes = expanded(
        parsed.ok_or_else(|| error("invalid_scope", format!("Unknown scope in {requested:?}")))?,
    );
    if !scopes.is_subset(of_app) {
        return Err(error(
            "invalid_scope",
            format!("The app doesn't have all of {requested:?}"),
        ));
    }
    Ok(scopes)
}

fn check_person(person: &Person) -> Result<(), OAuthError> {
    if person.account_type != AccountType::Atlassian {
        return Err(error("invalid_grant", "The account isn't a person's"));
    }
    // Whether they may use Confluence is for Confluence to say, once the token is used.
    if person.state != AccountState::Active {
        return Err(error("invalid_grant", "The account isn't active"));
    }
    Ok(())
}

fn error(code: &'static str, description: impl Into<String>) -> OAuthError {
    OAuthError {
        status: StatusCode::BAD_REQUEST,
        code,
        description: description.into(),
        retry_after: None,
    }
}

fn unauthenticated(description: &str) -> OAuthError {
    OAuthError {
        status: StatusCode::UNAUTHORIZED,
        ..error("invalid_client", description)
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({"error": self.code, "error_description": self.description});
        let mut response = (
            self.status,
            [(header::CACHE_CONTROL, "no-store")],
            Json(body),
        )
            .into_response();
        if let Some(seconds) = self.retry_after {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
            .extensions_mut()
            .insert(Reason(format!("{}: {}", self.code, self.description)));
        response
    }
}
