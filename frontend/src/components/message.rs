//! Messages within the page.

use leptos::prelude::*;

use super::{button::Button, dynamic::dynamic, text::paragraph};
use crate::{
    bridge, browser,
    trouble::{Cure, Trouble},
    words,
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
            {paragraph(text)}
            {more}
        </div>
    }
    .into_any()
}

/// Doing again what failed.
#[derive(Clone)]
pub(crate) struct Again {
    pub(crate) run: Callback<()>,
    /// The id of what takes the focus, since the button that was pressed goes with the message.
    pub(crate) focus: String,
}

impl Again {
    pub(crate) fn new(run: Callback<()>, focus: &str) -> Self {
        Self {
            run,
            focus: focus.to_owned(),
        }
    }
}

/// What failed and what to do about it, with the button that does it.
#[component]
pub(crate) fn Failure(trouble: Trouble, #[prop(optional)] again: Option<Again>) -> AnyView {
    let button = match (trouble.cure(), again) {
        (Cure::TryAgain, Some(again)) => {
            let on_press = Callback::new(move |()| {
                again.run.run(());
                browser::focus_soon(&again.focus);
            });
            Some((words::trouble_again(), on_press))
        }
        (Cure::TryAgain | Cure::Reload, _) => Some((
            words::trouble_reload(),
            Callback::new(|()| bridge::reload()),
        )),
        (Cure::Nothing, _) => None,
    };
    let more = view! {
        {paragraph(trouble.remedy())}
        {button.map(|(words, on_press)| view! { <Button words on_press/> }.into_any())}
    };
    view! {
        <div role="alert">
            <Message
                look="error"
                title=trouble.title()
                text=trouble.detail()
                more=more.into_any()
            />
        </div>
    }
    .into_any()
}

/// The place where a failure is shown while there is one.
pub(crate) fn failure(trouble: RwSignal<Option<Trouble>>, again: Again) -> AnyView {
    dynamic(move || match trouble.get() {
        Some(trouble) => view! { <Failure trouble again=again.clone()/> }.into_any(),
        None => ().into_any(),
    })
}
