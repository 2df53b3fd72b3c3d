//! The page's line to Confluence: the global `AP` of Atlassian's JavaScript bridge.
//!
//! <https://developer.atlassian.com/cloud/confluence/about-the-connect-javascript-api/>. Every call can fail: the
//! bridge may not have loaded, and outside Confluence `AP` exists but nothing answers it.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::{
    browser,
    json::{self, Json},
    trouble::Trouble,
};

/// How long Confluence may take to hand out a token. It is one message to the page around this one and back, so a
/// second is much; beyond this nobody is there to answer.
const TOKEN_TIMEOUT_MS: i32 = 8_000;

/// How long Confluence may take to say its language, since nothing is shown before.
const LOCALE_TIMEOUT_MS: i32 = 1_000;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["AP", "context"], js_name = getToken)]
    fn get_token(callback: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["AP", "user"], js_name = getLocale)]
    fn get_locale(callback: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["AP", "flag"], js_name = create)]
    fn create_flag(flag: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["AP", "dialog"], js_name = close)]
    fn dialog_close() -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["AP", "navigator"], js_name = reload)]
    fn navigator_reload() -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["AP", "theming"], js_name = initializeTheming)]
    fn initialize_theming() -> Result<(), JsValue>;
}

/// Where this page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// A page of Confluence.
    Page,
    /// A dialog over a page of Confluence.
    Dialog,
    /// Nowhere: the address was opened by itself.
    Alone,
}

impl Frame {
    /// Confluence names the iframe with JSON that says what it is for, and the bridge reads the same.
    pub(crate) fn detect() -> Self {
        let name = browser::window().name().unwrap_or_default();
        let Some(options) = json::parse(&name).and_then(|name| name.get("options")) else {
            return Self::Alone;
        };
        match options.get("isDialog") {
            Some(dialog) if dialog.is_truthy() => Self::Dialog,
            _ => Self::Page,
        }
    }
}

/// A token that proves to the backend who the person is. It is good for minutes and never kept: each call asks anew.
pub(crate) async fn token() -> Result<String, Trouble> {
    let token = answer(get_token, TOKEN_TIMEOUT_MS).await;
    token.ok_or(Trouble::NoHost)
}

/// The language and country that the person uses Confluence in, if it says so in time: `de_DE`.
pub(crate) async fn locale() -> Option<String> {
    answer(get_locale, LOCALE_TIMEOUT_MS).await
}

/// What Confluence answers to one of its questions, if it does.
async fn answer(ask: fn(&JsValue) -> Result<JsValue, JsValue>, timeout_ms: i32) -> Option<String> {
    let answer = Promise::new(&mut |resolve, reject| {
        // Confluence answers through the callback, or with a promise, or both; the first answer counts.
        match ask(&resolve) {
            Ok(returned) if !returned.is_undefined() => {
                drop(resolve.call1(&JsValue::NULL, &returned));
            }
            Ok(_) => {}
            Err(missing) => drop(reject.call1(&JsValue::NULL, &missing)),
        }
        browser::call_later(&reject, timeout_ms);
    });
    JsFuture::from(answer).await.ok()?.as_string()
}

/// Shows a passing note of success in Confluence, outside this frame.
pub(crate) fn flag_success(title: &str, body: &str) {
    let flag = Object::new();
    for (key, value) in [
        ("title", title),
        ("body", body),
        ("type", "success"),
        ("close", "auto"),
    ] {
        // Setting a property of a plain object doesn't fail.
        drop(Reflect::set(&flag, &key.into(), &value.into()));
    }
    // The page says the same, so a missing flag loses nothing.
    drop(create_flag(&flag));
}

/// Closes the dialog that this page is in.
pub(crate) fn close_dialog() {
    // Where there is no dialog to close, the page stays and shows how things are.
    drop(dialog_close());
}

/// Loads the page anew with a fresh token: through Confluence, since the frame's own address has aged.
pub(crate) fn reload() {
    if navigator_reload().is_err() {
        // Nothing more can be done if this fails as well.
        drop(browser::window().location().reload());
    }
}

/// Takes over Confluence's colours, and follows when the person changes them.
pub(crate) fn follow_theme() {
    // Without it the page follows the system's preference.
    drop(initialize_theming());
}
