//! The plugin interface, through which administrators install apps: `/wiki/rest/plugins/1.0/`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::Router;
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::crowd::At;
use crate::installation::Installation;
use crate::lifecycle::{self, InstallError};
use crate::random;
use crate::refusal::Refusal;
use crate::site::Site;

const ROOT: &str = "/wiki/rest/plugins/1.0";
const CONTENT_TYPES: [&str; 2] = [
    "application/vnd.atl.plugins.install.uri+json",
    "application/vnd.atl.plugins.remote.install+json",
];

/// Installations that are under way or done, and the tokens that allow one to be begun.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tokens: Mutex<Vec<String>>,
    outcomes: Mutex<BTreeMap<String, Task>>,
}

#[derive(Clone, Debug)]
struct Task {
    source: String,
    outcome: Option<Outcome>,
}

#[derive(Clone, Debug)]
enum Outcome {
    Installed { app_key: String },
    Failed { code: String, detail: String },
}

pub(crate) fn router() -> Router<Arc<Site>> {
    Router::new()
        .route(&format!("{ROOT}/"), get(list).post(install))
        .route(&format!("{ROOT}/pending/{{task}}"), get(poll))
        .route(
            &format!("{ROOT}/{{plugin}}"),
            get(show).put(enable).delete(uninstall),
        )
}

/// `GET` and `HEAD`: the apps, and in the header `upm-token` what a POST needs.
async fn list(At(site): At, caller: Caller) -> Result<Response, Refusal> {
    admin(&caller)?;
    let token = random::uuid()
        .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "no randomness"))?;
    site.plugin_tasks.tokens().push(token.clone());
    let installations = site.read(|world| {
        world
            .installations
            .values()
            .map(summary)
            .collect::<Vec<_>>()
    });
    Ok((
        [("upm-token", token)],
        Json(json!({"plugins": installations})),
    )
        .into_response())
}

#[derive(Deserialize)]
struct TokenQuery {
    token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstallRequest {
    plugin_uri: String,
}

/// `POST`: begins an installation, answers 202 with where to see how it goes.
async fn install(
    At(site): At,
    Query(TokenQuery { token }): Query<TokenQuery>,
    caller: Caller,
    headers: HeaderMap,
    body: String,
) -> Result<Response, Refusal> {
    let by = admin(&caller)?;
    if !token.is_some_and(|token| site.plugin_tasks.spend(&token)) {
        return Err(Refusal::forbidden("token isn't a fresh upm-token"));
    }
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !CONTENT_TYPES.contains(&content_type.split(';').next().unwrap_or_default().trim()) {
        let reason = format!("the content type must be one of {CONTENT_TYPES:?}");
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason));
    }
    let InstallRequest { plugin_uri } = serde_json::from_str(&body)
        .map_err(|error| Refusal::bad_request(format!("pluginUri: {error}")))?;
    let id = random::uuid()
        .map_err(|_| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "no randomness"))?;
    site.plugin_tasks.set(
        &id,
        Task {
            source: plugin_uri.clone(),
            outcome: None,
        },
    );
    let (worker, task) = (site.clone(), id.clone());
    site.in_background(async move {
        let outcome = match lifecycle::install(&worker, &plugin_uri, Some(&by)).await {
            Ok(Installation { app_key, .. }) => Outcome::Installed { app_key },
            Err(error) => Outcome::failed(&error),
        };
        worker.plugin_tasks.set(
            &task,
            Task {
                source: plugin_uri,
                outcome: Some(outcome),
            },
        );
    });
    Ok((StatusCode::ACCEPTED, Json(site.plugin_tasks.show(&id))).into_response())
}

/// `GET …/pending/{task}`: the state of an installation; 303 to the app once it is installed.
async fn poll(At(site): At, Path(task): Path<String>, caller: Caller) -> Result<Response, Refusal> {
    admin(&caller)?;
    match site.plugin_tasks.get(&task) {
        None => Err(Refusal::not_found("no such task")),
        Some(Task {
            outcome: Some(Outcome::Installed { app_key }),
            ..
        }) => Ok(Redirect::to(&format!("{ROOT}/{app_key}-key")).into_response()),
        Some(_) => Ok(Json(site.plugin_tasks.show(&task)).into_response()),
    }
}

