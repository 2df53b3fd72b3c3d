//! The page where the app may act as the person: until when, what, and how to stop or renew it.

use leptos::prelude::*;
use onbehalf_contract::{ActivityPage, Consent};

use super::{
    button::Button,
    consent_form::ConsentForm,
    dynamic::{dynamic, text},
    message::Message,
    receipt::Receipt,
    refused::close,
    shared::{HEADING, Shared},
    stop::Stop,
};
use crate::{browser, intl, words};

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
        let consent = shared.consent.get();
        // A date does not break in two in a heading.
        let until = consent.expires_at.as_deref().map(intl::day);
        let until = until.map(|day| day.replace(' ', "\u{a0}"));
        let heading = words::allowed_heading(&shared.app(), &until.unwrap_or_default());
        view! {
            <div class="stack">
                <header>
                    <h1 id=HEADING tabindex="-1">{heading}</h1>
                    {dynamic({
                        let consent = consent.clone();
                        move || ends_soon(shared, &consent, doing)
                    })}
                    {facts(shared, &consent)}
                </header>
                {dynamic(move || below(shared, doing))}
            </div>
        }
        .into_any()
    })
}

/// Shows what is being done, and moves the focus there.
fn turn_to(doing: RwSignal<Doing>, next: Doing, focus: &'static str) -> Callback<()> {
    Callback::new(move |()| {
        doing.set(next);
        browser::focus_soon(focus);
    })
}

/// That it ends before long, with the way to go on; not while that is being taken.
fn ends_soon(shared: Shared, consent: &Consent, doing: RwSignal<Doing>) -> AnyView {
    let end = consent.expires_at.as_deref();
    let Some(end) = end.filter(|_| consent.ends_soon && doing.get() == Doing::Nothing) else {
        return ().into_any();
    };
    let left = intl::milliseconds(end) - intl::now();
    let title = words::soon_title(&words::soon(left), &intl::day(end));
    let more = (!shared.refused()).then(|| {
        let renew = turn_to(doing, Doing::Changing, "change");
        view! { <Button words=words::soon_renew() on_press=renew/> }.into_any()
    });
    view! { <Message look="warning" title text=words::soon_text() more=more.into_any()/> }
        .into_any()
}

fn facts(shared: Shared, consent: &Consent) -> AnyView {
    let (site, person) = shared
        .state
        .with_value(|state| (state.site.clone(), state.person.name.clone()));
    let moment = |moment: &Option<String>| moment.as_deref().map(intl::day_and_time);
    let facts = [
        // Of an account that may not consent any more, the name isn't known.
        (
            words::allowed_as(),
            Some(person).filter(|name| !name.is_empty()),
        ),
        (words::allowed_on(), Some(site)),
        (words::allowed_access(), consent.access.map(words::access)),
        (words::allowed_until(), moment(&consent.expires_at)),
        (words::allowed_since(), moment(&consent.granted_at)),
    ];
    let last_used = text(move || {
        let newest =
            |shown: &ActivityPage| Some(intl::day_and_time(&shown.items.first()?.started_at));
        let newest = shared.feed.shown.with(newest);
        newest.unwrap_or_else(words::allowed_never_used)
    });
    view! {
        <dl class="facts">
            {facts
                .into_iter()
                .filter_map(|(name, value)| Some(fact(name, value?.into_any())))
                .collect_view()}
            {fact(words::allowed_last_used(), last_used)}
        </dl>
    }
    .into_any()
}

fn fact(name: String, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn below(shared: Shared, doing: RwSignal<Doing>) -> AnyView {
    match doing.get() {
        Doing::Nothing => {
            let stop = turn_to(doing, Doing::Stopping, "stop-question");
            let change = turn_to(doing, Doing::Changing, "change");
            let change = (!shared.refused()).then(|| {
                let words = words::allowed_change();
                view! { <Button id="renew" words on_press=change/> }.into_any()
            });
            view! {
                <div class="actions">
                    <Button id="stop" look="danger" words=words::allowed_stop() on_press=stop/>
                    {change}
                    <Receipt shared/>
                    {close(shared)}
                </div>
            }
            .into_any()
        }
        Doing::Stopping => {
            view! { <Stop shared cancel=turn_to(doing, Doing::Nothing, "stop")/> }.into_any()
        }
        Doing::Changing => view! {
            <section class="panel">
                <h2 id="change" tabindex="-1">{words::allowed_change()}</h2>
                <ConsentForm
                    shared
                    decline_words=words::allowed_keep()
                    decline=turn_to(doing, Doing::Nothing, "renew")
                />
            </section>
        }
        .into_any(),
    }
}
