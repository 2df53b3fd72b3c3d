//! From the grey shapes in the HTML to the page, in one step.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    api,
    bridge::{self, Frame},
    browser, components, intl,
    json::{self, Json},
    language,
    state::State,
    words,
};

/// Shows the page in the document that it finds itself in.
pub fn start() {
    let Some(content) = browser::element("content") else {
        return;
    };
    bridge::follow_theme();
    let frame = Frame::detect();
    browser::spawn(async move {
        let state = read(frame).await;
        // Only the shapes go: the bridge may have put its own measuring element beside them.
        if let Some(skeleton) = browser::element("skeleton") {
            skeleton.remove();
        }
        // Removing an attribute doesn't fail.
        drop(content.remove_attribute("aria-busy"));
        let view = move || components::page(state, frame);
        mount_to(content.unchecked_into(), view).forget();
    });
}

/// Reads the state in the HTML and turns to the person's language.
async fn read(frame: Frame) -> Option<State> {
    let text = browser::element("state").and_then(|state| state.text_content());
    let json = text.and_then(|text| json::parse(&text))?;
    let words = json.get("texts")?.get("words")?;
    let Some(mut state) = json::from_value::<State>(json) else {
        // That much can still be said.
        words::speak(words);
        return None;
    };
    let locale = match frame {
        Frame::Alone => None,
        Frame::Page | Frame::Dialog => bridge::locale().await,
    };
    let words = translated(&mut state, locale.as_deref())
        .await
        .unwrap_or(words);
    words::speak(words);
    let language = &state.texts.language;
    browser::set_language(language);
    let preferred = locale.into_iter().chain(browser::languages());
    intl::write_as_in(&language::locale(language, preferred));
    Some(state)
}

/// Fetches the texts of Confluence's language, if it is one that the page speaks and not the one in the HTML, which is
/// the browser's. If that fails, the page speaks the browser's.
async fn translated(state: &mut State, locale: Option<&str>) -> Option<JsValue> {
    let wanted = language::spoken(locale?)?;
    if wanted == state.texts.language {
        return None;
    }
    let (texts, words) = api::texts(wanted).await?;
    state.texts = texts;
    Some(words)
}
