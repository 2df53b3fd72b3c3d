//! What is scheduled to be done as the person.

use leptos::prelude::*;

use super::{
    dynamic::dynamic,
    message::{Again, Failure},
    schedule::ScheduleItem,
    shared::Shared,
};
use crate::{api, browser};

#[component]
pub(crate) fn Schedules(shared: Shared) -> AnyView {
    let answer = RwSignal::new(None);
    let load = Callback::new(move |()| {
        browser::spawn(async move {
            let loaded = api::schedules().await;
            answer.try_set(Some(loaded));
        });
    });
    load.run(());
    view! {
        <section aria-labelledby="schedules">
            <h2 id="schedules" tabindex="-1">"Scheduled for me"</h2>
            {dynamic(move || match answer.get() {
                None => view! { <p class="hint">"Loading…"</p> }.into_any(),
                Some(Err(trouble)) => view! { <Failure trouble again=Again::new(load, "schedules")/> }.into_any(),
                Some(Ok(schedules)) if schedules.items.is_empty() => {
                    view! { <p class="hint">"Nothing is scheduled for you."</p> }.into_any()
                }
                Some(Ok(schedules)) => {
                    view! {
                        <ul class="items">
                            {schedules
                                .items
                                .into_iter()
                                .map(|schedule| view! { <ScheduleItem shared schedule/> }.into_any())
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }
            })}
        </section>
    }
    .into_any()
}
