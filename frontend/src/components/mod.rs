//! What is on the page, one file per part.

#![expect(
    unreachable_pub,
    reason = "the component macro makes whatever isn't private `pub`"
)]

mod activity;
mod allowed;
mod alone;
mod ask;
mod button;
mod consent_form;
mod consent_page;
mod dynamic;
mod message;
mod outcome;
mod schedule;
mod schedules;
mod shared;
mod stop;

use leptos::prelude::*;
use onbehalf_contract::ConsentPage;
use wasm_bindgen::JsCast;

use crate::{
    bridge::{self, Frame},
    browser, json,
};

/// Puts the page in place of the grey shapes that stand in the HTML.
pub(crate) fn mount() {
    let Some(content) = browser::element("content") else {
        return;
    };
    bridge::follow_theme();
    let frame = Frame::detect();
    let state = browser::element("state").and_then(|state| state.text_content());
    let page = state.and_then(|state| json::read::<ConsentPage>(&state));
    // Only the shapes go: the bridge may have put its own measuring element beside them.
    if let Some(skeleton) = browser::element("skeleton") {
        skeleton.remove();
    }
    // Removing an attribute doesn't fail.
    drop(content.remove_attribute("aria-busy"));
    let view = move || match (frame, page) {
        (Frame::Alone, _) => alone::alone(),
        (_, Some(page)) => {
            consent_page::ConsentPage(consent_page::ConsentPageProps { page, frame }).into_any()
        }
        (_, None) => alone::unreadable(),
    };
    mount_to(content.unchecked_into(), view).forget();
}
