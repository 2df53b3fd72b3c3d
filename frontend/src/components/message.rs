//! Messages within the page.

use leptos::prelude::*;

use super::button::Button;
use crate::{
    bridge,
    trouble::{Cure, Trouble},
};

/// A message with a title: `information`, `success`, `warning` or `error`.
#[component]
pub(crate) fn Message(
    look: &'static str,
    #[prop(into)] title: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("message {look}")>
            <p class="message-title">{title}</p>
            {children()}
        </div>
    }
}

/// What failed and what to do about it, with the button that does it.
#[component]
pub(crate) fn Failure(
    trouble: Trouble,
    /// Does again what failed.
    #[prop(optional, into)]
    again: Option<Callback<()>>,
) -> impl IntoView {
    let button = match (trouble.cure(), again) {
        (Cure::TryAgain, Some(again)) => Some(("Try again", again)),
        (Cure::TryAgain | Cure::Reload, _) => {
            Some(("Reload", Callback::new(|()| bridge::reload())))
        }
        (Cure::Nothing, _) => None,
    };
    view! {
        <div role="alert">
            <Message look="error" title=trouble.title()>
                <p>{trouble.detail().to_owned()}</p>
                <p>{trouble.remedy().to_owned()}</p>
                {button
                    .map(|(words, press)| {
                        view! { <Button on_press=press>{words}</Button> }
                    })}
            </Message>
        </div>
    }
}
