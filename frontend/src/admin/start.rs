//! From the HTML to the page for admins.

use js_sys::Object;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{desk::Desk, page, state::State, words};
use crate::{
    api,
    bridge::{self, Frame},
    browser, components, intl,
    json::{self, Json},
    language,
};

/// Where the page for everybody leaves room for this one. Without it this is a page of its own.
const ROOM: &str = "admin";

/// Shows what admins see in the document that it finds itself in.
pub fn start() {
    let room = browser::element(ROOM);
    let alone = room.is_none();
    let Some(content) = room.or_else(|| browser::element("content")) else {
        return;
    };
    let frame = Frame::detect();
    if alone {
        bridge::follow_theme();
    }
    browser::spawn(async move {
        let state = read(frame).await;
        if let Some(skeleton) = browser::element("skeleton") {
            skeleton.remove();
        }
        // Removing an attribute doesn't fail.
        drop(content.remove_attribute("aria-busy"));
        let view = move || match (frame, state) {
            (Frame::Alone, _) => components::alone::alone(),
            (_, Some(state)) => page::page(Desk::new(state.app, state.site, state.overview), alone),
            (_, None) => components::alone::unreadable(),
        };
        mount_to(content.unchecked_into(), view).forget();
    });
}

/// Reads the state in the HTML and turns to the person's language.
async fn read(frame: Frame) -> Option<State> {
    let text = browser::element("state").and_then(|state| state.text_content());
    let json = text.and_then(|text| json::parse(&text))?;
    let mut said = json.get("texts")?.get("words")?;
    let Some(mut state) = json::from_value::<State>(json) else {
        // That much can still be said.
        crate::words::speak(said);
        return None;
    };
    let locale = match frame {
        Frame::Alone => None,
        Frame::Page | Frame::Dialog => bridge::locale().await,
    };
    let wanted = locale.as_deref().and_then(language::spoken);
    if let Some(wanted) = wanted.filter(|wanted| *wanted != state.language.0)
        && let Some((_, translated)) = api::texts(wanted).await
    {
        said = translated;
        state.language.0 = wanted.to_owned();
    }
    let language = &state.language.0;
    let more = words::fetch(language).await;
    // Without them nothing could be said that is true of others.
    crate::words::speak(with(&said, more.as_ref()));
    browser::set_language(language);
    let preferred = locale.into_iter().chain(browser::languages());
    intl::write_as_in(&language::locale(language, preferred));
    more.is_some().then_some(state)
}

/// All of these words. Where both have one, it is the admins'.
fn with(said: &JsValue, more: Option<&JsValue>) -> JsValue {
    let all = Object::new();
    for words in [Some(said), more].into_iter().flatten() {
        Object::assign(&all, words.unchecked_ref());
    }
    all.into()
}
