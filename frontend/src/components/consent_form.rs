//! What the app asks for, and the form to allow it.

use leptos::prelude::*;
use onbehalf_contract::{Access, Consent};

use super::{
    button::Button,
    dynamic::text,
    message::{Again, failure},
    shared::{HEADING, Shared},
};
use crate::{
    api, bridge, browser,
    choice::{self, Choice},
    dates,
    trouble::Trouble,
    words,
};

/// The notice and the choice. Also used to renew or change a consent that is active.
#[component]
pub(crate) fn ConsentForm(shared: Shared, decline: Callback<()>) -> AnyView {
    let page = shared.page.get_value();
    let before = shared.consent.with_untracked(|consent| consent.access);
    let choice = RwSignal::new(Choice::first(&page.limits, before));
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let allow = Callback::new(move |()| {
        busy.set(true);
        trouble.set(None);
        let wish = choice.get_untracked().wish(page.notice.version.clone());
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
    let page = shared.page.get_value();
    let until = text(move || format!("Until {}", dates::day_after(choice.get().days)));
    view! {
        <header>
            <p class="lead">{page.notice.lead}</p>
            <p>
                <strong>{page.app}</strong>
                " asks on "
                <strong>{page.site}</strong>
                " to act "
                <strong>{format!("as {}", page.person.name)}</strong>
                ". "
                {page.notice.purpose}
            </p>
        </header>
        // The Enter key in a field would send a form; only the button does.
        <form on:submit=move |submit| submit.prevent_default()>
            <fieldset>
                <legend>"What it may do"</legend>
                {choice::accesses(&page.limits)
                    .into_iter()
                    .map(|access| {
                        let text = match access {
                            Access::Read => page.notice.read.clone(),
                            Access::ReadWrite => page.notice.read_write.clone(),
                        };
                        access_card(access, text, choice)
                    })
                    .collect_view()}
            </fieldset>
            <fieldset>
                <legend>"For how long"</legend>
                <div class="segments">
                    {choice::durations(&page.limits)
                        .into_iter()
                        .map(|days| duration(days, choice))
                        .collect_view()}
                </div>
                <p class="hint">{until}</p>
            </fieldset>
            <div class="fine">
                {fine_print("What it never does", page.notice.never)}
                {fine_print("How it ends", page.notice.end)}
            </div>
            <div class="actions">
                {failure(trouble, Again::new(allow, "allow"))}
                <Button id="allow" look="primary" words="Allow impersonation" busy on_press=allow/>
                <Button look="subtle" words="Not now" on_press=decline/>
            </div>
        </form>
    }
    .into_any()
}

/// Shows that it is allowed: here, and in a dialog as a flag on the page below it.
fn granted(shared: Shared, consent: Consent) {
    let until = consent.expires_at.as_deref().map(dates::day);
    shared.set_consent(consent);
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

fn access_card(access: Access, text: String, choice: RwSignal<Choice>) -> AnyView {
    let (name_id, text_id) = match access {
        Access::Read => ("read-name", "read-text"),
        Access::ReadWrite => ("write-name", "write-text"),
    };
    let chosen = Signal::derive(move || choice.get().access == access);
    let choose = Callback::new(move |()| choice.update(|choice| choice.access = access));
    view! {
        <label class="card">
            <input
                type="radio"
                name="access"
                aria-labelledby=name_id
                aria-describedby=text_id
                prop:checked=chosen
                on:change=move |_| choose.run(())
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

fn duration(days: i64, choice: RwSignal<Choice>) -> AnyView {
    let chosen = Signal::derive(move || choice.get().days == days);
    let choose = Callback::new(move |()| choice.update(|choice| choice.days = days));
    view! {
        <label class="segment">
            <input type="radio" name="days" prop:checked=chosen on:change=move |_| choose.run(())/>
            {words::duration(days)}
        </label>
    }
    .into_any()
}

fn fine_print(heading: &'static str, text: String) -> AnyView {
    view! {
        <section>
            <h2>{heading}</h2>
            <p>{text}</p>
        </section>
    }
    .into_any()
}
