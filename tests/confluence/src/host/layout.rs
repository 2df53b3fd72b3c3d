//! What surrounds every page: the simulator's bar, the top bar, the sidebar, and what the bridge needs.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::avatar;
use super::html::{esc, script_json};
use super::language::LANGUAGES;
use super::menu_items::{self, MenuItem, dialog_options};
use super::module::Context;
use super::time;
use super::visitor::{Theme, Visitor};
use crate::people::Person;
use crate::qsh::encode;
use crate::session::NOBODY;
use crate::spaces::{Content, ContentKind, Space};

/// A page, without what surrounds it.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) title: String,
    pub(super) body: String,
    /// The space that the page is in, for the sidebar.
    pub(super) space: Option<Space>,
    /// The sidebar is that of the administration.
    pub(super) administration: bool,
    /// What the page is about, for apps.
    pub(super) context: Context,
    /// What `AP.navigator.getLocation` says.
    pub(super) target: &'static str,
    /// The module that fills the page.
    pub(super) module: Option<Value>,
}

impl View {
    pub(super) fn new(title: &str, body: String) -> Self {
        Self {
            title: title.to_owned(),
            body,
            target: "site",
            ..Self::default()
        }
    }

    pub(super) fn notice(title: &str, text: &str) -> Self {
        let body = format!(
            "<div class=\"notice\"><h1>{}</h1><p>{}</p></div>",
            esc(title),
            esc(text)
        );
        Self::new(title, body)
    }
}

/// A whole page.
pub(super) fn document(visitor: &Visitor, view: &View) -> String {
    let side = if view.administration {
        administration(visitor)
    } else {
        side(visitor, view)
    };
    let page = format!(
        r##"<a class="skip-link" href="#main">Skip to main content</a>
<div id="page">
{simulator}
{top}
<div class="columns">
<nav class="side" aria-label="Sidebar">{side}</nav>
<main class="main" id="main" tabindex="-1">{body}</main>
</div>
</div>"##,
        simulator = simulator_bar(visitor),
        top = top_bar(visitor, view),
        body = view.body,
    );
    shell(visitor, view, &page)
}

/// What people see whose account has no access.
pub(super) fn no_access(visitor: &Visitor, person: &Person) -> String {
    let body = format!(
        r#"<div id="page">{bar}<main class="main" id="main"><div class="notice"><h1>You don’t have access to Confluence</h1>
<p>{name}, this account can’t be used on this site. Ask an administrator for access, or sign in as someone else.</p></div></main></div>"#,
        bar = simulator_bar(visitor),
        name = esc(&person.shown_name()),
    );
    shell(visitor, &View::new("No access", String::new()), &body)
}

fn shell(visitor: &Visitor, view: &View, page: &str) -> String {
    let color_mode = match visitor.theme {
        Theme::Light | Theme::Auto => "light",
        Theme::Dark => "dark",
    };
    format!(
        r#"<!doctype html>
<html lang="en" data-color-mode="{color_mode}" data-chosen-theme="{chosen}" data-theme="light:light dark:dark spacing:spacing shape:shape typography:typography-adg3">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} - Confluence</title>
<link rel="icon" href="/simulator-assets/logo.svg" type="image/svg+xml">
{themes}<link rel="stylesheet" href="/simulator-assets/host.css">
</head>
<body>
{page}
<div id="dialogs"></div>
<div class="flags"><div id="flags-urgent" role="alert"></div><div id="flags-polite" role="status"></div></div>
<script type="application/json" id="simulator-page">{data}</script>
<script src="/simulator-assets/jquery.js"></script>
<script src="/simulator-assets/product.js"></script>
<script src="/simulator-assets/connect-host.js"></script>
<script type="module" src="/simulator-assets/theme.js"></script>
<script type="module" src="/simulator-assets/language.js"></script>
<script type="module" src="/simulator-assets/menus.js"></script>
<script type="module" src="/simulator-assets/pages.js"></script>
<script type="module" src="/simulator-assets/simulator.js"></script>
<script type="module" src="/simulator-assets/bridge.js"></script>
</body>
</html>
"#,
        chosen = visitor.theme.as_str(),
        title = esc(&view.title),
        themes = ["light", "dark", "spacing", "shape", "typography-adg3"]
            .map(|theme| format!(
                "<link rel=\"stylesheet\" href=\"/simulator-assets/themes/{theme}.css\">\n"
            ))
            .concat(),
        data = script_json(&data(visitor, view)),
    )
}

/// What bridge.js reads.
fn data(visitor: &Visitor, view: &View) -> Value {
    let person = visitor.person.as_ref();
    json!({
        "title": view.title,
        "accountId": person.map(|person| &person.account_id),
        "timeZone": person.map_or("UTC", |person| person.time_zone.as_str()),
        "locale": visitor.locale(),
        "target": view.target,
        "productContext": view.context,
        "dialogModules": dialog_modules(visitor),
        "module": view.module,
    })
}

