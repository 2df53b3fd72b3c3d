//! The words that only admins read. They are files of their own, so that nobody else has to fetch them.

use wasm_bindgen::JsValue;

use crate::{
    api,
    json::{self, Json},
};

/// Fetches the words of a language. Where they are says the script that started this module.
pub(super) async fn fetch(language: &str) -> Option<JsValue> {
    let addresses = JsValue::from(js_sys::global()).get("adminWords")?;
    let address = addresses.get(language)?.text()?;
    json::parse(&api::public(&address).await?)
}
