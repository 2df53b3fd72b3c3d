//! The page where the app may act as the person: until when, what, and how to stop or renew it.

use leptos::prelude::*;
use onbehalf_contract::Consent;

use super::{
    button::Button,
    consent_form::ConsentForm,
    dynamic::dynamic,
    shared::{HEADING, Shared},
    stop::Stop,
};
use crate::{bridge, browser, dates, words};

/// What stands below the facts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// The buttons.
    Nothing,
    Changing,
    Stopping,
}

#[component]
pub(crate) fn Allowed(shared: Shared) -> AnyView {
    // Made anew when the consent is renewed, when the form has done its work.
    dynamic(move || {
        let doing = RwSignal::new(Doing::Nothing);
        view! {
            <div class="stack">
                {shared.consent.with(|consent| facts(shared, consent))}
                {dynamic(move || below(shared, doing))}
            </div>
        }
        .into_any()
    })
}

fn facts(shared: Shared, consent: &Consent) -> AnyView {
    let (site, person) = shared
        .page
        .with_value(|page| (page.site.clone(), page.person.name.clone()));
    let app = shared.app();
    let heading = match consent.expires_at.as_deref().map(dates::day) {
        Some(until) => format!("{app} may act as you until {until}"),
        None => format!("{app} may act as you"),
    };
    let moment = |moment: &Option<String>| moment.as_deref().map(dates::day_and_time);
    let facts = [
        // Of an account that may not consent any more, the name isn't known.
        ("As", Some(person).filter(|name| !name.is_empty())),
        ("On", Some(site)),
        (
            "Access",
            consent.access.map(|it| words::access(it).to_owned()),
        ),
        ("Until", moment(&consent.expires_at)),
        ("Since", moment(&consent.granted_at)),
    ];
    view! {
        <header>
            <h1 id=HEADING tabindex="-1">{heading}</h1>
            <dl class="facts">
                {facts
                    .into_iter()
                    .filter_map(|(name, fact)| Some((name, fact?)))
                    .map(|(name, fact)| {
                        view! {
                            <div>
                                <dt>{name}</dt>
                                <dd>{fact}</dd>
                            </div>
                        }
                            .into_any()
                    })
                    .collect_view()}
            </dl>
        </header>
    }
    .into_any()
}

fn below(shared: Shared, doing: RwSignal<Doing>) -> AnyView {
    let turn_to = move |next: Doing, focus: &'static str| {
        Callback::new(move |()| {
            doing.set(next);
            browser::focus_soon(focus);
        })
    };
    match doing.get() {
        Doing::Nothing => {
            let stop = turn_to(Doing::Stopping, "stop-question");
            let change = turn_to(Doing::Changing, "change");
            let close = Callback::new(|()| bridge::close_dialog());
            view! {
                <div class="actions">
                    <Button id="stop" look="danger" words="Stop allowing" on_press=stop/>
                    <Button id="renew" words="Renew or change" on_press=change/>
                    {shared
                        .in_dialog()
                        .then(|| view! { <Button look="subtle" words="Close" on_press=close/> })}
                </div>
            }
            .into_any()
        }
        Doing::Stopping => {
            view! { <Stop shared cancel=turn_to(Doing::Nothing, "stop")/> }.into_any()
        }
        Doing::Changing => view! {
            <section class="panel">
                <h2 id="change" tabindex="-1">"Renew or change"</h2>
                <ConsentForm shared decline=turn_to(Doing::Nothing, "renew")/>
            </section>
        }
        .into_any(),
    }
}
