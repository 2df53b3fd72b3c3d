//! The app descriptor, `atlassian-connect.json`: what the app is called, where it is, what it may do, what it adds.
//!
//! The types are strict, so that a misspelt field is an error here and not a button that never shows. Modules that these
//! types do not know in full are carried through as they are: see [`OpaqueModule`].
//!
//! Source: [Connect app descriptor](https://developer.atlassian.com/cloud/confluence/connect-app-descriptor/).

mod modules;
mod rules;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{AppKey, BaseUrl, Scope};

pub use modules::{
    AdminPage, Condition, Dialog, DialogOptions, DialogSize, I18n, Icon, InlineDialogOptions, Join,
    Modules, OpaqueModule, Page, Target, TargetDialog, UrlContext, WebItem, WebPanel,
    WebPanelLayout, WebSection, Webhook,
};

/// An app descriptor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Descriptor {
    /// The app's key. It never changes.
    pub key: AppKey,
    /// The app's name, of 80 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the app does, in 1400 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who makes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    /// Where the app is. All relative URLs are relative to this.
    pub base_url: BaseUrl,
    /// How the product proves that a request is its own.
    pub authentication: Authentication,
    /// Where the app is told that it was installed, and so on.
    #[serde(default, skip_serializing_if = "Lifecycle::is_empty")]
    pub lifecycle: Lifecycle,
    /// What the app may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// Raised to have customers agree to an update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<u32>,
    /// Whether the app is paid through the Marketplace.
    #[serde(default, skip_serializing_if = "is_false")]
    pub enable_licensing: bool,
    /// Changes of the protocol that the app has adopted.
    #[serde(default, skip_serializing_if = "ApiMigrations::is_empty")]
    pub api_migrations: ApiMigrations,
    /// Where the app's texts are in other languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translations: Option<Translations>,
    /// Links about the app, by what they are: `self`, `documentation`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    /// What the app adds to Confluence.
    #[serde(default, skip_serializing_if = "Modules::is_empty")]
    pub modules: Modules,
}

/// What stands for the base URL in a descriptor template.
pub const BASE_URL_PLACEHOLDER: &str = "{{baseUrl}}";

impl Descriptor {
    /// Reads a descriptor, and checks it by Atlassian's rules.
    ///
    /// # Errors
    ///
    /// See [`DescriptorError`]. A descriptor with [`BASE_URL_PLACEHOLDER`] in it is a template:
    /// see [`Descriptor::from_template`].
    pub fn parse(json: &str) -> Result<Self, DescriptorError> {
        let descriptor: Self =
            serde_json::from_str(json).map_err(|error| DescriptorError::Form(error.to_string()))?;
        descriptor.validate()?;
        Ok(descriptor)
    }

    /// Reads a template of a descriptor: each [`BASE_URL_PLACEHOLDER`] becomes the app's base URL.
    ///
    /// # Errors
    ///
    /// See [`DescriptorError`].
    pub fn from_template(json: &str, base_url: &BaseUrl) -> Result<Self, DescriptorError> {
        // A base URL has no character that would have to be escaped in JSON.
        Self::parse(&json.replace(BASE_URL_PLACEHOLDER, base_url.as_str()))
    }

    /// Checks by Atlassian's rules what the types can't say.
    ///
    /// # Errors
    ///
    /// [`DescriptorError::Rules`], with all that are broken.
    pub fn validate(&self) -> Result<(), DescriptorError> {
        let broken = rules::broken_by(self);
        if broken.is_empty() {
            Ok(())
        } else {
            Err(DescriptorError::Rules(broken))
        }
    }

    /// The same app at another URL. URLs of the vendor and links stay as they are.
    #[must_use]
    pub fn with_base_url(mut self, base_url: BaseUrl) -> Self {
        self.base_url = base_url;
        self
    }

    /// The descriptor as JSON, to be served as `application/json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .expect("a descriptor has text for keys and nothing that JSON can't hold")
    }
}

/// Why a descriptor was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// Not JSON, or not of a descriptor's form: a field too many, or of another type.
    #[error("the descriptor is not of the documented form: {0}")]
    Form(String),
    /// Of the right form, but it breaks these rules.
    #[error("the descriptor breaks the rules: {}", .0.join("; "))]
    Rules(Vec<String>),
}

/// Who makes an app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Of 100 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Of 200 characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// How the product proves that a request is its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// The method.
    #[serde(rename = "type", default)]
    pub method: AuthenticationMethod,
}

/// A way for the product to prove that a request is its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthenticationMethod {
    /// By signed tokens.
    #[default]
    #[serde(rename = "jwt", alias = "JWT")]
    Jwt,
    /// Not at all.
    #[serde(rename = "none", alias = "NONE")]
    None,
}

/// Where the app is told what becomes of it: URLs relative to the app's base URL.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// When it is installed, installed again, or upgraded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
    /// When it is enabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<String>,
    /// When it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    /// When it is uninstalled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uninstalled: Option<String>,
}

impl Lifecycle {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Changes of the protocol that an app has adopted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApiMigrations {
    /// Users are named by account id.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gdpr: bool,
    /// `installed` and `uninstalled` are signed with Atlassian's key. [`lifecycle`](crate::lifecycle) needs it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub signed_install: bool,
    /// Context tokens say that they are: their `qsh` is `context-qsh`. [`ContextToken`](crate::ContextToken) needs it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub context_qsh: bool,
}

impl ApiMigrations {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where the app's texts are in other languages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Translations {
    /// A JSON file for each language, relative to the app's base URL.
    pub paths: BTreeMap<Language, String>,
}

/// A language that Confluence knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each name says which language it is")]
pub enum Language {
    #[serde(rename = "de-DE")]
    German,
    #[serde(rename = "en-UK")]
    BritishEnglish,
    #[serde(rename = "en-US")]
    AmericanEnglish,
    #[serde(rename = "es-ES")]
    Spanish,
    #[serde(rename = "fr-FR")]
    French,
    #[serde(rename = "ja-JP")]
    Japanese,
    #[serde(rename = "ko-KR")]
    Korean,
    #[serde(rename = "pt-PT")]
    Portuguese,
    #[serde(rename = "ru-RU")]
    Russian,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests;
