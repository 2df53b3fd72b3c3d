//! The whole page: which parts are shown, from where the consent stands.

use leptos::prelude::*;

use super::{
    activity::Activities,
    allowed::Allowed,
    ask::Ask,
    dynamic::{dynamic, text},
    message::Message,
    refused::{refusal, refused},
    schedules::Schedules,
    shared::Shared,
};
use crate::{bridge::Frame, state::State};

#[component]
pub(crate) fn ConsentPage(state: State, frame: Frame) -> AnyView {
    let shared = Shared::new(state, frame);
    let active = shared.active;
    let any_acts = shared.feed.any;
    let may_not = shared.refused();
    let dialog = shared.in_dialog();
    // In a dialog someone wants an answer to one question, so nothing else is in the way.
    let beside = move || active.get() || !dialog;
    view! {
        <div class=if dialog { "page dialog" } else { "page" }>
            {dynamic(move || overtaken(shared))}
            {dynamic(move || match (active.get(), may_not) {
                (true, false) => view! { <Allowed shared/> }.into_any(),
                // Someone who may not consent any more can still take back what they once gave.
                (true, true) => view! { {refusal(shared)} <Allowed shared/> }.into_any(),
                (false, false) => view! { <Ask shared/> }.into_any(),
                (false, true) => refused(shared),
            })}
            {part_if(
                move || beside() && !may_not,
                move || view! { <Schedules shared/> }.into_any(),
            )}
            {part_if(
                move || beside() && (active.get() || any_acts.get()),
                move || view! { <Activities shared/> }.into_any(),
            )}
            <p class="unseen" role="status">
                {text(move || shared.announcement.get())}
            </p>
        </div>
    }
    .into_any()
}

/// That somebody else, or the same person in another window, was quicker.
fn overtaken(shared: Shared) -> AnyView {
    let message = shared.overtaken.get().map(|trouble| {
        view! {
            <div role="alert">
                <Message look="warning" title=trouble.title() text=trouble.detail()/>
            </div>
        }
        .into_any()
    });
    message.into_any()
}

fn part_if(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    part: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    dynamic(move || if condition() { part() } else { ().into_any() })
}
