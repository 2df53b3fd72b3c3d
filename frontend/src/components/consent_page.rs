//! The whole page: which parts are shown, from where the consent stands.

use leptos::prelude::*;
use onbehalf_contract::{ConsentPage as State, Problem};

use super::{
    activity::Activities,
    allowed::Allowed,
    ask::Ask,
    dynamic::{dynamic, text},
    message::Message,
    schedules::Schedules,
    shared::{HEADING, Shared},
};
use crate::bridge::Frame;

#[component]
pub(crate) fn ConsentPage(page: State, frame: Frame) -> AnyView {
    let refusal = page.refusal.clone();
    let shared = Shared::new(page, frame);
    let active = shared.active;
    let refused = refusal.is_some();
    let dialog = shared.in_dialog();
    view! {
        <div class=if dialog { "page dialog" } else { "page" }>
            {refusal.map(|refusal| view! { <Refused refusal/> })}
            // Someone who may not consent any more can still take back what they once gave.
            {dynamic(move || match (active.get(), refused) {
                (true, _) => view! { <Allowed shared/> }.into_any(),
                (false, false) => view! { <Ask shared/> }.into_any(),
                (false, true) => ().into_any(),
            })}
            {match (refused, dialog) {
                (true, _) => ().into_any(),
                (false, false) => view! { <Schedules shared/> }.into_any(),
                // In a dialog someone wants an answer to one question, so nothing else is in the way.
                (false, true) => while_true(active, move || view! { <Schedules shared/> }.into_any()),
            }}
            {while_true(active, move || view! { <Activities shared/> }.into_any())}
            <p class="unseen" role="status">
                {text(move || shared.announcement.get())}
            </p>
        </div>
    }
    .into_any()
}

fn while_true(
    condition: RwSignal<bool>,
    part: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    dynamic(move || {
        if condition.get() {
            part()
        } else {
            ().into_any()
        }
    })
}

/// Why this person cannot consent.
#[component]
fn Refused(refusal: Problem) -> AnyView {
    view! {
        <header>
            <h1 id=HEADING tabindex="-1">{refusal.title}</h1>
            <Message look="warning" title=refusal.detail text=refusal.remedy/>
        </header>
    }
    .into_any()
}
