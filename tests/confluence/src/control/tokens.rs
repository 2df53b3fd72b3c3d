//! `/control/tokens`: tokens as the site makes them, or forged.

use axum::Json;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Body;
use crate::crowd::At;
use crate::installation::Installation;
use crate::jwt::{RsaKey, Signer, Token};
use crate::refusal::Refusal;
use crate::session::NOBODY;
use crate::site::Site;

/// A token of a kind, and how it is to differ.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Order {
    kind: Kind,
    /// The only installed app, if absent.
    #[serde(default)]
    app_key: Option<String>,
    /// A handle, an account id, or `nobody`.
    #[serde(default = "nobody")]
    person: String,
    /// What `qsh` is made of: the path with its query, relative to the app's base URL.
    #[serde(default)]
    path: String,
    /// Claims to set.
    #[serde(default)]
    claims: Map<String, Value>,
    /// Claims to drop.
    #[serde(default)]
    without: Vec<String>,
    /// What to sign with; absent: what the kind of token is signed with.
    #[serde(default)]
    algorithm: Option<Algorithm>,
    /// The secret for HMAC; absent: the installation's.
    #[serde(default)]
    secret: Option<String>,
    /// Header fields to set last, which changes nothing about the signature.
    #[serde(default)]
    header: Map<String, Value>,
    #[serde(default)]
    without_header: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Page,
    Context,
    Webhook,
    Lifecycle,
}

#[derive(Clone, Copy, Deserialize)]
enum Algorithm {
    #[serde(rename = "HS256")]
    Hs256,
    #[serde(rename = "HS384")]
    Hs384,
    #[serde(rename = "HS512")]
    Hs512,
    /// With the site's own key.
    #[serde(rename = "RS256")]
    Rs256,
    /// With a key that the site doesn't publish.
    #[serde(rename = "RS256-unpublished")]
    Rs256Unpublished,
    #[serde(rename = "none")]
    Unsigned,
}

/// `POST`: answers the token and what is in it.
pub(super) async fn mint(At(site): At, Body(order): Body<Order>) -> Result<Json<Value>, Refusal> {
    let installation = installation(&site, order.app_key.as_deref())?;
    let signer = order.signer(&site, &installation)?;
    let mint = site.mint(installation);
    let mut token = match order.kind {
        Kind::Page => mint.page(&order.person, &order.path),
        Kind::Context => mint.context(&order.person),
        Kind::Webhook => mint.webhook(&order.path),
        Kind::Lifecycle => mint.lifecycle(&order.path),
    };
    for (name, value) in order.claims {
        token = token.claim(&name, value);
    }
    token = order
        .without
        .iter()
        .fold(token, |token, name| token.without(name));
    if let Some(signer) = signer {
        token = token.signer(signer);
    }
    for (name, value) in order.header {
        token = token.header(&name, value);
    }
    token = order
        .without_header
        .iter()
        .fold(token, |token, name| token.without_header(name));
    Ok(answer(&token))
}

impl Order {
    fn signer(&self, site: &Site, installation: &Installation) -> Result<Option<Signer>, Refusal> {
        let secret = || {
            self.secret
                .as_ref()
                .unwrap_or(&installation.shared_secret)
                .as_bytes()
                .to_vec()
        };
        Ok(match (self.algorithm, &self.secret) {
            (None, None) => None,
            (None | Some(Algorithm::Hs256), _) => Some(Signer::Hs256(secret())),
            (Some(Algorithm::Hs384), _) => Some(Signer::Hs384(secret())),
            (Some(Algorithm::Hs512), _) => Some(Signer::Hs512(secret())),
            (Some(Algorithm::Rs256), _) => Some(Signer::Rs256(site.install_key.clone())),
            (Some(Algorithm::Rs256Unpublished), _) => {
                let key = RsaKey::generate()
                    .map_err(|_| Refusal::bad_request("the system gave no randomness"))?;
                Some(Signer::Rs256(key))
            }
            (Some(Algorithm::Unsigned), _) => Some(Signer::Unsigned),
        })
    }
}

fn installation(site: &Site, app_key: Option<&str>) -> Result<Installation, Refusal> {
    let found = site.read(|world| match app_key {
        Some(app_key) => world.installations.get(app_key).cloned(),
        None if world.installations.len() == 1 => world.installations.values().next().cloned(),
        None => None,
    });
    found.ok_or_else(|| {
        Refusal::not_found("appKey must name an installed app, unless exactly one is installed")
    })
}

fn answer(token: &Token) -> Json<Value> {
    Json(json!({"token": token.sign(), "claims": token.claims()}))
}

fn nobody() -> String {
    NOBODY.to_owned()
}
