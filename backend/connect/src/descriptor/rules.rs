use std::collections::BTreeSet;

use super::{Descriptor, Modules, OpaqueModule, Target, UrlContext};
use crate::Scope;

/// Every rule that a descriptor breaks, in words: where, and what is wrong there.
///
/// Source: Atlassian's schema of descriptors, and [Modules](https://developer.atlassian.com/cloud/confluence/modules/).
pub(super) fn broken_by(descriptor: &Descriptor) -> Vec<String> {
    let mut broken = Broken::default();
    root(descriptor, &mut broken);
    lifecycle(descriptor, &mut broken);
    keys(&descriptor.modules, &mut broken);
    urls(&descriptor.modules, &mut broken);
    web_items(&descriptor.modules, &mut broken);
    webhooks(descriptor, &mut broken);
    broken.0
}

#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn add(&mut self, place: impl std::fmt::Display, rule: &str) {
        self.0.push(format!("{place}: {rule}"));
    }

    fn longer_than(&mut self, most: usize, place: &str, text: Option<&str>) {
        if text.is_some_and(|text| text.chars().count() > most) {
            self.add(place, &format!("longer than {most} characters"));
        }
    }

    fn not_relative(&mut self, place: impl std::fmt::Display, url: &str) {
        if !is_relative(url) {
            self.add(
                place,
                "not a URL relative to baseUrl, which begins with one /",
            );
        }
    }
}

fn root(descriptor: &Descriptor, broken: &mut Broken) {
    broken.longer_than(80, "name", descriptor.name.as_deref());
    broken.longer_than(1400, "description", descriptor.description.as_deref());
    broken.longer_than(200, "baseUrl", Some(descriptor.base_url.as_str()));
    if let Some(vendor) = &descriptor.vendor {
        broken.longer_than(100, "vendor.name", vendor.name.as_deref());
        broken.longer_than(200, "vendor.url", vendor.url.as_deref());
    }
    if let Some(translations) = &descriptor.translations {
        for url in translations.paths.values() {
            broken.not_relative("translations.paths", url);
        }
    }
}

fn lifecycle(descriptor: &Descriptor, broken: &mut Broken) {
    let lifecycle = &descriptor.lifecycle;
    for (place, url) in [
        ("lifecycle.installed", &lifecycle.installed),
        ("lifecycle.enabled", &lifecycle.enabled),
        ("lifecycle.disabled", &lifecycle.disabled),
        ("lifecycle.uninstalled", &lifecycle.uninstalled),
    ] {
        if let Some(url) = url {
            broken.not_relative(place, url);
        }
    }
    if descriptor.api_migrations.signed_install && lifecycle.installed.is_none() {
        broken.add(
            "apiMigrations.signed-install",
            "there is no lifecycle.installed to be signed",
        );
    }
}

/// A module, for a message: its kind and key.
type Named<'a> = (&'static str, &'a str);

/// The modules that are pages, and that a web item can lead to.
fn pages(modules: &Modules) -> Vec<Named<'_>> {
    let mut pages = Vec::new();
    pages.extend(
        modules
            .general_pages
            .iter()
            .map(|page| ("generalPages", page.key.as_str())),
    );
    pages.extend(
        modules
            .admin_pages
            .iter()
            .map(|page| ("adminPages", page.key.as_str())),
    );
    pages.extend(
        modules
            .configure_page
            .iter()
            .map(|page| ("configurePage", page.key.as_str())),
    );
    pages.extend(
        modules
            .post_install_page
            .iter()
            .map(|page| ("postInstallPage", page.key.as_str())),
    );
    pages.extend(opaque("profilePages", &modules.profile_pages));
    pages.extend(opaque("spaceToolsTabs", &modules.space_tools_tabs));
    pages
}

fn opaque<'a>(kind: &'static str, modules: &'a [OpaqueModule]) -> impl Iterator<Item = Named<'a>> {
    modules
        .iter()
        .filter_map(move |module| Some((kind, module.key()?)))
}

