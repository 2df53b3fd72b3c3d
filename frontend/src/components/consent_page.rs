//! The whole page: which parts are shown, from where the consent stands.

use leptos::prelude::*;
use onbehalf_contract::{ConsentPage as State, ConsentState, Problem};

use super::{
    activity::Activities,
    allowed::Allowed,
    consent_form::Ask,
    message::Message,
    schedules::Schedules,
    shared::{HEADING, Shared},
};
use crate::bridge::Frame;

#[component]
pub(crate) fn ConsentPage(page: State, frame: Frame) -> impl IntoView {
    let refusal = page.refusal.clone();
    let shared = Shared::new(page, frame);
    provide_context(shared);
    let active = Memo::new(move |_| shared.consent.with(|it| it.state == ConsentState::Active));
    let refused = refusal.is_some();
    view! {
        <div class="page" class:dialog=shared.in_dialog()>
            {refusal.map(|refusal| view! { <Refused refusal/> })}
            // Someone who may not consent any more can still take back what they once gave.
            {move || match (active.get(), refused) {
                (true, _) => view! { <Allowed/> }.into_any(),
                (false, false) => view! { <Ask/> }.into_any(),
                (false, true) => ().into_any(),
            }}
            // In a dialog someone wants an answer to one question, so nothing else is in the way.
            {move || (!refused && (active.get() || !shared.in_dialog())).then(|| view! { <Schedules/> })}
            {move || active.get().then(|| view! { <Activities/> })}
            <p class="unseen" role="status">{shared.announcement}</p>
        </div>
    }
}

/// Why this person cannot consent.
#[component]
fn Refused(refusal: Problem) -> impl IntoView {
    view! {
        <header>
            <h1 id=HEADING tabindex="-1">{refusal.title}</h1>
            <Message look="warning" title=refusal.detail>
                <p>{refusal.remedy}</p>
            </Message>
        </header>
    }
}
