//! Who calls the REST API: every credential is really checked.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use crate::access_tokens::Grant;
use crate::installation::Installation;
use crate::jwt::Parsed;
use crate::people::Person;
use crate::qsh::qsh;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::session;
use crate::site::Site;

/// The context path of Confluence, which isn't part of what is hashed.
const CONTEXT_PATH: &str = "/wiki";

/// Who calls.
#[derive(Clone, Debug)]
pub(crate) enum Caller {
    Anonymous,
    /// A browser that is signed in.
    Session(Person),
    /// An access token of the authorization server: the app acts as this person, within these scopes.
    User {
        person: Person,
        app_key: String,
        scopes: BTreeSet<Scope>,
    },
    /// An app in its own name.
    App {
        app_key: String,
        account_id: String,
        scopes: BTreeSet<Scope>,
    },
}

impl Caller {
    /// Checks the credentials of a request, whose `path` still has its query.
    pub(crate) fn identify(
        site: &Site,
        method: &Method,
        path: &str,
        headers: &HeaderMap,
        has_body: bool,
    ) -> Result<Self, Refusal> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return Ok(session::person(site, headers).map_or(Self::Anonymous, Self::Session));
        };
        let value = value
            .to_str()
            .map_err(|_| Refusal::unauthorized("the Authorization header isn't text"))?;
        let caller = match value.split_once(' ') {
            Some(("Bearer", token)) => user(site, token.trim()),
            Some(("JWT", token)) => app(site, method, path, token.trim()),
            Some(("Basic", credentials)) => {
                session::basic(site, credentials.trim()).map(Self::Session)
            }
            _ => Err(Refusal::unauthorized(
                "the Authorization header must be Bearer, JWT or Basic",
            )),
        }?;
        // https://developer.atlassian.com/cloud/confluence/changelog/#CHANGE-2328
        if *method == Method::GET && has_body && caller.app_key().is_some() {
            return Err(Refusal::forbidden("a GET must not have a body"));
        }
        Ok(caller)
    }

    /// The account in whose name things are done.
    pub(crate) fn account_id(&self) -> Option<&str> {
        match self {
            Self::Anonymous => None,
            Self::Session(person) | Self::User { person, .. } => Some(&person.account_id),
            Self::App { account_id, .. } => Some(account_id),
        }
    }

    pub(crate) fn app_key(&self) -> Option<&str> {
        match self {
            Self::Anonymous | Self::Session(_) => None,
            Self::User { app_key, .. } | Self::App { app_key, .. } => Some(app_key),
        }
    }

    /// The person, where a person acts or is acted for.
    pub(crate) fn person(&self) -> Option<&Person> {
        match self {
            Self::Session(person) | Self::User { person, .. } => Some(person),
            Self::Anonymous | Self::App { .. } => None,
        }
    }

    /// The scopes that bound the call; a browser's session is bound by none.
    pub(crate) fn scopes(&self) -> Option<&BTreeSet<Scope>> {
        match self {
            Self::User { scopes, .. } | Self::App { scopes, .. } => Some(scopes),
            Self::Anonymous | Self::Session(_) => None,
        }
    }

    /// As records name it.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::Session(_) => "session".to_owned(),
            Self::User { person, .. } => format!("user:{}", person.account_id),
            Self::App { .. } => "app".to_owned(),
        }
    }

    /// Refuses calls that nobody vouches for, by people who may not use Confluence, or outside of the scopes.
    pub(crate) fn require(&self, scope: Scope) -> Result<(), Refusal> {
        if matches!(self, Self::Anonymous) {
            return Err(Refusal::unauthorized("no credentials"));
        }
        if self
            .person()
            .is_some_and(|person| !person.may_use_confluence())
        {
            return Err(Refusal::forbidden(
                "Current user not permitted to use Confluence",
            ));
        }
        if self.scopes().is_some_and(|scopes| !scopes.contains(&scope)) {
            return Err(Refusal::forbidden(format!(
                "the scope {} is missing",
                scope.as_str()
            )));
        }
        Ok(())
    }
}

// The gateway has put the caller there.
impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| Refusal::unauthorized("no credentials"))
    }
}

fn user(site: &Site, token: &str) -> Result<Caller, Refusal> {
    let expired = || Refusal::unauthorized("the access token is unknown or has expired");
    let Grant {
        app_key,
        account_id,
        scopes,
        ..
    } = site.access_tokens.get(token).ok_or_else(expired)?;
    let person = site.account(&account_id).ok_or_else(expired)?;
    if person.state != crate::people::AccountState::Active {
        return Err(Refusal::unauthorized("the account isn't active any more"));
    }
    Ok(Caller::User {
        person,
        app_key,
        scopes,
    })
}

fn app(site: &Site, method: &Method, path: &str, token: &str) -> Result<Caller, Refusal> {
    let bad = |reason: &str| Refusal::unauthorized(format!("JWT: {reason}"));
    let parsed = Parsed::parse(token).map_err(|error| bad(&error.to_string()))?;
    let app_key = parsed
        .unverified("iss")
        .ok_or_else(|| bad("no iss"))?
        .to_owned();
    let client = site.read(|world| {
        let installed = world.installations.get(&app_key);
        installed
            .filter(|app| app.enabled)
            .map(Installation::client)
    });
    let client = client.ok_or_else(|| bad("iss isn't the key of an installed and enabled app"))?;
    let claims = parsed
        .verify_hs256(&client.shared_secret)
        .map_err(|error| bad(&error.to_string()))?;
    check_times(site, &claims).map_err(|reason| bad(&reason))?;
    if claims.get("qsh").and_then(Value::as_str) != Some(&qsh(method.as_str(), path, CONTEXT_PATH))
    {
        return Err(bad("qsh isn't the hash of this request"));
    }
    if claims
        .get("aud")
        .is_some_and(|audience| !names(audience, &client.client_key))
    {
        return Err(bad("aud doesn't name this site's clientKey"));
    }
    Ok(Caller::App {
        app_key,
        account_id: client.app_account_id,
        scopes: client.scopes,
    })
}

/// `exp` must be there and ahead, `iat` must be there and not ahead.
pub(crate) fn check_times(site: &Site, claims: &Map<String, Value>) -> Result<(), String> {
    let now = site.clock.epoch_seconds();
    let time = |name: &str| {
        claims
            .get(name)
            .and_then(Value::as_i64)
            .ok_or(format!("no {name} in whole seconds"))
    };
    if time("exp")? <= now {
        return Err("it has expired".to_owned());
    }
    // Clocks differ; Atlassian's leeway isn't known.
    if time("iat")? > now + 30 {
        return Err("iat is in the future".to_owned());
    }
    Ok(())
}

/// Whether an `aud`, a text or a list of texts, names `wanted`.
pub(crate) fn names(audience: &Value, wanted: &str) -> bool {
    match audience {
        Value::Array(names) => names.iter().any(|name| name == wanted),
        name => name == wanted,
    }
}
