use confluence_simulator::{Installation, Simulator, Token};
use http::Method;
use serde_json::{Value, json};

use crate::{Reply, World};

/// What Atlassian tells the app about an installation, or a forgery of it. Sending it twice sends the same bytes twice.
#[derive(Clone)]
pub struct Callback<'a> {
    world: &'a World,
    event: &'static str,
    token: Token,
    body: Value,
    raw: Option<Vec<u8>>,
}

impl<'a> Callback<'a> {
    /// As Confluence sends it: signed now, and with a secret of its own if it is an install.
    pub(crate) fn new(
        world: &'a World,
        site: &Simulator,
        installation: &Installation,
        event: &'static str,
    ) -> Self {
        let mut body = json!({
            "key": installation.app_key,
            "clientKey": installation.client_key,
            "oauthClientId": installation.oauth_client_id,
            "publicKey": "",
            "serverVersion": "6452",
            "pluginsVersion": "1000.0.0",
            "baseUrl": installation.base_url,
            "displayUrl": installation.base_url,
            "productType": "confluence",
            "description": "Atlassian Confluence at localhost",
            "eventType": event,
        });
        if event == "installed" {
            body["sharedSecret"] = json!(format!("a-secret-made-for-{}", world.serial()));
        }
        Self {
            world,
            event,
            token: site.mint(installation).lifecycle(&path(event)),
            body,
            raw: None,
        }
    }

    /// With another token.
    #[must_use]
    pub fn token(self, change: impl FnOnce(Token) -> Token) -> Self {
        Self {
            token: change(self.token),
            ..self
        }
    }

    /// With another field in its body; `null` drops it.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.body[name] = value.into();
        if self.body[name].is_null() {
            self.body
                .as_object_mut()
                .expect("the body is an object")
                .remove(name);
        }
        self
    }

    /// With these bytes in the place of its body.
    #[must_use]
    pub fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            raw: Some(bytes.into()),
            ..self
        }
    }

    /// From another tenant, in its token and its body alike.
    #[must_use]
    pub fn tenant(self, client_key: &str) -> Self {
        self.token(|token| token.claim("iss", client_key))
            .field("clientKey", client_key)
    }

    /// The secret that it brings.
    pub fn secret(&self) -> &str {
        self.body["sharedSecret"]
            .as_str()
            .expect("an install brings a secret")
    }

    pub async fn send(&self) -> Reply {
        let body = match &self.raw {
            Some(bytes) => bytes.clone(),
            None => self.body.to_string().into_bytes(),
        };
        let request = self
            .world
            .request(Method::POST, &path(self.event))
            .header("authorization", self.token.authorization())
            .header("content-type", "application/json")
            .body(body);
        Reply::to(request).await
    }
}

fn path(event: &str) -> String {
    format!("/lifecycle/{event}")
}
