//! What the site knows of an installed app.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::descriptor::{Descriptor, Language, Text};
use crate::scopes::Scope;

/// An installed app, with the secrets that Confluence would keep to itself: this is a simulator.
#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Installation {
    pub app_key: String,
    /// Names the site towards its apps; the same for every install.
    pub client_key: String,
    /// New with every install.
    pub shared_secret: String,
    /// Names the installation to the authorization server; new with every install.
    pub oauth_client_id: String,
    /// The site's base URL, as the app was told it.
    pub base_url: String,
    pub descriptor_url: String,
    /// The app's own user.
    pub app_account_id: String,
    pub enabled: bool,
    /// What `lic` says of it.
    pub licensed: bool,
    pub descriptor: Descriptor,
    /// What the app's `translations` said at the install: a text for each key, in each language.
    #[serde(default)]
    pub translations: BTreeMap<Language, BTreeMap<String, String>>,
}

impl Installation {
    /// The app's URL for a path that is relative to its base URL.
    #[must_use]
    pub fn app_url(&self, path: &str) -> String {
        format!("{}{path}", self.descriptor.base_url.trim_end_matches('/'))
    }

    /// The part of the app's paths that isn't hashed: the path of its base URL.
    #[must_use]
    pub fn app_base_path(&self) -> String {
        let path = Url::parse(&self.descriptor.base_url).map(|url| url.path().to_owned());
        path.unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// A text of the descriptor in the language of a locale such as `de_DE`, if the app has translated it.
    #[must_use]
    pub fn translated<'a>(&'a self, text: &'a Text, locale: &str) -> &'a str {
        let translation = || {
            let language = Language::of_locale(locale)?;
            let key = text.i18n.as_ref()?;
            self.translations.get(&language)?.get(key)
        };
        translation().unwrap_or(&text.value)
    }

    /// The `clientKey` that an OAuth client id of ours has in it.
    pub(crate) fn host_key(oauth_client_id: &str) -> Option<String> {
        let json = URL_SAFE_NO_PAD.decode(oauth_client_id).ok()?;
        let id: OauthClientId = serde_json::from_slice(&json).ok()?;
        Some(id.host_key)
    }

    pub(crate) fn scopes(&self) -> BTreeSet<Scope> {
        self.descriptor.effective_scopes()
    }

    pub(crate) fn client(&self) -> Client {
        Client {
            app_key: self.app_key.clone(),
            client_key: self.client_key.clone(),
            shared_secret: self.shared_secret.clone(),
            app_account_id: self.app_account_id.clone(),
            scopes: self.scopes(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OauthClientId {
    host_key: String,
}

/// What credentials of an app are checked against, without its descriptor: every call needs it.
pub(crate) struct Client {
    pub(crate) app_key: String,
    pub(crate) client_key: String,
    pub(crate) shared_secret: String,
    pub(crate) app_account_id: String,
    pub(crate) scopes: BTreeSet<Scope>,
}

// The secret isn't printed.
impl fmt::Debug for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Installation")
            .field("app_key", &self.app_key)
            .field("client_key", &self.client_key)
            .field("oauth_client_id", &self.oauth_client_id)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}
