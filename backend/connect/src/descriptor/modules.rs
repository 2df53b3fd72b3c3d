//! What an app can add to Confluence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::is_false;

/// The modules of an app, by kind.
///
/// Source: [Modules](https://developer.atlassian.com/cloud/confluence/modules/).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Modules {
    /// Pages of the app.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub general_pages: Vec<Page>,
    /// Pages of the app among Confluence's administration.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin_pages: Vec<AdminPage>,
    /// The page behind the button “Configure” among the installed apps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configure_page: Option<AdminPage>,
    /// The page behind the button “Get started” after the install.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_install_page: Option<Page>,
    /// Links in menus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_items: Vec<WebItem>,
    /// Sections of menus.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_sections: Vec<WebSection>,
    /// Panels within Confluence's own pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub web_panels: Vec<WebPanel>,
    /// Dialogs that web items and scripts refer to by their key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dialogs: Vec<Dialog>,
    /// Events that the app wants to hear of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub webhooks: Vec<Webhook>,
    /// Pages among a person's profile.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile_pages: Vec<OpaqueModule>,
    /// Macros that are rendered in an iframe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dynamic_content_macros: Vec<OpaqueModule>,
    /// Macros that the app renders to storage format.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub static_content_macros: Vec<OpaqueModule>,
    /// Entries below the title of a page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content_byline_items: Vec<OpaqueModule>,
    /// Tabs among the tools of a space.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub space_tools_tabs: Vec<OpaqueModule>,
    /// Templates for pages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blueprints: Vec<OpaqueModule>,
    /// Kinds of content of the app's own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_content: Vec<OpaqueModule>,
    /// Jobs that Confluence calls the app for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub jobs: Vec<OpaqueModule>,
    /// Keyboard shortcuts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keyboard_shortcuts: Vec<OpaqueModule>,
}

impl Modules {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A module of a kind whose fields these types do not know. It is carried through as it is; its key, if it has one, is
/// checked like any other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OpaqueModule(pub Map<String, Value>);

impl OpaqueModule {
    /// The module's key.
    pub fn key(&self) -> Option<&str> {
        self.0.get("key").and_then(Value::as_str)
    }
}

/// A page of the app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// The text of the page's link, and its title.
    pub name: I18n,
    /// Relative to the app's base URL. `{ac.name}` in it becomes what the link to the page says for `name`.
    pub url: String,
    /// Where the page's link is; `none` for nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The lightest link comes first. 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
    /// The link's icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// When the link shows. This hides the link, and protects nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Further parameters of the link.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Whether the page is loaded from exactly this URL, without parameters and without a token.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cacheable: bool,
}

/// A page of the app among Confluence's administration, or the one to configure it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdminPage {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// The text of the page's link, and its title.
    pub name: I18n,
    /// Relative to the app's base URL. `{ac.name}` in it becomes what the link to the page says for `name`.
    pub url: String,
    /// Where the page's link is; `none` for nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The lightest link comes first. 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
    /// The link's icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// When the link shows. This hides the link, and protects nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Further parameters of the link.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Whether the page is loaded from exactly this URL, without parameters and without a token.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cacheable: bool,
    /// Whether Confluence leaves out its own header, margins and padding.
    #[serde(default, skip_serializing_if = "is_false")]
    pub full_page: bool,
}

/// A link in a menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebItem {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// The link's text.
    pub name: I18n,
    /// Which menu.
    pub location: String,
    /// Where the link leads; what it is relative to says `context`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the URL is relative to.
    #[serde(default, skip_serializing_if = "UrlContext::is_default")]
    pub context: UrlContext,
    /// How the URL is opened. As a page if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The lightest item comes first. 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
    /// The link's tooltip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<I18n>,
    /// The link's icon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icon: Option<Icon>,
    /// CSS classes for the link.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub style_classes: Vec<String>,
    /// When the link shows. This hides the link, and protects nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Further parameters of the link.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// What the URL of a web item is relative to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UrlContext {
    /// The app's base URL.
    #[default]
    #[serde(rename = "addon", alias = "ADDON")]
    Addon,
    /// The URL is the key of a page module.
    #[serde(rename = "page", alias = "PAGE")]
    Page,
    /// The product's base URL.
    #[serde(rename = "product", alias = "PRODUCT")]
    Product,
}

impl UrlContext {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How a web item's URL is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    content = "options",
    rename_all = "lowercase",
    deny_unknown_fields
)]
#[non_exhaustive]
pub enum Target {
    /// As a page.
    Page,
    /// In a dialog.
    Dialog(Option<DialogOptions>),
    /// In a dialog beside the link.
    InlineDialog(Option<InlineDialogOptions>),
    /// In a dialog that is a module of the app.
    DialogModule(TargetDialog),
}

