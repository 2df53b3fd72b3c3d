//! People, with their pictures.

use leptos::prelude::*;
use onbehalf_contract::Somebody;

use super::desk::Desk;
use crate::{
    components::element::{Element, element},
    words::{self, admin as say},
};

/// What somebody is called.
pub(super) fn name(person: &Somebody) -> String {
    let name = person.name.clone().filter(|name| !name.is_empty());
    name.unwrap_or_else(say::nobody)
}

/// The picture and the name. Whoever Confluence doesn't name any more is known by their account id.
pub(super) fn who(person: &Somebody) -> AnyView {
    element("span")
        .class("who")
        .put(picture(person))
        .add(titled(element("span"), person).text(name(person)))
        .view()
}

/// The same, as the way to their consent.
pub(super) fn opener(desk: Desk, person: &Somebody) -> AnyView {
    let to = person.clone();
    let name = name(person);
    let button = element("button")
        .set("type", "button")
        .class("name")
        .set("aria-label", &say::list_open(&name))
        .on("click", move |_| desk.open(to.clone()));
    element("span")
        .class("who")
        .put(picture(person))
        .add(titled(button, person).text(name))
        .view()
}

fn titled(element: Element, person: &Somebody) -> Element {
    if person.name.is_some() {
        element
    } else {
        element.set("title", &person.account_id)
    }
}

/// It says nothing that the name beside it doesn't.
fn picture(person: &Somebody) -> AnyView {
    match words::link(person.avatar.as_deref()) {
        Some(address) => element("img")
            .class("avatar")
            .set("src", address)
            .set("alt", "")
            .set("width", "24")
            .set("height", "24")
            .set("loading", "lazy")
            .set("referrerpolicy", "no-referrer")
            .view(),
        None => element("span")
            .class("avatar")
            .set("aria-hidden", "true")
            .view(),
    }
}
