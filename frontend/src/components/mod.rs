//! What is on the page, one file per part.

mod activity;
mod admin;
mod allowed;
pub(crate) mod alone;
pub(crate) mod announcer;
mod ask;
mod asked;
pub(crate) mod button;
pub(crate) mod call;
mod consent_form;
mod consent_page;
pub(crate) mod dynamic;
pub(crate) mod element;
mod ended;
mod feed;
pub(crate) mod live;
pub(crate) mod message;
pub(crate) mod outcome;
pub(crate) mod paged;
pub(crate) mod panel;
pub(crate) mod radio;
mod receipt;
mod refused;
mod schedules;
mod shared;
mod stop;
pub(crate) mod text;
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
