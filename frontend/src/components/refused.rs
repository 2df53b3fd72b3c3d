//! Why this person cannot consent.

use leptos::prelude::*;

use super::{
    message::Message,
    receipt::Receipt,
    shared::{HEADING, Shared},
    text::paragraph,
};
use crate::words;

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
            <Receipt shared/>
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
