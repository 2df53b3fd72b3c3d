//! How things stand: what was done, what consents there are, and what needs attention.

mod acts;
mod attention;
mod picture;
mod states;

use leptos::prelude::*;

use super::{
    desk::{Desk, HEADING},
    pause::switch,
};
use crate::components::element::{all, element};

pub(super) fn overview(desk: Desk) -> AnyView {
    // What came with the page needs not be asked for; what is seen again later may have changed.
    if desk.fresh.get_untracked() {
        desk.fresh.set(false);
    } else {
        desk.look_again();
    }
    let pictures = desk.overview.place(
        move || desk.look_again(),
        HEADING,
        move |overview| {
            let pictures = element("div")
                .class("pictures")
                .put(acts::acts(overview))
                .put(states::states(desk, &overview.consents));
            all([pictures.view(), attention::attention(desk, overview)])
        },
    );
    all([pictures, switch(desk)])
}