/// Which dialog a web item opens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetDialog {
    /// The key of a dialog module.
    pub key: String,
}

/// A dialog that web items and scripts refer to by its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dialog {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// What the dialog shows, relative to the app's base URL.
    pub url: String,
    /// How it looks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<DialogOptions>,
}

/// How a dialog looks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DialogOptions {
    /// In place of width and height.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<DialogSize>,
    /// Such as `600px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<String>,
    /// Such as `400px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
    /// Whether the dialog has a header and buttons. It has if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chrome: Option<bool>,
    /// The text of the header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<I18n>,
}

/// The size of a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each name says how large it is")]
pub enum DialogSize {
    #[serde(rename = "small", alias = "SMALL")]
    Small,
    #[serde(rename = "medium", alias = "MEDIUM")]
    Medium,
    #[serde(rename = "large", alias = "LARGE")]
    Large,
    #[serde(rename = "x-large", alias = "X-LARGE")]
    XLarge,
    #[serde(rename = "fullscreen", alias = "FULLSCREEN")]
    Fullscreen,
    #[serde(rename = "maximum", alias = "MAXIMUM")]
    Maximum,
}

/// How a dialog beside a link looks and behaves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InlineDialogOptions {
    /// Such as `300px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<String>,
    /// How far from the link, such as `30px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_x: Option<String>,
    /// How far from the link, such as `20px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset_y: Option<String>,
    /// Whether it shows above the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_top: Option<bool>,
    /// Whether it shows as soon as the mouse is over the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_hover: Option<bool>,
    /// How long until it shows, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_delay: Option<u32>,
    /// Whether it closes all other dialogs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_others: Option<bool>,
    /// Whether it stays where others close it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persistent: Option<bool>,
    /// Whether it shows where the mouse is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_relative_to_mouse: Option<bool>,
}

/// A section of a menu.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebSection {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// The section's title.
    pub name: I18n,
    /// Which menu.
    pub location: String,
    /// The lightest section comes first. 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
    /// The section's tooltip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<I18n>,
    /// When the section shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Further parameters.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// A panel within one of Confluence's own pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPanel {
    /// Letters, digits and `-`, unlike any other module's of the app.
    pub key: String,
    /// The panel's title.
    pub name: I18n,
    /// Where in which page.
    pub location: String,
    /// What the panel shows, relative to the app's base URL.
    pub url: String,
    /// How large it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<WebPanelLayout>,
    /// The lightest panel comes first. 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<i32>,
    /// The panel's tooltip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<I18n>,
    /// When the panel shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Further parameters.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
}

/// How large a web panel is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebPanelLayout {
    /// Such as `100px` or `100%`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<String>,
    /// Such as `100px`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<String>,
}

/// An event that the app wants to hear of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Webhook {
    /// Such as `user_deactivated`.
    pub event: String,
    /// Where it is sent, relative to the app's base URL.
    pub url: String,
    /// Which of these events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Whether the event comes without a body.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exclude_body: bool,
}

/// Text that can be translated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct I18n {
    /// The text where there is no translation.
    pub value: String,
    /// The text's key among the translations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub i18n: Option<String>,
}

/// An icon.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Icon {
    /// Absolute, or relative to the app's base URL.
    pub url: String,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// When something shows. This hides things from people's eyes, and protects nothing.
///
/// Source: [Conditions](https://developer.atlassian.com/cloud/confluence/conditions/).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Condition {
    /// One condition of Confluence's.
    Single {
        /// Its name, such as `user_is_logged_in`.
        condition: String,
        /// Whether it must not hold.
        #[serde(default, skip_serializing_if = "is_false")]
        invert: bool,
        /// What it needs to know.
        #[serde(default, skip_serializing_if = "Map::is_empty")]
        params: Map<String, Value>,
    },
    /// Several.
    Joined {
        /// Whether all have to hold, or one.
        #[serde(rename = "type")]
        join: Join,
        /// Which.
        conditions: Vec<Condition>,
    },
    /// Several, of which one has to hold: the short form.
    Or {
        /// Which.
        or: Vec<Condition>,
    },
    /// Several, which all have to hold: the short form.
    And {
        /// Which.
        and: Vec<Condition>,
    },
}

/// Whether all of several conditions have to hold, or one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Join {
    /// All.
    #[serde(rename = "and", alias = "AND")]
    And,
    /// One.
    #[serde(rename = "or", alias = "OR")]
    Or,
}
