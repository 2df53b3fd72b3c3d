//! Asking the person: what the app wants, and the form to allow it.

use leptos::{prelude::*, task::spawn_local};
use onbehalf_contract::{Access, ConsentState};

use super::{
    button::Button,
    message::Failure,
    shared::{HEADING, Shared},
};
use crate::{
    api, bridge, browser,
    choice::{self, Choice},
    dates,
    trouble::Trouble,
    words,
};

/// The page where nothing is allowed: how it came to be so, and the form.
#[component]
pub(crate) fn Ask() -> impl IntoView {
    let shared = Shared::get();
    let app = shared.app();
    let declined = RwSignal::new(false);
    let heading = {
        let app = app.clone();
        move || {
            let ended = shared.consent.with(|it| it.state != ConsentState::None);
            if ended || declined.get() {
                format!("{app} may not act as you")
            } else {
                format!("Allow {app} to act as you?")
            }
        }
    };
    let ended = move || {
        shared.consent.with(|consent| {
            let on = consent
                .ended_at
                .as_deref()
                .or(consent.expires_at.as_deref());
            words::how_it_ended(consent, on.map(dates::day).as_deref())
        })
    };
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
        <header>
            <h1 id=HEADING tabindex="-1">{heading}</h1>
            {move || {
                ended()
                    .map(|ended| {
                        view! {
                            <p>
                                {ended}
                                " Nothing new is done as you. What had already begun ends within ten seconds."
                            </p>
                        }
                    })
            }}
        </header>
        {move || {
            if declined.get() {
                view! {
                    <p>"Nothing was changed. You can allow it here whenever you like."</p>
                    <Button on_press=reconsider>"Show what it asks for"</Button>
                }
                    .into_any()
            } else {
                view! { <ConsentForm decline/> }.into_any()
            }
        }}
    }
}

/// The notice and the choice. Also used to renew or change a consent that is active.
#[component]
pub(crate) fn ConsentForm(#[prop(into)] decline: Callback<()>) -> impl IntoView {
    let shared = Shared::get();
    let before = shared.consent.with_untracked(|consent| consent.access);
    let choice = RwSignal::new(
        shared
            .page
            .with_value(|page| Choice::first(&page.limits, before)),
    );
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let allow = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            let wish = shared
                .page
                .with_value(|page| choice.get_untracked().wish(&page.notice.version));
            match api::grant(&wish).await {
                Ok(consent) => {
                    // The form goes with the state that it was shown in, so what it owns is settled first.
                    busy.set(false);
                    granted(shared, consent);
                }
                Err(why) => {
                    shared.refresh_after(&why).await;
                    busy.try_set(false);
                    trouble.try_set(Some(why));
                }
            }
        });
    });
    let page = shared.page.get_value();
    view! {
        <p class="lead">{page.notice.lead}</p>
        <p class="who">
            <strong>{page.app}</strong>
            " asks on "
            <strong>{page.site}</strong>
            " to act "
            <strong>{format!("as {}", page.person.name)}</strong>
            ". "
            {page.notice.purpose}
        </p>
        <form on:submit=move |submit| {
            submit.prevent_default();
            allow.run(());
        }>
            <fieldset>
                <legend>"What it may do"</legend>
                {choice::accesses(&page.limits)
                    .into_iter()
                    .map(|access| {
                        let text = match access {
                            Access::Read => page.notice.read.clone(),
                            Access::ReadWrite => page.notice.read_write.clone(),
                        };
                        view! { <AccessCard access text choice/> }
                    })
                    .collect_view()}
            </fieldset>
            <fieldset>
                <legend>"For how long"</legend>
                <div class="segments">
                    {choice::durations(&page.limits)
                        .into_iter()
                        .map(|days| view! { <Duration days choice/> })
                        .collect_view()}
                </div>
                <p class="hint">
                    {move || format!("Until {}", dates::day_after(choice.get().days))}
                </p>
            </fieldset>
            <div class="fine">
                <section>
                    <h2>"What it never does"</h2>
                    <p>{page.notice.never}</p>
                </section>
                <section>
                    <h2>"How it ends"</h2>
                    <p>{page.notice.end}</p>
                </section>
            </div>
            {move || trouble.get().map(|trouble| view! { <Failure trouble again=allow/> })}
            <div class="actions">
                <Button look="primary" busy on_press=allow>
                    "Allow impersonation"
                </Button>
                <Button look="subtle" on_press=decline>
                    "Not now"
                </Button>
            </div>
        </form>
    }
}

/// Shows that it is allowed: here, and in a dialog as a flag on the page below it.
fn granted(shared: Shared, consent: onbehalf_contract::Consent) {
    let until = consent.expires_at.as_deref().map(dates::day);
    shared.consent.set(consent);
    if shared.in_dialog() {
        let until = until.unwrap_or_default();
        bridge::flag_success(
            "Impersonation allowed",
            &format!("{} may act as you until {until}.", shared.app()),
        );
        bridge::close_dialog();
    }
    browser::focus_soon(HEADING);
}

#[component]
fn AccessCard(access: Access, text: String, choice: RwSignal<Choice>) -> impl IntoView {
    let (value, name_id, text_id) = match access {
        Access::Read => ("read", "read-name", "read-text"),
        Access::ReadWrite => ("readWrite", "write-name", "write-text"),
    };
    view! {
        <label class="card">
            <input
                type="radio"
                name="access"
                value=value
                aria-labelledby=name_id
                aria-describedby=text_id
                prop:checked=move || choice.get().access == access
                on:change=move |_| choice.update(|choice| choice.access = access)
            />
            <span class="card-name" id=name_id>
                {words::access(access)}
            </span>
            <span class="card-text" id=text_id>
                {text}
            </span>
        </label>
    }
}

#[component]
fn Duration(days: i64, choice: RwSignal<Choice>) -> impl IntoView {
    view! {
        <label class="segment">
            <input
                type="radio"
                name="days"
                value=days.to_string()
                prop:checked=move || choice.get().days == days
                on:change=move |_| choice.update(|choice| choice.days = days)
            />
            <span>{words::duration(days)}</span>
        </label>
    }
}
