//! The app descriptor, read as strictly as Confluence reads it: an unknown property is an error.
//!
//! <https://developer.atlassian.com/cloud/confluence/connect-app-descriptor/>

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::{Host, Url};

use crate::scopes::{Scope, expanded};

/// A valid descriptor.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Descriptor {
    pub key: String,
    pub base_url: String,
    pub authentication: Authentication,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
    #[serde(default)]
    pub lifecycle: Lifecycle,
    #[serde(default)]
    pub scopes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<u32>,
    #[serde(default)]
    pub enable_licensing: bool,
    #[serde(default)]
    pub api_migrations: ApiMigrations,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translations: Option<Translations>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, String>,
    #[serde(default)]
    pub modules: Modules,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    #[serde(rename = "type", default)]
    pub kind: AuthenticationKind,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthenticationKind {
    #[default]
    #[serde(alias = "JWT")]
    Jwt,
    #[serde(alias = "NONE")]
    None,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Where the app wants to hear of its own life, relative to its base URL.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uninstalled: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ApiMigrations {
    #[serde(default)]
    pub gdpr: bool,
    #[serde(default)]
    pub signed_install: bool,
    #[serde(default)]
    pub context_qsh: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Translations {
    pub paths: BTreeMap<Language, String>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Language {
    #[serde(rename = "en-US")]
    EnglishUs,
    #[serde(rename = "en-UK")]
    EnglishUk,
    #[serde(rename = "fr-FR")]
    French,
    #[serde(rename = "de-DE")]
    German,
    #[serde(rename = "pt-PT")]
    Portuguese,
    #[serde(rename = "es-ES")]
    Spanish,
    #[serde(rename = "ja-JP")]
    Japanese,
    #[serde(rename = "ko-KR")]
    Korean,
    #[serde(rename = "ru-RU")]
    Russian,
}

impl Language {
    /// The language that an app can declare for a locale such as `de_DE`, whatever the country.
    pub(crate) fn of_locale(locale: &str) -> Option<Self> {
        Some(match locale.split('_').next()? {
            "en" if locale == "en_UK" => Self::EnglishUk,
            "en" => Self::EnglishUs,
            "fr" => Self::French,
            "de" => Self::German,
            "pt" => Self::Portuguese,
            "es" => Self::Spanish,
            "ja" => Self::Japanese,
            "ko" => Self::Korean,
            "ru" => Self::Russian,
            _ => return None,
        })
    }
}

/// The modules that the simulator shows or acts on, and the others, which it only checks for their keys.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[serde(default)]
pub struct Modules {
    pub general_pages: Vec<Page>,
    pub admin_pages: Vec<Page>,
    pub profile_pages: Vec<Page>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configure_page: Option<Page>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_install_page: Option<Page>,
    pub web_items: Vec<WebItem>,
    pub dialogs: Vec<Dialog>,
    pub webhooks: Vec<Webhook>,
    pub web_sections: Vec<Value>,
    pub web_panels: Vec<Value>,
    pub dynamic_content_macros: Vec<Value>,
    pub static_content_macros: Vec<Value>,
    pub content_byline_items: Vec<Value>,
    pub space_tools_tabs: Vec<Value>,
    pub blueprints: Vec<Value>,
    pub custom_content: Vec<Value>,
    pub keyboard_shortcuts: Vec<Value>,
    pub confluence_content_properties: Vec<Value>,
    pub jobs: Vec<Value>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub i18n: Option<String>,
}

/// A page of the app: `generalPages`, `adminPages`, `configurePage` and so on.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Page {
    pub key: String,
    pub name: Text,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(default = "default_weight")]
    pub weight: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    #[serde(default)]
    pub cacheable: bool,
    #[serde(default)]
    pub full_page: bool,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebItem {
    pub key: String,
    pub name: Text,
    pub location: String,
    #[serde(default)]
    pub url: String,
    #[serde(default)]
    pub context: WebItemContext,
    #[serde(default = "default_weight")]
    pub weight: i32,
    #[serde(default)]
    pub target: Target,
    #[serde(default)]
    pub style_classes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    #[serde(default)]
    pub conditions: Vec<Condition>,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

/// What a web item's URL is relative to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WebItemContext {
    #[default]
    #[serde(alias = "ADDON")]
    Addon,
    /// The URL is the key of a page module.
    #[serde(alias = "PAGE")]
    Page,
    #[serde(alias = "PRODUCT")]
    Product,
}

/// Where a web item opens.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    #[serde(rename = "type", default)]
    pub kind: TargetKind,
    #[serde(default)]
    pub options: DialogOptions,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TargetKind {
    #[default]
    Page,
    Dialog,
    InlineDialog,
    /// A module of `dialogs`, named by `options.key`.
    DialogModule,
}

/// The options of a dialog.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DialogOptions {
    /// Only in targets of the type `dialogmodule`: the dialog that is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<DialogSize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chrome: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<Text>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DialogSize {
    Small,
    Medium,
    Large,
    #[serde(rename = "x-large")]
    XLarge,
    Fullscreen,
    Maximum,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Dialog {
    pub key: String,
    pub url: String,
    #[serde(default)]
    pub options: DialogOptions,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    pub event: String,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    #[serde(default)]
    pub exclude_body: bool,
    #[serde(default)]
    pub property_keys: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Icon {
    pub url: String,
    #[serde(default)]
    pub width: u32,
    #[serde(default)]
    pub height: u32,
}

/// When something is shown.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Condition {
    Single(SingleCondition),
    Composite(CompositeCondition),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SingleCondition {
    pub condition: String,
    #[serde(default)]
    pub invert: bool,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CompositeCondition {
    #[serde(rename = "type", default)]
    pub kind: CompositeKind,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CompositeKind {
    #[default]
    #[serde(alias = "AND")]
    And,
    #[serde(alias = "OR")]
    Or,
}

/// Why a descriptor was refused. `code` is what the plugin interface reports.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {detail}")]
pub struct DescriptorError {
    pub code: &'static str,
    pub detail: String,
}

const VALIDATION: &str = "connect.install.error.remote.descriptor.validation";

const CONDITIONS: [&str; 12] = [
    "addon_is_licensed",
    "addon_property_contains_any_user_group",
    "addon_property_equal_to",
    "addon_property_exists",
    "can_use_confluence",
    "content_property_equal_to",
    "feature_flag",
    "has_page",
    "user_is_admin",
    "user_is_confluence_administrator",
    "user_is_logged_in",
    "user_is_sysadmin",
];

impl Descriptor {
    /// Reads and checks a descriptor.
    ///
    /// # Errors
    /// It isn't JSON, has an unknown property or one of the wrong type, or breaks one of Confluence's rules.
    pub fn parse(json: &str) -> Result<Self, DescriptorError> {
        let descriptor: Self =
            serde_json::from_str(json).map_err(|error| invalid(error.to_string()))?;
        descriptor.check()?;
        Ok(descriptor)
    }

    /// The scopes of the app, those included in others too.
    pub(crate) fn effective_scopes(&self) -> BTreeSet<Scope> {
        expanded(
            self.scopes
                .iter()
                .filter_map(|name| Scope::parse(&name.to_ascii_uppercase())),
        )
    }

    /// The app's name, or its key where it has none.
    pub(crate) fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.key)
    }

    fn check(&self) -> Result<(), DescriptorError> {
        check_key("key", &self.key, 80, "-._")?;
        check_length("name", self.name.as_deref(), 80)?;
        check_length("description", self.description.as_deref(), 1400)?;
        check_length("baseUrl", Some(&self.base_url), 200)?;
        if let Some(vendor) = &self.vendor {
            check_length("vendor.name", vendor.name.as_deref(), 100)?;
            check_length("vendor.url", vendor.url.as_deref(), 200)?;
        }
        check_base_url(&self.base_url)?;
        self.check_scopes()?;
        self.check_lifecycle()?;
        self.check_modules()
    }

    fn check_scopes(&self) -> Result<(), DescriptorError> {
        for name in &self.scopes {
            // `none` and `project_admin` are valid names which give nothing in Confluence.
            let upper = name.to_ascii_uppercase();
            let same_case = *name == upper || *name == name.to_ascii_lowercase();
            let known = Scope::parse(&upper).is_some()
                || ["NONE", "PROJECT_ADMIN"].contains(&upper.as_str());
            if !known || !same_case {
                return Err(invalid(format!("scopes: {name:?} isn't a scope")));
            }
        }
        if !self.modules.webhooks.is_empty() && !self.effective_scopes().contains(&Scope::Read) {
            return Err(DescriptorError {
                code: "connect.install.error.missing.scope",
                detail: "webhooks need the scope READ".to_owned(),
            });
        }
        Ok(())
    }

    fn check_lifecycle(&self) -> Result<(), DescriptorError> {
        let Lifecycle {
            installed,
            enabled,
            disabled,
            uninstalled,
        } = &self.lifecycle;
        for (name, url) in [
            ("installed", installed),
            ("enabled", enabled),
            ("disabled", disabled),
            ("uninstalled", uninstalled),
        ] {
            if let Some(url) = url {
                check_relative(&format!("lifecycle.{name}"), url)?;
            }
        }
        if self.authentication.kind == AuthenticationKind::Jwt && installed.is_none() {
            return Err(invalid(
                "authentication.type jwt needs lifecycle.installed, which receives the secret",
            ));
        }
        let ApiMigrations {
            gdpr,
            signed_install,
            context_qsh,
        } = self.api_migrations;
        if !(gdpr && signed_install && context_qsh) {
            let detail = "apiMigrations must opt in to gdpr, signed-install and context-qsh: the site only speaks \
                          the migrated forms";
            return Err(invalid(detail));
        }
        Ok(())
    }

    fn check_modules(&self) -> Result<(), DescriptorError> {
        let modules = &self.modules;
        let mut keys = BTreeSet::new();
        for page in modules.pages() {
            check_module_key(&mut keys, &page.key)?;
            check_relative(&format!("modules: page {:?}: url", page.key), &page.url)?;
            check_conditions(&page.conditions)?;
        }
        let plain = modules
            .general_pages
            .iter()
            .chain(&modules.profile_pages)
            .chain(&modules.post_install_page);
        if let Some(page) = plain.into_iter().find(|page| page.full_page) {
            return Err(invalid(format!(
                "modules: page {:?}: only admin pages have fullPage",
                page.key
            )));
        }
        for dialog in &modules.dialogs {
            check_module_key(&mut keys, &dialog.key)?;
            if dialog.options.key.is_some() {
                return Err(invalid(format!(
                    "modules: dialog {:?}: options have no property key",
                    dialog.key
                )));
            }
        }
        for item in &modules.web_items {
            check_module_key(&mut keys, &item.key)?;
            check_conditions(&item.conditions)?;
        }
        for other in modules.others() {
            let key = other.get("key").and_then(Value::as_str);
            check_module_key(
                &mut keys,
                key.ok_or_else(|| invalid("modules: a module has no key"))?,
            )?;
        }
        for webhook in &modules.webhooks {
            check_relative(
                &format!("modules: webhook {:?}: url", webhook.event),
                &webhook.url,
            )?;
        }
        self.check_references()
    }

    /// Web items that point to other modules must point to some that exist.
    fn check_references(&self) -> Result<(), DescriptorError> {
        for item in &self.modules.web_items {
            if item.context == WebItemContext::Page && self.modules.page(&item.url).is_none() {
                return Err(invalid(format!(
                    "modules: web item {:?}: no page has the key {:?}",
                    item.key, item.url
                )));
            }
            if item.target.kind == TargetKind::DialogModule {
                let key = item.target.options.key.as_deref().unwrap_or_default();
                if self.modules.dialog(key).is_none() {
                    return Err(invalid(format!(
                        "modules: web item {:?}: no dialog has the key {key:?}",
                        item.key
                    )));
                }
            }
        }
        Ok(())
    }
}

impl Modules {
    /// The pages of every kind.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &Page> {
        let lists = self
            .general_pages
            .iter()
            .chain(&self.admin_pages)
            .chain(&self.profile_pages);
        lists
            .chain(&self.configure_page)
            .chain(&self.post_install_page)
    }

    pub(crate) fn page(&self, key: &str) -> Option<&Page> {
        self.pages().find(|page| page.key == key)
    }

    pub(crate) fn dialog(&self, key: &str) -> Option<&Dialog> {
        self.dialogs.iter().find(|dialog| dialog.key == key)
    }

    /// Whether a page is one that only administrators are offered.
    pub(crate) fn is_for_admins(&self, key: &str) -> bool {
        self.admin_pages
            .iter()
            .chain(&self.configure_page)
            .any(|page| page.key == key)
    }

    fn others(&self) -> impl Iterator<Item = &Value> {
        [
            &self.web_sections,
            &self.web_panels,
            &self.dynamic_content_macros,
            &self.static_content_macros,
            &self.content_byline_items,
            &self.space_tools_tabs,
            &self.blueprints,
            &self.custom_content,
            &self.keyboard_shortcuts,
            &self.confluence_content_properties,
            &self.jobs,
        ]
        .into_iter()
        .flatten()
    }
}

fn check_base_url(base_url: &str) -> Result<(), DescriptorError> {
    let url = Url::parse(base_url).map_err(|error| invalid(format!("baseUrl: {error}")))?;
    // Confluence wants TLS without exception. On one machine there is nobody between app and site.
    let local = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        return Ok(());
    }
    let detail =
        format!("baseUrl {base_url:?} must begin with https:// (http:// is only for this machine)");
    Err(DescriptorError {
        code: "connect.install.error.base_url.no_tls",
        detail,
    })
}

fn check_relative(what: &str, url: &str) -> Result<(), DescriptorError> {
    if url.starts_with('/') && !url.starts_with("//") {
        return Ok(());
    }
    Err(invalid(format!(
        "{what} {url:?} must be relative to baseUrl and begin with one '/'"
    )))
}

fn check_length(what: &str, text: Option<&str>, most: usize) -> Result<(), DescriptorError> {
    if text.is_some_and(|text| text.chars().count() > most) {
        return Err(invalid(format!("{what} is longer than {most} characters")));
    }
    Ok(())
}

fn check_key(what: &str, key: &str, most: usize, also: &str) -> Result<(), DescriptorError> {
    check_length(what, Some(key), most)?;
    let fits = |character: char| character.is_ascii_alphanumeric() || also.contains(character);
    if key.is_empty() || !key.chars().all(fits) {
        return Err(invalid(format!(
            "{what} {key:?} may hold only letters, digits and {also:?}"
        )));
    }
    Ok(())
}

fn check_module_key<'a>(seen: &mut BTreeSet<&'a str>, key: &'a str) -> Result<(), DescriptorError> {
    check_key("modules: key", key, 100, "-")?;
    if !seen.insert(key) {
        return Err(invalid(format!("modules: the key {key:?} is used twice")));
    }
    Ok(())
}

fn check_conditions(conditions: &[Condition]) -> Result<(), DescriptorError> {
    for condition in conditions {
        match condition {
            Condition::Single(SingleCondition { condition, .. })
                if !CONDITIONS.contains(&condition.as_str()) =>
            {
                return Err(invalid(format!("modules: {condition:?} isn't a condition")));
            }
            Condition::Single(_) => {}
            Condition::Composite(composite) => check_conditions(&composite.conditions)?,
        }
    }
    Ok(())
}

fn invalid(detail: impl Into<String>) -> DescriptorError {
    DescriptorError {
        code: VALIDATION,
        detail: detail.into(),
    }
}

fn default_weight() -> i32 {
    100
}
