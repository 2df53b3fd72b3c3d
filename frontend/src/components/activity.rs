//! What was done as the person, newest first.

use leptos::prelude::*;
use onbehalf_contract::Activity;

use super::{
    button::Button,
    dynamic::dynamic,
    message::{Again, failure},
    outcome::Outcome,
    shared::Shared,
};
use crate::{api, browser, dates, trouble::Trouble, words};

#[component]
pub(crate) fn Activities() -> AnyView {
    let shared = Shared::get();
    // Nothing before the first answer.
    let items = RwSignal::new(None::<Vec<Activity>>);
    let next = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let load = move |cursor: Option<String>| {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::activity(cursor.as_deref()).await {
                Ok(page) => {
                    let first = page.items.first().map(|item| row_id(&item.id));
                    // The button may go with the last page, and reading goes on with what is new.
                    if let (Some(first), true) = (first, cursor.is_some()) {
                        browser::focus_soon(&first);
                    }
                    items.try_update(|items| match items {
                        Some(items) if cursor.is_some() => items.extend(page.items),
                        items => *items = Some(page.items),
                    });
                    next.try_set(page.next);
                }
                Err(why) => {
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    };
    let more = Callback::new(move |()| load(next.get_untracked()));
    // From the start at first, and again after each run, which may have added to it.
    Effect::new(move || {
        shared.runs.track();
        load(None);
    });
    view! {
        <section aria-labelledby="activity">
            <h2 id="activity" tabindex="-1">"What was done as me"</h2>
            {dynamic(move || items.with(|items| list(shared, items.as_deref())))}
            {failure(trouble, Again::new(more, "activity"))}
            {dynamic(move || {
                if next.with(Option::is_some) {
                    view! { <Button words="Show more" busy on_press=more/> }.into_any()
                } else {
                    ().into_any()
                }
            })}
        </section>
    }
    .into_any()
}

fn list(shared: Shared, items: Option<&[Activity]>) -> AnyView {
    match items {
        None => view! { <p class="hint">"Loading…"</p> }.into_any(),
        Some([]) => view! { <p class="hint">"Nothing has been done as you yet."</p> }.into_any(),
        Some(items) => view! {
            <ol class="items">
                {items
                    .iter()
                    .map(|item| row(shared, item.clone()))
                    .collect_view()}
            </ol>
        }
        .into_any(),
    }
}

fn row(shared: Shared, item: Activity) -> AnyView {
    let what = match words::link(item.link) {
        Some(link) => view! {
            <a href=link target=shared.link_target() rel="noopener">
                {item.what}
            </a>
        }
        .into_any(),
        None => item.what.into_any(),
    };
    let when = dates::day_and_time(&item.started_at);
    let detail = words::outcome_detail(item.outcome, item.status)
        .map(|detail| view! { <p class="hint">{detail}</p> });
    view! {
        <li class="item" id=row_id(&item.id) tabindex="-1">
            <p>{what}</p>
            <Outcome words=words::outcome(item.outcome)/>
            <p class="hint">
                <time datetime=item.started_at>{when}</time>
                " · "
                {words::access(item.access)}
            </p>
            {detail}
        </li>
    }
    .into_any()
}

fn row_id(activity: &str) -> String {
    format!("activity-{activity}")
}