async fn show(
    At(site): At,
    Path(plugin): Path<String>,
    caller: Caller,
) -> Result<Json<Value>, Refusal> {
    admin(&caller)?;
    let installation = site
        .installation(app_key(&plugin))
        .ok_or_else(|| Refusal::not_found("no such app"))?;
    Ok(Json(summary(&installation)))
}

#[derive(Deserialize)]
struct EnableRequest {
    enabled: bool,
}

/// `PUT`: enables or disables an app.
async fn enable(
    At(site): At,
    Path(plugin): Path<String>,
    caller: Caller,
    body: String,
) -> Result<Json<Value>, Refusal> {
    admin(&caller)?;
    let EnableRequest { enabled } = serde_json::from_str(&body)
        .map_err(|error| Refusal::bad_request(format!("enabled: {error}")))?;
    let not_installed = |error: lifecycle::NotInstalled| Refusal::not_found(error.to_string());
    lifecycle::set_enabled(&site, app_key(&plugin), enabled).map_err(not_installed)?;
    show(At(site), Path(plugin), caller).await
}

async fn uninstall(
    At(site): At,
    Path(plugin): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    admin(&caller)?;
    let not_installed = |error: lifecycle::NotInstalled| Refusal::not_found(error.to_string());
    lifecycle::uninstall(&site, app_key(&plugin))
        .await
        .map_err(not_installed)?;
    Ok(StatusCode::NO_CONTENT)
}

/// The account of the administrator who calls.
fn admin(caller: &Caller) -> Result<String, Refusal> {
    match caller {
        Caller::Session(person) if person.administers() => Ok(person.account_id.clone()),
        Caller::Anonymous => Err(Refusal::unauthorized("no credentials")),
        _ => Err(Refusal::forbidden("only administrators may manage apps")),
    }
}

/// The interface names a plugin `{key}-key`.
fn app_key(plugin: &str) -> &str {
    plugin.strip_suffix("-key").unwrap_or(plugin)
}

fn summary(installation: &Installation) -> Value {
    let Installation {
        app_key,
        enabled,
        descriptor,
        ..
    } = installation;
    json!({
        "key": app_key,
        "name": descriptor.title(),
        "description": descriptor.description,
        "enabled": enabled,
        "userInstalled": true,
        "vendor": descriptor.vendor,
        "links": {"self": format!("{ROOT}/{app_key}-key")},
    })
}

impl Outcome {
    fn failed(error: &InstallError) -> Self {
        Self::Failed {
            code: error.code(),
            detail: error.to_string(),
        }
    }
}

impl Tasks {
    /// Whether the token was given out and not yet used.
    fn spend(&self, token: &str) -> bool {
        let mut tokens = self.tokens();
        let before = tokens.len();
        tokens.retain(|known| known != token);
        tokens.len() < before
    }

    fn set(&self, id: &str, task: Task) {
        self.outcomes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), task);
    }

    fn get(&self, id: &str) -> Option<Task> {
        self.outcomes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    fn show(&self, id: &str) -> Value {
        let task = self.get(id);
        let outcome = task.as_ref().and_then(|task| task.outcome.as_ref());
        let mut status = json!({
            "done": outcome.is_some(),
            "statusCode": 200,
            "contentType": "application/vnd.atl.plugins.install.installing+json",
            "source": task.as_ref().map(|task| &task.source),
        });
        if let Some(Outcome::Failed { code, detail }) = outcome {
            status["contentType"] = json!("application/vnd.atl.plugins.task.install.err+json");
            status["subCode"] = json!(code);
            status["errorMessage"] = json!(detail);
        }
        let link = format!("{ROOT}/pending/{id}");
        json!({"type": "INSTALL", "pingAfter": 100, "status": status, "links": {"self": link}})
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
