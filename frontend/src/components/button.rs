//! A button that can be busy.

use leptos::prelude::*;

/// A button that keeps the focus while it is busy, when pressing it again does nothing.
#[component]
pub(crate) fn Button(
    /// What it looks like: `primary`, `danger`, `default` or `subtle`.
    #[prop(default = "default")]
    look: &'static str,
    #[prop(optional)] id: Option<String>,
    /// The id of what tells this button apart from its like.
    #[prop(optional)]
    described_by: Option<String>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] on_press: Callback<()>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class=format!("button {look}")
            id=id
            aria-describedby=described_by
            aria-busy=move || busy.get().then_some("true")
            aria-disabled=move || busy.get().then_some("true")
            on:click=move |_| {
                if !busy.get_untracked() {
                    on_press.run(());
                }
            }
        >
            {children()}
        </button>
    }
}
