//! What was done as the person, newest first.

use leptos::prelude::*;
use onbehalf_contract::{Activity, ActivityPage};

use super::{
    button::Button,
    dynamic::dynamic,
    message::{Again, failure},
    outcome::Outcome,
    shared::Shared,
};
use crate::{api, browser, dates, trouble::Trouble, words};

#[component]
pub(crate) fn Activities(shared: Shared) -> AnyView {
    // All pages so far as one; nothing before the first answer.
    let shown = RwSignal::new(None::<ActivityPage>);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let load = move |cursor: Option<String>| {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::activity(cursor.as_deref()).await {
                Ok(page) => {
                    shown.try_update(|shown| match shown {
                        Some(shown) if cursor.is_some() => append(shown, page),
                        shown => *shown = Some(page),
                    });
                }
                Err(why) => {
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    };
    let next = move |shown: &Option<ActivityPage>| shown.as_ref()?.next.clone();
    let more = Callback::new(move |()| load(shown.with_untracked(next)));
    // From the start at first, and again after each run, which may have added to it.
    Effect::new(move || {
        shared.runs.track();
        load(None);
    });
    view! {
        <section aria-labelledby="activity">
            <h2 id="activity" tabindex="-1">"What was done as me"</h2>
            {dynamic(move || {
                let failed = trouble.with(Option::is_some);
                shown.with(|shown| list(shared, shown.as_ref(), failed))
            })}
            {failure(trouble, Again::new(more, "activity"))}
            {dynamic(move || {
                if shown.with(next).is_some() {
                    view! { <Button words="Show more" busy on_press=more/> }.into_any()
                } else {
                    ().into_any()
                }
            })}
        </section>
    }
    .into_any()
}

/// Adds the page that follows.
fn append(shown: &mut ActivityPage, page: ActivityPage) {
    // The button goes with the last page, and reading goes on with what is new.
    if let Some(first) = page.items.first() {
        browser::focus_soon(&row_id(&first.id));
    }
    shown.items.extend(page.items);
    shown.next = page.next;
}

fn list(shared: Shared, shown: Option<&ActivityPage>, failed: bool) -> AnyView {
    match shown.map(|shown| shown.items.as_slice()) {
        None if failed => ().into_any(),
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
