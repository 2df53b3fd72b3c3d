//! What is scheduled to be done as the person.

use leptos::prelude::*;

use super::{schedule::ScheduleItem, shared::Shared, text::hint};
use crate::words;

#[component]
pub(crate) fn Schedules(shared: Shared) -> AnyView {
    let schedules = shared.state.with_value(|state| state.schedules.clone());
    let items = if schedules.is_empty() {
        hint(words::schedules_none())
    } else {
        view! {
            <ul class="items">
                {schedules
                    .into_iter()
                    .map(|schedule| view! { <ScheduleItem shared schedule/> }.into_any())
                    .collect_view()}
            </ul>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="schedules">
            <h2 id="schedules">{words::schedules_heading()}</h2>
            {items}
        </section>
    }
    .into_any()
}
