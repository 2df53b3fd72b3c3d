//! Installing, disabling and uninstalling apps, as Connect does it.
//!
//! <https://developer.atlassian.com/cloud/confluence/connect-app-descriptor/#lifecycle>

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::calls::Delivery;
use crate::descriptor::{AuthenticationKind, Descriptor, DescriptorError, Language};
use crate::installation::Installation;
use crate::jwt::Token;
use crate::people::{AccountState, AccountType, Person, find};
use crate::random;
use crate::site::{Site, World};

/// How long the site waits for a descriptor and for the answer to a callback.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// The answers to `installed` that count as a yes.
const ACCEPTED: [u16; 2] = [200, 204];

/// Why an app wasn't installed. [`InstallError::code`] is what Confluence's plugin interface reports.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error("the descriptor at {url} can't be had: {cause}; is the app running?")]
    Unreachable { url: String, cause: String },
    #[error("the descriptor was refused: {0}")]
    Descriptor(#[from] DescriptorError),
    #[error("the app answered {status} to installed ({url}); only 200, 201 and 204 pass")]
    Refused { url: String, status: u16 },
    #[error("the app didn't answer installed ({url}): {cause}")]
    NoAnswer { url: String, cause: String },
    #[error("the system gave no randomness to make secrets with")]
    Randomness,
}

/// There is no such app.
#[derive(Debug, thiserror::Error)]
#[error("no app with the key {0:?} is installed")]
pub struct NotInstalled(pub String);

impl InstallError {
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Unreachable { .. } => {
                "connect.install.error.remote.host.bad.response.descriptor".to_owned()
            }
            Self::Descriptor(error) => error.code.to_owned(),
            Self::Refused { status, .. } => {
                format!("connect.install.error.remote.host.bad.response.{status}")
            }
            Self::NoAnswer { .. } => "connect.install.error.remote.host.timeout".to_owned(),
            Self::Randomness => "connect.install.error.internal".to_owned(),
        }
    }
}

impl From<aws_lc_rs::error::Unspecified> for InstallError {
    fn from(_: aws_lc_rs::error::Unspecified) -> Self {
        Self::Randomness
    }
}

/// Installs an app, or installs it anew: with a new secret, the same `clientKey`, and no `uninstalled` before it.
/// If the app doesn't accept the callback, nothing has changed.
pub(crate) async fn install(
    site: &Arc<Site>,
    descriptor_url: &str,
    by: Option<&str>,
) -> Result<Installation, InstallError> {
    let descriptor = read_descriptor(site, descriptor_url).await?;
    let mut installation = prepare(site, descriptor, descriptor_url)?;
    announce_install(site, &installation, by).await?;
    installation.translations = translations(site, &installation).await;
    keep(site, &installation);
    callback(site, &installation, Event::Enabled);
    Ok(installation)
}

/// Installs an app of which all is known from another installation. It is told only if `announced`.
pub(crate) async fn install_like(
    site: &Arc<Site>,
    other: &Installation,
    announced: bool,
) -> Result<Installation, InstallError> {
    let mut installation = prepare(site, other.descriptor.clone(), &other.descriptor_url)?;
    installation.translations = other.translations.clone();
    if announced {
        announce_install(site, &installation, None).await?;
    }
    keep(site, &installation);
    if announced {
        callback(site, &installation, Event::Enabled);
    }
    Ok(installation)
}

/// Reads all that there is to know of an app, as if to install it.
pub(crate) async fn look_at(
    site: &Site,
    descriptor_url: &str,
) -> Result<Installation, InstallError> {
    let descriptor = read_descriptor(site, descriptor_url).await?;
    let mut installation = prepare(site, descriptor, descriptor_url)?;
    installation.translations = translations(site, &installation).await;
    Ok(installation)
}

/// Fetches a descriptor and checks it.
pub(crate) async fn read_descriptor(site: &Site, url: &str) -> Result<Descriptor, InstallError> {
    Ok(Descriptor::parse(&fetch(site, url).await?)?)
}

