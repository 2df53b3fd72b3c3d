//! What the app asks for, and the form to allow it.

use leptos::prelude::*;
use onbehalf_contract::{Access, Consent, ConsentState, ConsentWish};

use super::{
    button::Button,
    message::{Again, failure},
    shared::{HEADING, Shared},
    time::{LAST_DAY, TimeChoice, length},
};
use crate::{
    api, bridge, browser,
    choice::{self, Choice, Length},
    intl,
    trouble::Trouble,
    words::{self, Part},
};

/// The notice and the choice. Also used to renew or change a consent that is active.
#[component]
pub(crate) fn ConsentForm(shared: Shared, decline_words: String, decline: Callback<()>) -> AnyView {
    let (limits, texts, who) = shared.state.with_value(|state| {
        let who = words::ask_who(&state.app, &state.site, &state.person.name);
        (state.limits.clone(), state.texts.clone(), who)
    });
    let notice = texts.notice;
    let before = shared.consent.get_untracked();
    let choice = RwSignal::new(Choice::first(&limits, before.access));
    let day_missing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let longest_days = limits.longest_days;
    let renews = before.id.filter(|_| before.state == ConsentState::Active);
    let version = notice.version;
    let allow = Callback::new(move |()| {
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
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    });
    view! {
        <header>
            <p class="lead">{notice.lead}</p>
            <p>{with_emphasis(who)} " " {notice.purpose}</p>
        </header>
        // The Enter key in a field would send a form; only the button does.
        <form on:submit=move |submit| submit.prevent_default()>
            <fieldset>
                <legend>{words::ask_access()}</legend>
                {choice::accesses(&limits)
                    .into_iter()
                    .map(|access| {
                        let text = match access {
                            Access::Read => notice.read.clone(),
                            Access::ReadWrite => notice.read_write.clone(),
                        };
                        access_card(access, text, choice)
                    })
                    .collect_view()}
            </fieldset>
            <TimeChoice limits choice day_missing/>
            <div class="fine">
                {fine_print(words::ask_never(), notice.never)}
                {fine_print(words::ask_end(), notice.end)}
            </div>
            <div class="actions">
                {failure(trouble, Again::new(allow, "allow"))}
                <Button id="allow" look="primary" words=words::ask_allow() busy on_press=allow/>
                <Button look="subtle" words=decline_words on_press=decline/>
            </div>
        </form>
    }
    .into_any()
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
fn with_emphasis(parts: Vec<Part>) -> AnyView {
    parts
        .into_iter()
        .map(|part| match part {
            Part::Said(words) => words.into_any(),
            Part::Value(name) => view! { <strong>{name}</strong> }.into_any(),
        })
        .collect_view()
        .into_any()
}

fn access_card(access: Access, text: String, choice: RwSignal<Choice>) -> AnyView {
    let (name_id, text_id) = match access {
        Access::Read => ("read-name", "read-text"),
        Access::ReadWrite => ("write-name", "write-text"),
    };
    view! {
        <label class="card">
            <input
                type="radio"
                name="access"
                aria-labelledby=name_id
                aria-describedby=text_id
                prop:checked=move || choice.get().access == access
                on:input=move |_| choice.update(|choice| choice.access = access)
            />
            <span class="card-name" id=name_id>
                {words::access(access)}
            </span>
            <span class="card-text" id=text_id>
                {text}
            </span>
        </label>
    }
    .into_any()
}

fn fine_print(heading: String, text: String) -> AnyView {
    view! {
        <section>
            <h2>{heading}</h2>
            <p>{text}</p>
        </section>
    }
    .into_any()
}
