//! The page where nothing is allowed: how it came to be so, and the form.

use leptos::prelude::*;
use onbehalf_contract::ConsentState;

use super::{
    button::Button,
    consent_form::ConsentForm,
    dynamic::{dynamic, text},
    message::Message,
    shared::{HEADING, Shared},
};
use crate::{bridge, browser, dates, words};

#[component]
pub(crate) fn Ask(shared: Shared) -> AnyView {
    let declined = RwSignal::new(false);
    let app = shared.app();
    let heading = text(move || {
        let ended = shared.consent.with(|it| it.state != ConsentState::None);
        if ended || declined.get() {
            format!("{app} may not act as you")
        } else {
            format!("Allow {app} to act as you?")
        }
    });
    let decline = Callback::new(move |()| {
        if shared.in_dialog() {
            bridge::close_dialog();
        }
        declined.set(true);
        browser::focus_soon(HEADING);
    });
    let reconsider = Callback::new(move |()| {
        declined.set(false);
        browser::focus_soon(HEADING);
    });
    view! {
        <div class="stack">
            <header>
                <h1 id=HEADING tabindex="-1">{heading}</h1>
                {dynamic(move || how_it_ended(shared))}
            </header>
            {dynamic(move || {
                if declined.get() {
                    view! {
                        <p>"Nothing was changed. You can allow it here whenever you like."</p>
                        <div class="actions">
                            <Button words="Show what it asks for" on_press=reconsider/>
                        </div>
                    }
                        .into_any()
                } else {
                    view! { <ConsentForm shared decline/> }.into_any()
                }
            })}
        </div>
    }
    .into_any()
}

fn how_it_ended(shared: Shared) -> AnyView {
    let ended = shared.consent.with(|consent| {
        let on = consent
            .ended_at
            .as_deref()
            .or(consent.expires_at.as_deref());
        words::how_it_ended(consent.state, on.map(dates::day).as_deref())
    });
    match ended {
        Some((title, text)) => view! { <Message look="information" title text/> }.into_any(),
        None => ().into_any(),
    }
}