/// Uninstalls an app. What it answers to the callback changes nothing.
pub(crate) async fn uninstall(site: &Arc<Site>, app_key: &str) -> Result<(), NotInstalled> {
    let not_installed = || NotInstalled(app_key.to_owned());
    let installation = site
        .write(|world| world.remove(app_key))
        .ok_or_else(not_installed)?;
    site.access_tokens.revoke_app(app_key);
    if let Some(path) = &installation.descriptor.lifecycle.uninstalled {
        let token = site.mint(installation.clone()).lifecycle(path);
        let body = payload(site, &installation, "uninstalled");
        // Not repeated and not reported, as in Confluence: the record of the delivery is all that an error leaves.
        drop(deliver(site, &installation, "uninstalled", path, &token, body).await);
    }
    Ok(())
}

/// Enables or disables an app.
pub(crate) fn set_enabled(
    site: &Arc<Site>,
    app_key: &str,
    enabled: bool,
) -> Result<(), NotInstalled> {
    let changed = site.write(|world| {
        let installation = world.installations.get_mut(app_key)?;
        installation.enabled = enabled;
        Some(installation.clone())
    });
    let installation = changed.ok_or_else(|| NotInstalled(app_key.to_owned()))?;
    callback(
        site,
        &installation,
        if enabled {
            Event::Enabled
        } else {
            Event::Disabled
        },
    );
    Ok(())
}

/// Sends one POST to the app and records what became of it.
pub(crate) async fn deliver(
    site: &Site,
    installation: &Installation,
    event: &str,
    path: &str,
    token: &Token,
    body: Value,
) -> Result<u16, String> {
    let url = installation.app_url(path);
    let request = site
        .http
        .post(&url)
        .timeout(TIME_LIMIT)
        .header("authorization", token.authorization())
        .json(&body);
    let outcome = request
        .send()
        .await
        .map(|response| response.status().as_u16())
        .map_err(|error| cause(&error));
    site.deliveries.push(Delivery {
        at: site.clock.now(),
        app_key: installation.app_key.clone(),
        event: event.to_owned(),
        url,
        status: outcome.as_ref().ok().copied(),
        error: outcome.as_ref().err().cloned(),
    });
    outcome
}

#[derive(Clone, Copy)]
enum Event {
    Enabled,
    Disabled,
}

/// Tells the app in the background, once, whatever it answers.
fn callback(site: &Arc<Site>, installation: &Installation, event: Event) {
    let lifecycle = &installation.descriptor.lifecycle;
    let (name, path) = match event {
        Event::Enabled => ("enabled", &lifecycle.enabled),
        Event::Disabled => ("disabled", &lifecycle.disabled),
    };
    let Some(path) = path.clone() else { return };
    let (site, installation) = (site.clone(), installation.clone());
    site.clone().in_background(async move {
        let token = site.mint(installation.clone()).webhook(&path);
        let body = payload(&site, &installation, name);
        // Best effort: the record of the delivery is all that an error leaves.
        drop(deliver(&site, &installation, name, &path, &token, body).await);
    });
}

async fn fetch(site: &Site, url: &str) -> Result<String, InstallError> {
    let unreachable = |cause: String| InstallError::Unreachable {
        url: url.to_owned(),
        cause,
    };
    let request = site
        .http
        .get(url)
        .timeout(TIME_LIMIT)
        .header("accept", "application/json");
    let response = request
        .send()
        .await
        .map_err(|error| unreachable(cause(&error)))?;
    match response.status().as_u16() {
        200 => response
            .text()
            .await
            .map_err(|error| unreachable(cause(&error))),
        status => Err(unreachable(format!("it answers {status}"))),
    }
}

/// The app's translations. One that can't be had or read leaves the texts as the descriptor has them.
async fn translations(
    site: &Site,
    installation: &Installation,
) -> BTreeMap<Language, BTreeMap<String, String>> {
    let mut translations = BTreeMap::new();
    for (language, path) in installation
        .descriptor
        .translations
        .iter()
        .flat_map(|declared| &declared.paths)
    {
        let file = fetch(site, &installation.app_url(path)).await.ok();
        if let Some(texts) = file.and_then(|file| serde_json::from_str(&file).ok()) {
            translations.insert(*language, texts);
        }
    }
    translations
}