fn keys(modules: &Modules, broken: &mut Broken) {
    let mut keys = pages(modules);
    keys.extend(
        modules
            .web_items
            .iter()
            .map(|item| ("webItems", item.key.as_str())),
    );
    keys.extend(
        modules
            .web_sections
            .iter()
            .map(|section| ("webSections", section.key.as_str())),
    );
    keys.extend(
        modules
            .web_panels
            .iter()
            .map(|panel| ("webPanels", panel.key.as_str())),
    );
    keys.extend(
        modules
            .dialogs
            .iter()
            .map(|dialog| ("dialogs", dialog.key.as_str())),
    );
    keys.extend(opaque(
        "dynamicContentMacros",
        &modules.dynamic_content_macros,
    ));
    keys.extend(opaque(
        "staticContentMacros",
        &modules.static_content_macros,
    ));
    keys.extend(opaque("contentBylineItems", &modules.content_byline_items));
    keys.extend(opaque("blueprints", &modules.blueprints));
    keys.extend(opaque("customContent", &modules.custom_content));
    keys.extend(opaque("jobs", &modules.jobs));
    keys.extend(opaque("keyboardShortcuts", &modules.keyboard_shortcuts));

    let mut seen = BTreeSet::new();
    for (kind, key) in keys {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if key.is_empty() || !key.bytes().all(is_plain) {
            broken.add(
                format_args!("{kind} {key:?}"),
                "a key has letters, digits and - only",
            );
        }
        if !seen.insert(key) {
            broken.add(
                format_args!("{kind} {key:?}"),
                "another module has this key",
            );
        }
    }
}

fn urls(modules: &Modules, broken: &mut Broken) {
    let general = modules
        .general_pages
        .iter()
        .chain(&modules.post_install_page);
    let admin = modules.admin_pages.iter().chain(&modules.configure_page);
    let pages = general
        .map(|page| (&page.key, &page.url, page.cacheable))
        .chain(admin.map(|page| (&page.key, &page.url, page.cacheable)));
    for (key, url, cacheable) in pages {
        broken.not_relative(format_args!("page {key:?}"), url);
        if cacheable && url.contains('{') {
            broken.add(
                format_args!("page {key:?}"),
                "a cacheable page gets no parameters, but its url has some",
            );
        }
    }
    for panel in &modules.web_panels {
        broken.not_relative(format_args!("web panel {:?}", panel.key), &panel.url);
    }
    for dialog in &modules.dialogs {
        broken.not_relative(format_args!("dialog {:?}", dialog.key), &dialog.url);
    }
    for webhook in &modules.webhooks {
        broken.not_relative(format_args!("webhook {:?}", webhook.event), &webhook.url);
    }
}

fn web_items(modules: &Modules, broken: &mut Broken) {
    let pages: BTreeSet<&str> = pages(modules).into_iter().map(|(_, key)| key).collect();
    for item in &modules.web_items {
        let place = format!("web item {:?}", item.key);
        if let Some(url) = &item.url {
            match item.context {
                UrlContext::Page if !pages.contains(url.as_str()) => {
                    broken.add(&place, "its url is the key of no page");
                }
                UrlContext::Page => {}
                UrlContext::Addon | UrlContext::Product if is_relative(url) || is_absolute(url) => {
                }
                UrlContext::Addon | UrlContext::Product => {
                    broken.add(&place, "its url is neither absolute nor begins with one /");
                }
            }
        }
        if let Some(Target::DialogModule(target)) = &item.target
            && !modules
                .dialogs
                .iter()
                .any(|dialog| dialog.key == target.key)
        {
            broken.add(&place, "its target is the key of no dialog");
        }
    }
}

fn webhooks(descriptor: &Descriptor, broken: &mut Broken) {
    // Each of these implies READ.
    let can_read = descriptor.scopes.iter().any(|scope| {
        matches!(
            scope,
            Scope::Read
                | Scope::Write
                | Scope::Delete
                | Scope::ProjectAdmin
                | Scope::SpaceAdmin
                | Scope::Admin
        )
    });
    if !descriptor.modules.webhooks.is_empty() && !can_read {
        broken.add("webhooks", "need the scope READ");
    }
    for webhook in &descriptor.modules.webhooks {
        if webhook.event.is_empty() {
            broken.add("webhooks", "one has no event");
        }
    }
}

fn is_relative(url: &str) -> bool {
    url.starts_with('/')
        && !url.starts_with("//")
        && url
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

fn is_absolute(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
