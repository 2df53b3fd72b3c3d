//! The page where the app may act as the person: until when, what, and how to stop or renew it.

use leptos::prelude::*;
use onbehalf_contract::{Activity, Consent};

use super::{
    button::Button,
    call::call,
    consent_form::consent_form,
    dynamic::{dynamic, text},
    element::{element, nothing, said},
    live::Live,
    message::message,
    receipt::receipt,
    refused::close,
    shared::{HEADING, Shared},
    stop::{QUESTION, stop},
    text::unbroken,
};
use crate::{browser, intl, words};

/// The ids of what takes the focus.
const STOP: &str = "stop";
const RENEW: &str = "renew";
const CHANGE: &str = "change";

/// What stands below the facts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// The buttons.
    Nothing,
    Changing,
    Stopping,
}

pub(crate) fn allowed(shared: Shared) -> AnyView {
    // Made anew when the consent is renewed, when the form has done its work.
    dynamic(move || {
        let doing = Live::new(Doing::Nothing);
        let consent = shared.consent.get();
        let until = consent.expires_at.as_deref();
        let until = until.map(|moment| unbroken(&intl::day(moment)));
        let heading = words::allowed_heading(&shared.app(), &until.unwrap_or_default());
        let facts = facts(shared, &consent);
        let header = element("header")
            .add(element("h1").id(HEADING).focusable().text(heading))
            .put(dynamic(move || ends_soon(shared, &consent, doing)))
            .put(facts);
        element("div")
            .class("stack")
            .add(header)
            .put(dynamic(move || below(shared, doing)))
            .view()
    })
}

/// Shows what is being done, and moves the focus there.
fn turn_to(doing: Live<Doing>, next: Doing, focus: &'static str) -> Callback<()> {
    call(move || {
        doing.set(next);
        browser::focus_soon(focus);
    })
}

/// That it ends before long, with the way to go on; not while that is being taken.
fn ends_soon(shared: Shared, consent: &Consent, doing: Live<Doing>) -> AnyView {
    let end = consent.expires_at.as_deref();
    let Some(end) = end.filter(|_| consent.ends_soon && doing.get() == Doing::Nothing) else {
        return nothing();
    };
    let left = intl::milliseconds(end) - intl::now();
    let title = words::soon_title(&words::soon(left), &intl::day(end));
    let mut warning = message("warning", title, words::soon_text());
    if !shared.refused() {
        let renew = turn_to(doing, Doing::Changing, CHANGE);
        warning = warning.put(Button::new("default", words::soon_renew()).on_press(renew));
    }
    warning.view()
}

fn facts(shared: Shared, consent: &Consent) -> AnyView {
    let (site, person) = shared
        .state
        .with_untracked(|state| (state.site.clone(), state.person.name.clone()));
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
        let newest = |acts: &Option<Vec<Activity>>| {
            let newest = acts.as_ref()?.first()?;
            Some(intl::day_and_time(&newest.started_at))
        };
        let newest = shared.feed.acts.shown.with(newest);
        newest.unwrap_or_else(words::allowed_never_used)
    });
    let facts = facts
        .into_iter()
        .filter_map(|(name, value)| Some(fact(name, said(value?))));
    element("dl")
        .class("facts")
        .put_all(facts)
        .put(fact(words::allowed_last_used(), last_used))
        .view()
}

fn fact(name: String, value: AnyView) -> AnyView {
    element("div")
        .add(element("dt").text(name))
        .add(element("dd").put(value))
        .view()
}

fn below(shared: Shared, doing: Live<Doing>) -> AnyView {
    match doing.get() {
        Doing::Nothing => buttons(shared, doing),
        Doing::Stopping => stop(shared, turn_to(doing, Doing::Nothing, STOP)),
        Doing::Changing => {
            let keep = turn_to(doing, Doing::Nothing, RENEW);
            let heading = element("h2").id(CHANGE).focusable();
            element("section")
                .class("panel")
                .add(heading.text(words::allowed_change()))
                .put(consent_form(shared, words::allowed_keep(), keep))
                .view()
        }
    }
}

fn buttons(shared: Shared, doing: Live<Doing>) -> AnyView {
    let stop = turn_to(doing, Doing::Stopping, QUESTION);
    let change = turn_to(doing, Doing::Changing, CHANGE);
    let stop = Button::new("danger", words::allowed_stop())
        .id(STOP)
        .on_press(stop);
    let mut buttons = element("div").class("actions").put(stop);
    if !shared.refused() {
        let words = words::allowed_change();
        buttons = buttons.put(Button::new("default", words).id(RENEW).on_press(change));
    }
    buttons.put(receipt(shared)).put(close(shared)).view()
}