fn keep(site: &Site, installation: &Installation) {
    site.access_tokens.revoke_app(&installation.app_key);
    site.write(|world| world.keep(installation.clone()));
}

fn prepare(
    site: &Site,
    descriptor: Descriptor,
    descriptor_url: &str,
) -> Result<Installation, InstallError> {
    let app_key = descriptor.key.clone();
    let client_key = site.read(|world| world.client_key.clone());
    let app_account_id = match site.read(|world| world.app_accounts.get(&app_key).cloned()) {
        Some(account_id) => account_id,
        None => format!("557058:{}", random::uuid()?),
    };
    let client_id = json!({"hostKey": client_key, "addonKey": app_key, "id": random::uuid()?});
    Ok(Installation {
        client_key,
        shared_secret: random::secret()?,
        oauth_client_id: URL_SAFE_NO_PAD.encode(client_id.to_string()),
        base_url: site.urls.base.clone(),
        descriptor_url: descriptor_url.to_owned(),
        app_account_id,
        enabled: true,
        licensed: descriptor.enable_licensing,
        app_key,
        descriptor,
        translations: BTreeMap::new(),
    })
}

/// Tells the app of its installation, if it wants to be told and can be.
async fn announce_install(
    site: &Site,
    installation: &Installation,
    by: Option<&str>,
) -> Result<(), InstallError> {
    let Descriptor {
        authentication,
        lifecycle,
        ..
    } = &installation.descriptor;
    let Some(path) = lifecycle
        .installed
        .as_deref()
        .filter(|_| authentication.kind == AuthenticationKind::Jwt)
    else {
        return Ok(());
    };
    let mut body = payload(site, installation, "installed");
    body["sharedSecret"] = json!(installation.shared_secret);
    if let Some(account_id) = by {
        body["accountId"] = json!(account_id);
    }
    let token = site.mint(installation.clone()).lifecycle(path);
    let url = installation.app_url(path);
    match deliver(site, installation, "installed", path, &token, body).await {
        Ok(status) if ACCEPTED.contains(&status) => Ok(()),
        Ok(status) => Err(InstallError::Refused { url, status }),
        Err(cause) => Err(InstallError::NoAnswer { url, cause }),
    }
}

/// The body of a lifecycle callback, without the secret that only `installed` carries.
fn payload(site: &Site, installation: &Installation, event: &str) -> Value {
    json!({
        "key": installation.app_key,
        "clientKey": installation.client_key,
        "oauthClientId": installation.oauth_client_id,
        "publicKey": "",
        "serverVersion": "6452",
        "pluginsVersion": "1000.0.0",
        "baseUrl": site.urls.base,
        "displayUrl": site.urls.base,
        "productType": "confluence",
        "description": "Atlassian Confluence at localhost",
        "eventType": event,
    })
}

impl World {
    /// Records an installation, with the app's own user.
    fn keep(&mut self, installation: Installation) {
        let Installation {
            app_key,
            app_account_id,
            descriptor,
            ..
        } = &installation;
        self.app_accounts
            .insert(app_key.clone(), app_account_id.clone());
        self.people
            .retain(|person| person.account_id != *app_account_id);
        let handle = match find(&self.people, app_key) {
            Some(_) => app_account_id,
            None => app_key,
        };
        self.people.push(Person {
            account_type: AccountType::App,
            email: String::new(),
            ..Person::ordinary(handle, app_account_id, descriptor.title())
        });
        self.installations.insert(app_key.clone(), installation);
    }

    /// Forgets an installation. The app's user stays, deactivated.
    fn remove(&mut self, app_key: &str) -> Option<Installation> {
        let installation = self.installations.remove(app_key)?;
        let app_user = self
            .people
            .iter_mut()
            .find(|person| person.account_id == installation.app_account_id);
        if let Some(person) = app_user {
            person.state = AccountState::Inactive;
        }
        Some(installation)
    }
}

/// An error with all that led to it, without the URL: the caller names that.
fn cause(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() {
        "no answer in 10 s".to_owned()
    } else {
        String::new()
    };
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    if text.is_empty() {
        error.to_string()
    } else {
        text
    }
}
