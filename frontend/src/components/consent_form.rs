//! What the app asks for, and the form to allow it.

use leptos::prelude::*;
use onbehalf_contract::{Access, Consent, ConsentState, ConsentWish};

use super::{
    button::Button,
    call::call,
    element::{Element, all, element, said},
    live::Live,
    message::{Again, failure},
    radio::{group, radio},
    shared::{HEADING, Shared},
    text::paragraph,
    time::{LAST_DAY, length, time_choice},
};
use crate::{
    api, bridge, browser,
    choice::{self, Choice, Length},
    intl,
    trouble::Trouble,
    words::{self, Part},
};

/// The id of the button that allows it.
const ALLOW: &str = "allow";

/// The notice and the choice. Also used to renew or change a consent that is active.
pub(crate) fn consent_form(
    shared: Shared,
    decline_words: String,
    decline: Callback<()>,
) -> AnyView {
    let (limits, texts, who) = shared.state.with_untracked(|state| {
        let who = words::ask_who(&state.app, &state.site, &state.person.name);
        (state.limits.clone(), state.texts.clone(), who)
    });
    let notice = texts.notice;
    let before = shared.consent.get_untracked();
    let choice = Live::new(Choice::first(&limits, before.access));
    let day_missing = Live::new(false);
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let longest_days = limits.longest_days;
    let renews = before.id.filter(|_| before.state == ConsentState::Active);
    let version = notice.version;
    let allow = call(move || {
        trouble.set(None);
        let choice = choice.get_untracked();
        let Some(length) = length(choice, longest_days) else {
            day_missing.set(true);
            browser::focus_soon(LAST_DAY);
            return;
        };
        let (days, until) = match length {
            Length::Days(days) => (Some(days), None),
            Length::Until(end) => (None, Some(intl::rfc_3339(end))),
        };
        let wish = ConsentWish {
            access: choice.access,
            days,
            until,
            notice: version.clone(),
            language: Some(texts.language.clone()),
            renews: renews.clone(),
        };
        busy.set(true);
        browser::spawn(async move {
            match api::grant(&wish).await {
                Ok(consent) => granted(shared, consent),
                Err(why) => {
                    shared.refresh_after(&why).await;
                    trouble.set(Some(why));
                }
            }
            busy.set(false);
        });
    });
    let header = element("header")
        .add(element("p").class("lead").text(notice.lead))
        .add(with_emphasis(who).text(" ").text(notice.purpose));
    let mut access = group(words::ask_access());
    for offered in choice::accesses(&limits) {
        let text = match offered {
            Access::Read => &notice.read,
            Access::ReadWrite => &notice.read_write,
        };
        access = access.put(access_card(offered, text, choice));
    }
    let fine = element("div")
        .class("fine")
        .put(fine_print(words::ask_never(), notice.never))
        .put(fine_print(words::ask_end(), notice.end));
    let allow_button = Button::new("primary", words::ask_allow()).id(ALLOW);
    let actions = element("div")
        .class("actions")
        .put(failure(trouble, Again::new(allow, ALLOW)))
        .put(allow_button.busy(busy, allow))
        .put(Button::new("subtle", decline_words).on_press(decline));
    let form = element("form")
        // The Enter key in a field would send a form; only the button does.
        .on("submit", |submit| submit.prevent_default())
        .add(access)
        .put(time_choice(&limits, choice, day_missing))
        .add(fine)
        .add(actions);
    all([header.view(), form.view()])
}

/// Shows that it is allowed: here, and in a dialog as a flag on the page below it.
fn granted(shared: Shared, consent: Consent) {
    let until = consent.expires_at.as_deref().map(intl::day);
    shared.set_consent(consent);
    if shared.in_dialog() {
        let body = words::allowed_heading(&shared.app(), &until.unwrap_or_default());
        bridge::flag_success(&words::allowed_flag(), &body);
        bridge::close_dialog();
    }
    browser::focus_soon(HEADING);
}

/// Names stand out: who asks, where, and as whom.
fn with_emphasis(parts: Vec<Part>) -> Element {
    let parts = parts.into_iter().map(|part| match part {
        Part::Said(words) => said(words),
        Part::Value(name) => element("strong").text(name).view(),
    });
    element("p").put_all(parts)
}

fn access_card(access: Access, text: &str, choice: Live<Choice>) -> AnyView {
    let (name_id, text_id) = match access {
        Access::Read => ("read-name", "read-text"),
        Access::ReadWrite => ("write-name", "write-text"),
    };
    let first = choice.get_untracked().access == access;
    let input = radio("access", first, move || {
        choice.update(|choice| choice.access = access);
    });
    let input = input
        .set("aria-labelledby", name_id)
        .set("aria-describedby", text_id);
    let name = element("span").class("card-name").id(name_id);
    let more = element("span").class("card-text").id(text_id);
    element("label")
        .class("card")
        .add(input)
        .add(name.text(words::access(access)))
        .add(more.text(text))
        .view()
}

fn fine_print(heading: String, text: String) -> AnyView {
    element("section")
        .add(element("h2").text(heading))
        .put(paragraph(text))
        .view()
}