/// The options of all dialogs in descriptors, which `AP.dialog.create` starts from.
fn dialog_modules(visitor: &Visitor) -> Value {
    visitor.site.read(|world| {
        let apps = world.installations.values().map(|installation| {
            let dialogs = installation.descriptor.modules.dialogs.iter();
            let dialogs: Map<_, _> = dialogs
                .map(|dialog| {
                    (
                        dialog.key.clone(),
                        json!({"options": dialog_options(&dialog.options)}),
                    )
                })
                .collect();
            (installation.app_key.clone(), Value::Object(dialogs))
        });
        Value::Object(apps.collect())
    })
}

fn simulator_bar(visitor: &Visitor) -> String {
    let current = visitor
        .person
        .as_ref()
        .map_or(NOBODY, |person| person.account_id.as_str());
    let name = visitor
        .person
        .as_ref()
        .map_or("Nobody".to_owned(), |person| person.display_name.clone());
    let people = visitor.site.read(|world| {
        let people = world
            .people
            .iter()
            .filter(|person| person.account_type != crate::people::AccountType::App);
        people.cloned().collect::<Vec<_>>()
    });
    let mut items = String::new();
    for person in &people {
        let checked = person.account_id == current;
        items.push_str(&switch(
            visitor,
            &person.handle,
            &person.display_name,
            &about(person),
            checked,
        ));
    }
    items.push_str(&switch(
        visitor,
        NOBODY,
        "Nobody",
        "anonymous",
        current == NOBODY,
    ));
    format!(
        r#"<aside class="simulator" aria-label="Simulator"><span class="simulator-name">Simulator</span>
<span class="menu-anchor"><button class="menu-button" aria-haspopup="menu" aria-expanded="false" aria-controls="menu-people">Signed in as {name} <span aria-hidden="true">▾</span></button>
<span class="menu" id="menu-people" role="menu" aria-label="Sign in as" hidden>{items}</span></span>
<span class="spacer"></span>
<a href="/wiki/simulator/apps">Apps</a>
<a href="/wiki/simulator/calls">Calls</a>
<a href="/wiki/simulator/clock">Clock<span class="clock-face">: {clock} UTC</span></a></aside>"#,
        name = esc(&name),
        clock = time::to_the_second(visitor.site.clock.now()),
    )
}

fn switch(visitor: &Visitor, handle: &str, name: &str, about: &str, checked: bool) -> String {
    format!(
        r#"<a role="menuitemradio" aria-checked="{checked}" tabindex="-1" href="/control/sign-in?person={handle}&amp;then={then}">{name}<small>{about}</small></a>"#,
        handle = esc(&encode(handle)),
        then = esc(&encode(&visitor.path)),
        name = esc(name),
        about = esc(about),
    )
}

fn about(person: &Person) -> String {
    use crate::people::{AccountState, AccountType};
    match (person.state, person.account_type) {
        (AccountState::Closed, _) => "closed",
        (AccountState::Inactive, _) => "deactivated",
        (AccountState::Active, AccountType::Customer) => "customer",
        (AccountState::Active, _) if person.admin => "administrator",
        (AccountState::Active, _) if !person.can_use_confluence => "no access",
        (AccountState::Active, _) => "user",
    }
    .to_owned()
}

fn top_bar(visitor: &Visitor, view: &View) -> String {
    let nothing = Context::new();
    let header_links = links(&menu_items::at(visitor, "system.header", &nothing));
    let help = menu_items::at(visitor, "system.help", &nothing);
    let help = match help.is_empty() {
        true => String::new(),
        false => menu(
            "help",
            "Help",
            "Help",
            HELP_ICON,
            &group("Apps", &entries(&help)),
        ),
    };
    let settings = match visitor.administers() {
        true => format!(
            r#"<a class="icon-button" href="/wiki/admin" aria-label="Settings">{SETTINGS_ICON}</a>"#
        ),
        false => String::new(),
    };
    let create = match visitor.person {
        Some(_) => {
            let space = view.space.as_ref().map_or("", |space| space.key.as_str());
            format!(
                r#"<a class="button button-primary" href="/wiki/create?space={}">Create</a>"#,
                esc(&encode(space))
            )
        }
        None => String::new(),
    };
    format!(
        r#"<header class="top"><a class="product" href="/wiki/home">{LOGO}Confluence</a>{header_links}
<form class="search" role="search" action="/wiki/search">{SEARCH_ICON}<input type="search" name="q" placeholder="Search" aria-label="Search"></form>
{create}{help}{settings}{account}</header>"#,
        account = account_menu(visitor),
    )
}

