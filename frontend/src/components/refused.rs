//! Why this person cannot consent.

use leptos::prelude::*;

use super::{
    button::Button,
    message::Message,
    receipt::Receipt,
    shared::{HEADING, Shared},
    text::paragraph,
};
use crate::{bridge, words};

/// In place of the form, where nothing is allowed.
pub(crate) fn refused(shared: Shared) -> AnyView {
    let problem = shared.state.with_value(|state| state.refusal.clone());
    let parts = problem.map(|problem| {
        view! {
            <h1 id=HEADING tabindex="-1">{words::problem_title(&problem)}</h1>
            <Message
                look="warning"
                title=words::problem_detail(&problem)
                text=words::problem_remedy(&problem)
            />
        }
        .into_any()
    });
    view! {
        <header>
            {parts}
            <div class="actions">
                <Receipt shared/>
                {close(shared)}
            </div>
        </header>
    }
    .into_any()
}

/// As a message, where something is still allowed.
pub(crate) fn refusal(shared: Shared) -> AnyView {
    let problem = shared.state.with_value(|state| state.refusal.clone());
    let message = problem.map(|problem| {
        view! {
            <Message
                look="warning"
                title=words::problem_title(&problem)
                text=words::problem_detail(&problem)
                more=paragraph(words::problem_remedy(&problem))
            />
        }
        .into_any()
    });
    message.into_any()
}

/// The way out of a dialog, which has no frame of its own to close it by. Nothing on a page.
pub(crate) fn close(shared: Shared) -> AnyView {
    let close = Callback::new(|()| bridge::close_dialog());
    let button = shared.in_dialog().then(|| {
        let words = words::allowed_close();
        view! { <Button look="subtle" words on_press=close/> }.into_any()
    });
    button.into_any()
}
