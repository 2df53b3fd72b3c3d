//! The few things that the page wants of the browser.

use std::{future::Future, pin::Pin};

use js_sys::{Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, Window};

#[expect(clippy::expect_used, reason = "a page without a window does not run")]
pub(crate) fn window() -> Window {
    web_sys::window().expect("a window")
}

pub(crate) fn element(id: &str) -> Option<HtmlElement> {
    window().document()?.get_element_by_id(id)?.dyn_into().ok()
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