fn account_menu(visitor: &Visitor) -> String {
    let Some(person) = &visitor.person else {
        let then = esc(&encode(&visitor.path)).to_string();
        return format!(
            r#"<a class="button" href="/control/sign-in?person=alice&amp;then={then}">Log in</a>"#
        );
    };
    let nothing = Context::new();
    let own = [
        item(
            "Profile",
            &format!("/wiki/people/{}", encode(&person.account_id)),
        ),
        personal_space(visitor, person).map_or(String::new(), |space| {
            item("Personal space", &space_href(&space))
        }),
    ];
    let preferences = entries(&menu_items::at(
        visitor,
        "system.user/user-preferences",
        &nothing,
    ));
    let content = entries(&menu_items::at(
        visitor,
        "system.user/user-content",
        &nothing,
    ));
    let operations = entries(&menu_items::at(
        visitor,
        "system.user/user-operations",
        &nothing,
    ));
    let themes = [(Theme::Light, "Light"), (Theme::Dark, "Dark"), (Theme::Auto, "Match system")].map(|(theme, name)| {
        format!(
            r#"<button role="menuitemradio" aria-checked="{}" tabindex="-1" data-choose-theme="{}">{name}</button>"#,
            theme == visitor.theme,
            theme.as_str(),
        )
    });
    let languages = LANGUAGES.map(|language| {
        format!(
            r#"<button role="menuitemradio" aria-checked="{}" tabindex="-1" lang="{}" data-choose-language="{}">{}</button>"#,
            language.locale == person.locale,
            language.tag(),
            language.locale,
            language.name,
        )
    });
    let languages = format!(
        r#"<div class="menu-columns" role="presentation" data-account="{}">{}</div>"#,
        esc(&person.account_id),
        languages.concat(),
    );
    let log_out = item("Log out", "/control/sign-in?person=nobody&then=/wiki/home");
    let head = format!(
        r#"<div class="menu-head" role="presentation">{}<span><strong>{}</strong><small>{}</small></span></div>"#,
        avatar::picture(Some(person), 40),
        esc(&person.display_name),
        esc(&person.email),
    );
    let groups = [
        group("Account", &[own.concat(), preferences].concat()),
        group("Apps", &content),
        group("Theme", &themes.concat()),
        group("Language", &languages),
        group("Session", &[operations, log_out].concat()),
    ];
    let picture = avatar::picture(Some(person), 28);
    menu(
        "account",
        "Your profile and settings",
        "Your profile and settings",
        &picture,
        &format!("{head}{}", groups.concat()),
    )
}

/// A menu with the button that opens it. `name` is its id, and unique on a page.
pub(super) fn menu(
    name: &str,
    button_label: &str,
    label: &str,
    face: &str,
    groups: &str,
) -> String {
    format!(
        r#"<span class="menu-anchor"><button class="menu-button" aria-label="{}" aria-haspopup="menu" aria-expanded="false" aria-controls="menu-{name}">{face}</button><span class="menu" id="menu-{name}" role="menu" aria-label="{}" hidden>{groups}</span></span>"#,
        esc(button_label),
        esc(label),
    )
}

/// A group of menu entries, or nothing if there are none.
pub(super) fn group(label: &str, entries: &str) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let label = esc(label);
    format!(
        r#"<div class="menu-group" role="group" aria-label="{label}"><div class="menu-label" role="presentation">{label}</div>{entries}</div>"#
    )
}

pub(super) fn item(label: &str, href: &str) -> String {
    format!(
        r#"<a role="menuitem" tabindex="-1" href="{}">{}</a>"#,
        esc(href),
        esc(label)
    )
}

pub(super) fn entries(items: &[MenuItem]) -> String {
    let entry = |item: &MenuItem| {
        format!(
            r#"<a role="menuitem" tabindex="-1" {}>{}</a>"#,
            item.attributes(),
            esc(&item.label)
        )
    };
    items.iter().map(entry).collect()
}

/// Entries that stand in a bar.
pub(super) fn links(items: &[MenuItem]) -> String {
    items
        .iter()
        .map(|item| {
            format!(
                r#"<a class="button" {}>{}</a>"#,
                item.attributes(),
                esc(&item.label)
            )
        })
        .collect()
}

