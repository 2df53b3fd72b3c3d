//! What apps put into Confluence's menus: pages and web items, where their location says.
//!
//! <https://developer.atlassian.com/cloud/confluence/extension-point-locations/>

use serde_json::json;

use super::html::esc;
use super::module::{Context, expand};
use super::visitor::Visitor;
use crate::descriptor::{
    CompositeCondition, CompositeKind, Condition, Dialog, DialogOptions, Page, SingleCondition,
    TargetKind, WebItem, WebItemContext,
};
use crate::installation::Installation;
use crate::people::Person;
use crate::qsh::encode;

/// Where general pages without a location are listed.
const DEFAULT_FOR_PAGES: &str = "system.help/pages";
/// Where administration pages without a location are listed.
const DEFAULT_FOR_ADMIN_PAGES: &str = "system.admin/marketplace_confluence";

/// An entry in a menu.
#[derive(Clone, Debug)]
pub(super) struct MenuItem {
    pub(super) label: String,
    pub(super) href: String,
    /// What opens in a dialog instead of the link, as JSON for the bridge.
    dialog: Option<String>,
    weight: i32,
}

impl MenuItem {
    /// The attributes of its link.
    pub(super) fn attributes(&self) -> String {
        let href = format!("href=\"{}\"", esc(&self.href));
        match &self.dialog {
            Some(dialog) => format!("{href} data-dialog=\"{}\"", esc(dialog)),
            None => href,
        }
    }
}

/// The entries of all apps for locations that begin with `location`, by weight.
pub(super) fn at(visitor: &Visitor, location: &str, context: &Context) -> Vec<MenuItem> {
    let installations = visitor
        .site
        .read(|world| world.installations.values().cloned().collect::<Vec<_>>());
    let enabled = installations
        .iter()
        .filter(|installation| installation.enabled);
    let mut items: Vec<_> = enabled
        .flat_map(|installation| of_app(installation, visitor, location, context))
        .collect();
    items.sort_by(|a, b| (a.weight, &a.label).cmp(&(b.weight, &b.label)));
    items
}

fn of_app(
    installation: &Installation,
    visitor: &Visitor,
    location: &str,
    context: &Context,
) -> Vec<MenuItem> {
    let modules = &installation.descriptor.modules;
    let here = |page: &Page, default: &str| {
        page.location
            .as_deref()
            .unwrap_or(default)
            .starts_with(location)
    };
    let general = modules
        .general_pages
        .iter()
        .filter(|page| here(page, DEFAULT_FOR_PAGES));
    let admin = modules
        .admin_pages
        .iter()
        .filter(|page| here(page, DEFAULT_FOR_ADMIN_PAGES));
    let pages = general
        .chain(admin)
        .filter(|page| hold(&page.conditions, installation, visitor));
    let pages = pages.map(|page| MenuItem {
        label: installation.translated(&page.name, visitor.locale()).into(),
        href: servlet(installation, &page.key, context),
        dialog: None,
        weight: page.weight,
    });
    let web_items = modules
        .web_items
        .iter()
        .filter(|item| item.location.starts_with(location));
    let web_items = web_items.filter(|item| hold(&item.conditions, installation, visitor));
    pages
        .chain(web_items.map(|item| web_item(installation, item, visitor, context)))
        .collect()
}

fn web_item(
    installation: &Installation,
    item: &WebItem,
    visitor: &Visitor,
    context: &Context,
) -> MenuItem {
    let href = match item.context {
        WebItemContext::Addon => servlet(installation, &item.key, context),
        WebItemContext::Page => servlet(installation, &item.url, context),
        WebItemContext::Product => format!("/wiki{}", expand(&item.url, context)),
    };
    let own = match item.context {
        WebItemContext::Page => &item.url,
        WebItemContext::Addon | WebItemContext::Product => &item.key,
    };
    let options = &item.target.options;
    let dialog = match item.target.kind {
        TargetKind::Page => None,
        // Small dialogs beside their link aren't told from dialogs here.
        TargetKind::Dialog | TargetKind::InlineDialog => Some(dialog(installation, own, options)),
        TargetKind::DialogModule => {
            let key = options.key.as_deref().unwrap_or_default();
            let module = installation.descriptor.modules.dialog(key);
            module.map(|Dialog { key, options, .. }| dialog(installation, key, options))
        }
    };
    MenuItem {
        label: installation.translated(&item.name, visitor.locale()).into(),
        href,
        dialog,
        weight: item.weight,
    }
}

fn dialog(installation: &Installation, module_key: &str, options: &DialogOptions) -> String {
    json!({"addonKey": installation.app_key, "moduleKey": module_key, "options": dialog_options(options)}).to_string()
}

/// Options of a dialog in a descriptor, with chrome unless it says otherwise.
pub(super) fn dialog_options(options: &DialogOptions) -> serde_json::Value {
    let mut options = json!(options);
    if options["chrome"].is_null() {
        options["chrome"] = json!(true);
    }
    options
}

/// The host's URL of a module, with the context in which its link stands.
fn servlet(installation: &Installation, module_key: &str, context: &Context) -> String {
    let path = format!(
        "/wiki/plugins/servlet/ac/{}/{}",
        encode(&installation.app_key),
        encode(module_key)
    );
    let query: Vec<_> = context
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    if query.is_empty() {
        path
    } else {
        format!("{path}?{}", query.join("&"))
    }
}

fn hold(conditions: &[Condition], installation: &Installation, visitor: &Visitor) -> bool {
    conditions
        .iter()
        .all(|condition| holds(condition, installation, visitor))
}

/// Conditions hide links, and nothing more. Those about properties and feature flags don't hold here: there are none.
fn holds(condition: &Condition, installation: &Installation, visitor: &Visitor) -> bool {
    match condition {
        Condition::Single(SingleCondition {
            condition, invert, ..
        }) => {
            let person = visitor.person.as_ref();
            let met = match condition.as_str() {
                "user_is_logged_in" => person.is_some(),
                "can_use_confluence" => person.is_some_and(Person::may_use_confluence),
                "user_is_admin" | "user_is_confluence_administrator" | "user_is_sysadmin" => {
                    visitor.administers()
                }
                "addon_is_licensed" => installation.licensed,
                _ => false,
            };
            met != *invert
        }
        Condition::Composite(CompositeCondition { kind, conditions }) => {
            let mut each = conditions
                .iter()
                .map(|condition| holds(condition, installation, visitor));
            match kind {
                CompositeKind::And => each.all(|met| met),
                CompositeKind::Or => each.any(|met| met),
            }
        }
    }
}
