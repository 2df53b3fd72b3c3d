//! How something ended, as a coloured word.

use leptos::prelude::*;

use super::element::element;
use crate::words::Tone;

pub(crate) fn outcome((words, tone): (String, Tone)) -> AnyView {
    let class = match tone {
        Tone::Neutral => "outcome neutral",
        Tone::Moving => "outcome moving",
        Tone::Good => "outcome good",
        Tone::Bad => "outcome bad",
    };
    element("span").class(class).text(words).view()
}
