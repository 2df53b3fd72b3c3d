//! What was done as the person, newest first.

use leptos::prelude::*;
use onbehalf_contract::Activity;

use super::{
    button::Button,
    dynamic::dynamic,
    feed::row_id,
    message::{Again, failure},
    outcome::Outcome,
    shared::Shared,
    text::{hint, link},
};
use crate::{intl, words};

#[component]
pub(crate) fn Activities(shared: Shared) -> AnyView {
    let feed = shared.feed;
    let again = Callback::new(move |()| feed.again());
    let more = Callback::new(move |()| feed.more());
    view! {
        <section aria-labelledby="activity">
            <h2 id="activity" tabindex="-1">{words::activity_heading()}</h2>
            {dynamic(move || feed.shown.with(|shown| list(shared, &shown.items)))}
            {failure(feed.trouble, Again::new(again, "activity"))}
            {dynamic(move || {
                if feed.shown.with(|shown| shown.next.is_some()) {
                    let words = words::activity_more();
                    view! { <Button words busy=feed.busy on_press=more/> }.into_any()
                } else {
                    ().into_any()
                }
            })}
        </section>
    }
    .into_any()
}

fn list(shared: Shared, items: &[Activity]) -> AnyView {
    if items.is_empty() {
        return hint(words::activity_none());
    }
    view! {
        <ol class="items">
            {items.iter().map(|item| row(shared, item)).collect_view()}
        </ol>
    }
    .into_any()
}

fn row(shared: Shared, item: &Activity) -> AnyView {
    let what = words::deed(&item.did);
    let what = match words::link(item.link.clone()) {
        Some(address) => link(shared, address, what),
        None => what.into_any(),
    };
    let when = intl::day_and_time(&item.started_at);
    view! {
        <li class="item" id=row_id(&item.id) tabindex="-1">
            <p>{what}</p>
            <Outcome words=words::outcome(item.outcome)/>
            <p class="hint">
                <time datetime=item.started_at.clone()>{when}</time>
                " · "
                {words::access(item.access)}
            </p>
            {words::outcome_detail(item.outcome, item.status).map(hint)}
        </li>
    }
    .into_any()
}
