//! What is on the page, one file per part.

mod activity;
mod allowed;
mod alone;
mod ask;
mod button;
mod call;
mod consent_form;
mod consent_page;
mod dynamic;
mod element;
mod ended;
mod feed;
mod live;
mod message;
mod outcome;
mod panel;
mod radio;
mod receipt;
mod refused;
mod schedules;
mod shared;
mod stop;
mod text;
mod time;

use leptos::prelude::*;

use crate::{bridge::Frame, state::State};

/// The whole page; `state` is what the HTML carries, if that can be read.
pub(crate) fn page(state: Option<State>, frame: Frame) -> AnyView {
    match (frame, state) {
        (Frame::Alone, _) => alone::alone(),
        (_, Some(state)) => consent_page::consent_page(state, frame),
        (_, None) => alone::unreadable(),
    }
}
