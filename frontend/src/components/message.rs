//! Messages within the page.

use leptos::prelude::*;

use super::{button::Button, dynamic::dynamic};
use crate::{
    bridge,
    trouble::{Cure, Trouble},
};

/// A message with a title: `information`, `warning` or `error`.
#[component]
pub(crate) fn Message(
    look: &'static str,
    title: String,
    text: String,
    #[prop(optional)] more: Option<AnyView>,
) -> AnyView {
    view! {
        <div class=format!("message {look}")>
            <p class="message-title">{title}</p>
            <p>{text}</p>
            {more}
        </div>
    }
    .into_any()
}

/// What failed and what to do about it, with the button that does it.
#[component]
pub(crate) fn Failure(
    trouble: Trouble,
    /// Does again what failed.
    #[prop(optional)]
    again: Option<Callback<()>>,
) -> AnyView {
    let (words, on_press) = match (trouble.cure(), again) {
        (Cure::TryAgain, Some(again)) => ("Try again", Some(again)),
        (Cure::TryAgain | Cure::Reload, _) => {
            ("Reload", Some(Callback::new(|()| bridge::reload())))
        }
        (Cure::Nothing, _) => ("", None),
    };
    let more = view! {
        <p>{trouble.remedy().to_owned()}</p>
        {on_press.map(|on_press| view! { <Button words on_press/> }.into_any())}
    };
    view! {
        <div role="alert">
            <Message
                look="error"
                title=trouble.title().to_owned()
                text=trouble.detail().to_owned()
                more=more.into_any()
            />
        </div>
    }
    .into_any()
}

/// The place where a failure is shown while there is one.
pub(crate) fn failure(trouble: RwSignal<Option<Trouble>>, again: Callback<()>) -> AnyView {
    dynamic(move || match trouble.get() {
        Some(trouble) => view! { <Failure trouble again/> }.into_any(),
        None => ().into_any(),
    })
}
