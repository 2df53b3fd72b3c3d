//! The page where the app may act as the person: until when, what, and how to stop or renew it.

use leptos::prelude::*;

use super::{
    button::Button,
    consent_form::ConsentForm,
    shared::{HEADING, Shared},
    stop::Stop,
};
use crate::{bridge, browser, dates, words};

#[component]
pub(crate) fn Allowed() -> impl IntoView {
    let shared = Shared::get();
    let app = shared.app();
    let heading = move || {
        let until = shared
            .consent
            .with(|consent| consent.expires_at.as_deref().map(dates::day));
        match until {
            Some(until) => format!("{app} may act as you until {until}"),
            None => format!("{app} may act as you"),
        }
    };
    let (site, person) = shared
        .page
        .with_value(|page| (page.site.clone(), page.person.name.clone()));
    let access = move || {
        shared
            .consent
            .with(|consent| consent.access.map(words::access))
    };
    let since = move || {
        shared
            .consent
            .with(|consent| consent.granted_at.as_deref().map(dates::day_and_time))
    };
    let until = move || {
        shared
            .consent
            .with(|consent| consent.expires_at.as_deref().map(dates::day_and_time))
    };
    let changing = RwSignal::new(false);
    // A renewed consent is a new value: the form has done its work.
    Effect::watch(
        move || shared.consent.get(),
        move |_, _, _| changing.set(false),
        false,
    );
    let change = Callback::new(move |()| {
        changing.set(true);
        browser::focus_soon("change");
    });
    let keep = Callback::new(move |()| {
        changing.set(false);
        browser::focus_soon(HEADING);
    });
    let close = Callback::new(|()| bridge::close_dialog());
    view! {
        <header>
            <h1 id=HEADING tabindex="-1">{heading}</h1>
            <dl class="facts">
                <Fact name="As">{format!("{person} on {site}")}</Fact>
                <Fact name="Access">{access}</Fact>
                <Fact name="Until">{until}</Fact>
                <Fact name="Since">{since}</Fact>
            </dl>
        </header>
        {move || {
            if changing.get() {
                view! {
                    <section class="panel">
                        <h2 id="change" tabindex="-1">"Renew or change"</h2>
                        <ConsentForm decline=keep/>
                    </section>
                }
                    .into_any()
            } else {
                view! {
                    <Stop>
                        <Button on_press=change>"Renew or change"</Button>
                        {shared
                            .in_dialog()
                            .then(|| {
                                view! {
                                    <Button look="subtle" on_press=close>
                                        "Close"
                                    </Button>
                                }
                            })}
                    </Stop>
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
