//! The page where nothing is allowed: how it came to be so, and the form.

use leptos::prelude::*;
use onbehalf_contract::ConsentState;

use super::{
    button::Button,
    consent_form::ConsentForm,
    dynamic::{dynamic, text},
    ended::ended,
    shared::{HEADING, Shared},
};
use crate::{bridge, browser, words};

#[component]
pub(crate) fn Ask(shared: Shared) -> AnyView {
    let declined = RwSignal::new(false);
    let app = shared.app();
    let heading = text(move || {
        let ended = shared.consent.with(|it| it.state != ConsentState::None);
        if ended || declined.get() {
            words::ask_heading_after(&app)
        } else {
            words::ask_heading(&app)
        }
    });
    let turn_to = move |decline: bool| {
        Callback::new(move |()| {
            if decline && shared.in_dialog() {
                bridge::close_dialog();
            }
            declined.set(decline);
            browser::focus_soon(HEADING);
        })
    };
    view! {
        <div class="stack">
            <header>
                <h1 id=HEADING tabindex="-1">{heading}</h1>
                {dynamic(move || ended(shared))}
            </header>
            {dynamic(move || {
                if declined.get() {
                    view! {
                        <p>{words::ask_declined()}</p>
                        <div class="actions">
                            <Button words=words::ask_reconsider() on_press=turn_to(false)/>
                        </div>
                    }
                        .into_any()
                } else {
                    let decline = turn_to(true);
                    view! { <ConsentForm shared decline_words=words::ask_not_now() decline/> }
                        .into_any()
                }
            })}
        </div>
    }
    .into_any()
}
