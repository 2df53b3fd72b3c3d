//! What was done as the person, newest first.

use leptos::prelude::*;
use onbehalf_contract::Activity;

use super::{
    button::Button,
    call::call,
    dynamic::dynamic,
    element::{element, nothing, said},
    feed::row_id,
    message::{Again, failure},
    outcome::outcome,
    shared::Shared,
    text::{hint, link, time},
};
use crate::{intl, words};

/// The id of the heading.
const ACTIVITY: &str = "activity";

pub(crate) fn activities(shared: Shared) -> AnyView {
    let feed = shared.feed;
    let again = call(move || feed.again());
    let more = call(move || feed.more());
    let heading = element("h2").id(ACTIVITY).focusable();
    element("section")
        .set("aria-labelledby", ACTIVITY)
        .add(heading.text(words::activity_heading()))
        .put(dynamic(move || {
            let acts = feed.acts.shown;
            acts.with(|acts| list(shared, acts.as_deref().unwrap_or_default()))
        }))
        .put(failure(feed.acts.trouble, Again::new(again, ACTIVITY)))
        .put(dynamic(move || {
            if feed.acts.next.with(Option::is_some) {
                Button::new("default", words::activity_more()).busy(feed.acts.busy, more)
            } else {
                nothing()
            }
        }))
        .view()
}

fn list(shared: Shared, items: &[Activity]) -> AnyView {
    if items.is_empty() {
        return hint(words::activity_none());
    }
    let rows = items.iter().map(|item| row(shared, item));
    element("ol").class("items").put_all(rows).view()
}

fn row(shared: Shared, item: &Activity) -> AnyView {
    let what = words::deed(&item.did);
    let what = match words::link(item.link.as_deref()) {
        Some(address) => link(shared, address, what),
        None => said(what),
    };
    let when = element("p")
        .class("hint")
        .put(time(&item.started_at, intl::day_and_time(&item.started_at)))
        .text(" · ")
        .text(words::access(item.access));
    let as_app = item
        .as_app
        .then(|| hint(words::activity_as_app(&shared.app())));
    element("li")
        .class("item")
        .id(&row_id(&item.id))
        .focusable()
        .add(element("p").put(what))
        .put(outcome(words::outcome(item.outcome)))
        .add(when)
        .put_all(as_app)
        .put_all(words::outcome_detail(item).map(hint))
        .view()
}
