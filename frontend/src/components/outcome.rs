//! How something ended, as a coloured word.

use leptos::prelude::*;

use crate::words::Tone;

#[component]
pub(crate) fn Outcome(words: (String, Tone)) -> AnyView {
    let (text, tone) = words;
    let tone = match tone {
        Tone::Neutral => "neutral",
        Tone::Moving => "moving",
        Tone::Good => "good",
        Tone::Bad => "bad",
    };
    view! { <span class=format!("outcome {tone}")>{text}</span> }.into_any()
}
