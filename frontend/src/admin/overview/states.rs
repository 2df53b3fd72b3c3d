//! How many consents there are of each state.

use leptos::prelude::*;
use onbehalf_contract::{ConsentCounts, ConsentState};

use super::picture::{bar, picture};
use crate::{
    admin::{desk::Desk, filter::Filter, scale::lengths, told},
    components::{element::element, text::hint},
    intl,
    words::admin as say,
};

/// The id of the heading.
const STATES: &str = "admin-states";

const PICTURE: &str = "admin-states-picture";

/// In units of the picture.
const WIDTH: u32 = 400;
const HEIGHT: u32 = 16;

pub(super) fn states(desk: Desk, counts: &ConsentCounts) -> AnyView {
    let section = element("section")
        .set("aria-labelledby", STATES)
        .add(element("h3").id(STATES).text(say::overview_states()));
    let states = [
        (ConsentState::Active, counts.active, "good"),
        (ConsentState::Expired, counts.expired, "neutral"),
        (ConsentState::Revoked, counts.revoked, "bad"),
        (ConsentState::Invalidated, counts.invalidated, "moving"),
    ];
    let numbers = states.map(|(_, count, _)| count);
    let total = numbers.into_iter().fold(0_u32, u32::saturating_add);
    if total == 0 {
        return section.put(hint(say::list_none())).view();
    }
    let mut left = 0;
    let mut shapes = Vec::new();
    for ((_, _, class), width) in states.into_iter().zip(lengths(numbers, total, WIDTH)) {
        if width > 0 {
            shapes.push(bar(class, left, 0, width, HEIGHT));
        }
        left += width;
    }
    let size = (left.max(1), HEIGHT);
    let description = say::overview_states_desc();
    let links = states.map(|(state, count, class)| link(desk, state, count, class));
    section
        .put(picture(
            PICTURE,
            size,
            say::overview_states(),
            description,
            shapes,
        ))
        .add(element("ul").class("legend").put_all(links))
        .view()
}

/// How many there are of one state, as the way to them.
fn link(desk: Desk, state: ConsentState, count: u32, class: &str) -> AnyView {
    let (words, _) = told::state(state);
    let show = move |_| {
        let filter = Filter {
            state: Some(state),
            ..Filter::default()
        };
        desk.show_consents(filter, "-since");
    };
    let button = element("button")
        .set("type", "button")
        .class("name")
        .on("click", show)
        .text(say::pair(&words, &intl::count(count)));
    let mark = element("span").class(&["mark ", class].concat());
    element("li")
        .add(mark.set("aria-hidden", "true"))
        .add(button)
        .view()
}
