//! What was done as the person, newest first.

use leptos::{prelude::*, task::spawn_local};
use onbehalf_contract::Activity;

use super::{button::Button, message::Failure, outcome::Outcome, shared::Shared};
use crate::{api, dates, trouble::Trouble, words};

#[component]
pub(crate) fn Activities() -> impl IntoView {
    let shared = Shared::get();
    let items = RwSignal::new(Vec::<Activity>::new());
    let next = RwSignal::new(None::<String>);
    let loaded = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let load = move |cursor: Option<String>| {
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            match api::activity(cursor.as_deref()).await {
                Ok(page) => {
                    items.try_update(|items| {
                        if cursor.is_none() {
                            items.clear();
                        }
                        items.extend(page.items);
                    });
                    next.try_set(page.next);
                    loaded.try_set(true);
                }
                Err(why) => {
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    };
    // From the start at first, and again after each run, which may have added to it.
    Effect::new(move || {
        shared.runs.track();
        load(None);
    });
    let more = Callback::new(move |()| load(next.get_untracked()));
    let rows = move || {
        if !loaded.get() {
            let loading = trouble.with(Option::is_none);
            return loading
                .then(|| view! { <p class="hint">"Loading…"</p> })
                .into_any();
        }
        if items.with(Vec::is_empty) {
            return view! { <p class="hint">"Nothing has been done as you yet."</p> }.into_any();
        }
        view! {
            <ol class="items">
                <For each=move || items.get() key=|item| (item.id.clone(), item.outcome) let:item>
                    <Item item/>
                </For>
            </ol>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="activity">
            <h2 id="activity">"What was done as me"</h2>
            {rows}
            {move || trouble.get().map(|trouble| view! { <Failure trouble again=more/> })}
            {move || {
                (next.with(Option::is_some) && trouble.with(Option::is_none))
                    .then(|| {
                        view! {
                            <Button busy on_press=more>
                                "Show more"
                            </Button>
                        }
                    })
            }}
        </section>
    }
}

#[component]
fn Item(item: Activity) -> impl IntoView {
    let target = Shared::get().link_target();
    let link = words::link(item.link.as_deref()).map(str::to_owned);
    let what = match link {
        Some(link) => view! {
            <a href=link target=target rel="noopener">
                {item.what}
            </a>
        }
        .into_any(),
        None => item.what.into_any(),
    };
    view! {
        <li class="item">
            <div class="item-head">
                <p class="item-name">{what}</p>
                <Outcome words=words::outcome(item.outcome)/>
            </div>
            <p class="hint">
                <time datetime=item.started_at.clone()>{dates::day_and_time(&item.started_at)}</time>
                " · "
                {words::access(item.access)}
            </p>
            {words::outcome_detail(item.outcome, item.status)
                .map(|detail| view! { <p class="hint">{detail}</p> })}
        </li>
    }
}
