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
mod ended;
mod feed;
mod message;
mod outcome;
mod receipt;
mod refused;
mod schedule;
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
        (_, Some(state)) => {
            consent_page::ConsentPage(consent_page::ConsentPageProps { state, frame }).into_any()
        }
        (_, None) => alone::unreadable(),
    }
}
