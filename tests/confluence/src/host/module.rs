//! A module of an app, on its way into an iframe: its URL with everything that Confluence adds to it.
//!
//! <https://developer.atlassian.com/cloud/confluence/context-parameters/>

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use crate::descriptor::{Page, WebItem, WebItemContext};
use crate::installation::Installation;
use crate::people::Person;
use crate::qsh::encode;
use crate::session::NOBODY;
use crate::site::Site;

/// What an iframe may do.
const SANDBOX: &str = "allow-downloads allow-forms allow-modals allow-popups allow-scripts allow-same-origin \
                       allow-top-navigation-by-user-activation allow-storage-access-by-user-activation";
/// The version of Connect, as `cv` names it.
const CONNECT_VERSION: &str = "1001.0.0-SNAPSHOT";

/// Names and values for the variables in a module's URL: `page.id`, `space.key`, `ac.request` and so on.
pub(super) type Context = BTreeMap<String, String>;

/// A module that can be shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Module<'a> {
    pub(super) key: &'a str,
    pub(super) name: &'a str,
    url: &'a str,
    kind: &'static str,
    location: &'a str,
    cacheable: bool,
    /// Only administrators are shown it.
    pub(super) for_admins: bool,
}

impl<'a> Module<'a> {
    /// The page, dialog or web item with this key.
    pub(super) fn find(installation: &'a Installation, key: &str, locale: &str) -> Option<Self> {
        let modules = &installation.descriptor.modules;
        let page = modules
            .page(key)
            .map(|page| Self::page(installation, page, locale));
        let dialog = || {
            let dialog = modules.dialog(key)?;
            Some(Self {
                key: &dialog.key,
                name: installation.descriptor.title(),
                url: &dialog.url,
                kind: "dialogs",
                ..Self::plain()
            })
        };
        let web_item = || {
            modules
                .web_items
                .iter()
                .find(|item| item.key == key)
                .and_then(|item| Self::web_item(installation, item, locale))
        };
        page.or_else(dialog).or_else(web_item)
    }

    fn page(installation: &'a Installation, page: &'a Page, locale: &str) -> Self {
        let for_admins = installation.descriptor.modules.is_for_admins(&page.key);
        Self {
            key: &page.key,
            name: installation.translated(&page.name, locale),
            url: &page.url,
            kind: if for_admins {
                "adminPages"
            } else {
                "generalPages"
            },
            location: page.location.as_deref().unwrap_or_default(),
            cacheable: page.cacheable,
            for_admins,
        }
    }

    /// A web item shows a page of its own only if its URL is the app's.
    fn web_item(installation: &'a Installation, item: &'a WebItem, locale: &str) -> Option<Self> {
        (item.context == WebItemContext::Addon).then(|| Self {
            key: &item.key,
            name: installation.translated(&item.name, locale),
            url: &item.url,
            kind: "webItems",
            location: &item.location,
            ..Self::plain()
        })
    }

    fn plain() -> Self {
        Self {
            key: "",
            name: "",
            url: "",
            kind: "",
            location: "",
            cacheable: false,
            for_admins: false,
        }
    }

    /// What the bridge needs to show the module to someone, as `classifier=json` answers it.
    pub(super) fn data(
        &self,
        site: &Site,
        installation: &Installation,
        person: Option<&Person>,
        context: &Context,
    ) -> Value {
        let who = person.map_or(NOBODY, |person| person.account_id.as_str());
        let mint = site.mint(installation.clone());
        let product_context: Context = context
            .iter()
            .filter(|(name, _)| !name.starts_with("ac."))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let structured = structured(&product_context);
        let app_origin = Url::parse(&installation.descriptor.base_url)
            .map(|url| url.origin().ascii_serialization());
        json!({
            "addon_key": installation.app_key,
            "key": self.key,
            "uniqueKey": format!("{}__{}", installation.app_key, self.key),
            "moduleType": self.kind,
            "moduleLocation": self.location,
            "cp": "/wiki",
            "general": "",
            "w": "",
            "h": "",
            "url": self.url(site, installation, who, context),
            "contextJwt": mint.context_in(who, structured.clone()).sign(),
            "structuredContext": json!({"confluence": structured, "license": {"active": installation.licensed}}).to_string(),
            "contentClassifier": "content",
            "productCtx": json!(product_context).to_string(),
            "timeZone": person.map_or("UTC", |person| person.time_zone.as_str()),
            "origin": app_origin.unwrap_or_default(),
            "hostOrigin": site.urls.origin,
            "sandbox": SANDBOX,
            "apiMigrations": installation.descriptor.api_migrations,
        })
    }

    /// The URL of the iframe, with a token that is good for it alone.
    fn url(
        &self,
        site: &Site,
        installation: &Installation,
        who: &str,
        context: &Context,
    ) -> String {
        // https://developer.atlassian.com/cloud/confluence/cacheable-app-iframes-for-connect-apps/
        if self.cacheable {
            return installation.app_url(self.url);
        }
        let Installation {
            app_key, licensed, ..
        } = installation;
        let path = expand(self.url, context);
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!(
            "{path}{separator}xdm_e={}&xdm_c={}&cp=%2Fwiki&xdm_deprecated_addon_key_do_not_use={}&lic={}&cv={}",
            encode(&site.urls.origin),
            encode(&format!("channel-{app_key}__{}", self.key)),
            encode(app_key),
            if *licensed { "active" } else { "none" },
            encode(CONNECT_VERSION),
        );
        let token = site.mint(installation.clone()).page(who, &path).sign();
        format!("{}&jwt={token}", installation.app_url(&path))
    }
}

/// Puts the values of variables into a URL, percent-encoded; unknown ones leave nothing.
pub(super) fn expand(template: &str, context: &Context) -> String {
    let mut expanded = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((text, from_name)) = rest.split_once('{') {
        expanded.push_str(text);
        let (name, after) = from_name.split_once('}').unwrap_or((from_name, ""));
        if let Some(value) = context.get(name) {
            expanded.push_str(&encode(value));
        }
        rest = after;
    }
    expanded.push_str(rest);
    expanded
}

/// The page and space of a context, as context tokens carry them.
fn structured(context: &Context) -> Map<String, Value> {
    let part = |names: [&str; 3], prefix: &str| {
        let found = names
            .into_iter()
            .filter_map(|name| Some((name, context.get(&format!("{prefix}.{name}"))?)));
        found
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect::<Map<_, _>>()
    };
    let parts = [
        ("content", part(["id", "type", "version"], "content")),
        ("space", part(["id", "key", "name"], "space")),
    ];
    parts
        .into_iter()
        .filter(|(_, part)| !part.is_empty())
        .map(|(name, part)| (name.to_owned(), Value::Object(part)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_encoded_and_unknown_ones_empty() {
        let context = Context::from([
            ("ac.a".to_owned(), "x y&z=ü/".to_owned()),
            ("page.id".to_owned(), "7".to_owned()),
        ]);
        assert_eq!(
            expand("/p/{page.id}?a={ac.a}&b={ac.b}", &context),
            "/p/7?a=x%20y%26z%3D%C3%BC%2F&b="
        );
        assert_eq!(expand("/p?a={ac.a", &context), "/p?a=x%20y%26z%3D%C3%BC%2F");
        assert_eq!(expand("/plain", &context), "/plain");
    }
}