fn side(visitor: &Visitor, view: &View) -> String {
    let mut side = format!(
        "<ul>{}{}</ul>",
        side_link(visitor, "Home", "/wiki/home"),
        side_link(visitor, "Spaces", "/wiki/spaces")
    );
    if let Some(space) = &view.space {
        let _ = write!(
            side,
            r#"<div class="space-head">{}{}</div><ul>{}</ul><h2>Pages</h2>{}"#,
            tile(space),
            esc(&space.name),
            side_link(visitor, "Overview", &space_href(space)),
            tree(visitor, space, &space.homepage_id),
        );
        return side;
    }
    let spaces = spaces(visitor);
    if !spaces.is_empty() {
        let links: String = spaces
            .iter()
            .map(|space| {
                format!(
                    r#"<li><a href="{}">{}{}</a></li>"#,
                    esc(&space_href(space)),
                    tile(space),
                    esc(&space.name)
                )
            })
            .collect();
        let _ = write!(side, "<h2>Spaces</h2><ul>{links}</ul>");
    }
    side
}

fn administration(visitor: &Visitor) -> String {
    let apps = menu_items::at(visitor, "system.admin", &Context::new());
    let apps: String = apps
        .iter()
        .map(|item| side_link(visitor, &item.label, &item.href))
        .collect();
    let apps = if apps.is_empty() {
        String::new()
    } else {
        format!("<h2>Apps</h2><ul>{apps}</ul>")
    };
    let overview = side_link(visitor, "Overview", "/wiki/admin");
    format!(
        r#"<div class="space-head">{SETTINGS_ICON}Confluence administration</div><ul>{overview}</ul>{apps}"#
    )
}

/// The pages below one, down to the leaves.
fn tree(visitor: &Visitor, space: &Space, parent_id: &str) -> String {
    let below = visitor.site.read(|world| {
        let children = world.contents.iter().filter(|content| {
            content.kind == ContentKind::Page
                && content.space_id == space.id
                && content.parent_id.as_deref() == Some(parent_id)
        });
        children.cloned().collect::<Vec<_>>()
    });
    if below.is_empty() {
        return String::new();
    }
    let branch = |page: &Content| {
        let href = page_href(space, page);
        let current = if visitor.path == href {
            r#" aria-current="page""#
        } else {
            ""
        };
        let link = format!(
            r#"<a href="{}"{current}>{}</a>"#,
            esc(&href),
            esc(&page.title)
        );
        format!("<li>{link}{}</li>", tree(visitor, space, &page.id))
    };
    format!("<ul>{}</ul>", below.iter().map(branch).collect::<String>())
}

fn side_link(visitor: &Visitor, label: &str, href: &str) -> String {
    let current = if visitor.path == href {
        r#" aria-current="page""#
    } else {
        ""
    };
    format!(
        r#"<li><a href="{}"{current}>{}</a></li>"#,
        esc(href),
        esc(label)
    )
}

/// The spaces that the visitor may see.
pub(super) fn spaces(visitor: &Visitor) -> Vec<Space> {
    let caller = visitor.caller();
    visitor.site.read(|world| {
        let seen = world
            .spaces
            .iter()
            .filter(|space| world.may_view(&caller, space));
        seen.cloned().collect()
    })
}

fn personal_space(visitor: &Visitor, person: &Person) -> Option<Space> {
    spaces(visitor)
        .into_iter()
        .find(|space| space.owner.as_ref() == Some(&person.account_id))
}

pub(super) fn space_href(space: &Space) -> String {
    format!("/wiki/spaces/{}", space.key)
}

pub(super) fn page_href(space: &Space, page: &Content) -> String {
    format!("/wiki/spaces/{}/pages/{}", space.key, page.id)
}

/// A coloured square with the space's first letter.
pub(super) fn tile(space: &Space) -> String {
    let letter: String = space.name.chars().take(1).collect();
    format!(
        r#"<span class="tile" style="background:{};color:#fff" aria-hidden="true">{}</span>"#,
        avatar::colour(&space.key),
        esc(&letter)
    )
}

const LOGO: &str = r##"<svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true"><rect width="24" height="24" rx="6" fill="#1868db"/><path d="M6 16.5c2.5-4.2 4.6-4 7.6-2.5l3.2 1.6M18 7.5c-2.5 4.2-4.6 4-7.6 2.5L7.2 8.4" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>"##;
const SEARCH_ICON: &str = r#"<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 3.5 3.5"/></svg>"#;
const HELP_ICON: &str = r#"<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" aria-hidden="true"><circle cx="8" cy="8" r="6.5"/><path d="M6 6.2a2 2 0 1 1 2.8 1.9c-.5.2-.8.6-.8 1.1v.3"/><path d="M8 11.6v.1"/></svg>"#;
const SETTINGS_ICON: &str = r#"<svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5" aria-hidden="true"><circle cx="8" cy="8" r="2.25"/><path d="M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4" stroke-linecap="round"/></svg>"#;
pub(super) const MORE_ICON: &str = r#"<svg width="16" height="16" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true"><circle cx="3" cy="8" r="1.5"/><circle cx="8" cy="8" r="1.5"/><circle cx="13" cy="8" r="1.5"/></svg>"#;
