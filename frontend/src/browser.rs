//! The few things that the page wants of the browser.

use std::{future::Future, pin::Pin};

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, Event, HtmlAnchorElement, HtmlElement, HtmlFormElement, KeyboardEvent,
    Url, Window,
};

/// How long a file that is downloaded stays in memory.
const KEPT_FOR_DOWNLOAD_MS: i32 = 60_000;

#[expect(clippy::expect_used, reason = "a page without a window does not run")]
pub(crate) fn window() -> Window {
    web_sys::window().expect("a window")
}

pub(crate) fn element(id: &str) -> Option<HtmlElement> {
    window().document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// The locales that the person prefers, the most liked first.
pub(crate) fn languages() -> impl Iterator<Item = String> {
    let languages = window().navigator().languages();
    languages
        .into_iter()
        .filter_map(|locale| locale.as_string())
}

/// Says which language the page is in, for whoever reads it out.
pub(crate) fn set_language(language: &str) {
    if let Some(page) = window().document().and_then(|it| it.document_element()) {
        // Setting an attribute with a proper name doesn't fail.
        drop(page.set_attribute("lang", language));
    }
}

/// Hands the person a file of text of this media type.
pub(crate) fn download(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(media_type);
    let file = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &kind)?;
    let address = Url::create_object_url_with_blob(&file)?;
    let document = window().document().ok_or(JsValue::NULL)?;
    let link: HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    spawn(async move {
        // Some browsers come for the file only later.
        sleep(KEPT_FOR_DOWNLOAD_MS).await;
        // An address that is gone already is just as well.
        drop(Url::revoke_object_url(&address));
    });
    Ok(())
}

/// What stands in the field in which something has just happened.
pub(crate) fn target_value(event: &Event) -> String {
    let value = event
        .target()
        .and_then(|field| Reflect::get(&field, &"value".into()).ok());
    value
        .and_then(|value| value.as_string())
        .unwrap_or_default()
}

/// Empties the field with this id.
pub(crate) fn clear_field(id: &str) {
    if let Some(field) = element(id) {
        // Setting a property of an element doesn't fail.
        drop(Reflect::set(&field, &"value".into(), &"".into()));
    }
}

/// Whether it is this key that was pressed.
pub(crate) fn is_key(event: &Event, key: &str) -> bool {
    let pressed = event.dyn_ref::<KeyboardEvent>();
    pressed.is_some_and(|pressed| pressed.key() == key)
}

/// Says whether a field of a form has to be filled in.
pub(crate) fn require(form: &HtmlFormElement, name: &str, required: bool) {
    if let Some(field) = field(form, name) {
        // Setting a property of an element doesn't fail.
        drop(Reflect::set(&field, &"required".into(), &required.into()));
    }
}

fn field(form: &HtmlFormElement, name: &str) -> Option<JsValue> {
    let fields = Reflect::get(form, &"elements".into()).ok()?;
    let field = Reflect::get(&fields, &name.into()).ok()?;
    (!field.is_undefined()).then_some(field)
}

/// What stands in a field of a form, or `on` if it is ticked; nothing if the form has no such field now.
pub(crate) fn field_value(form: &HtmlFormElement, name: &str) -> Option<String> {
    let field = field(form, name)?;
    let get = |property: &str| Reflect::get(&field, &property.into()).ok();
    if get("type")?.as_string()? == "checkbox" {
        let on = get("checked")?.is_truthy();
        return Some(if on { "on" } else { "" }.to_owned());
    }
    get("value")?.as_string()
}

/// The same, for a name that several choices share: the value of the one that is chosen.
pub(crate) fn checked_value(form: &HtmlFormElement, name: &str) -> Option<String> {
    let field = field(form, name)?;
    // A list of radio buttons has the value of the chosen one, and no type.
    match Reflect::get(&field, &"type".into()).ok()?.as_string() {
        Some(_) => field_value(form, name),
        None => Reflect::get(&field, &"value".into()).ok()?.as_string(),
    }
}

pub(crate) fn form(id: &str) -> Option<HtmlFormElement> {
    element(id)?.dyn_into().ok()
}

/// Moves the focus to the element with this id once what has just changed is on the page.
pub(crate) fn focus_soon(id: &str) {
    let id = id.to_owned();
    spawn(async move {
        sleep(0).await;
        if let Some(element) = element(&id) {
            // An element that can't take the focus leaves it where it was.
            drop(element.focus());
        }
    });
}

/// Runs a future by and by. Boxed, so that what drives it is compiled once.
pub(crate) fn spawn(future: impl Future<Output = ()> + 'static) {
    let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    spawn_local(future);
}

pub(crate) async fn sleep(milliseconds: i32) {
    let wait = Promise::new(&mut |resolve, _| call_later(&resolve, milliseconds));
    // A timer never rejects.
    drop(JsFuture::from(wait).await);
}

/// Calls a function after a time.
pub(crate) fn call_later(function: &Function, milliseconds: i32) {
    // Setting a timer fails only while the page is being torn down.
    drop(window().set_timeout_with_callback_and_timeout_and_arguments_0(function, milliseconds));
}
