//! A button that can be busy.

use leptos::prelude::*;

/// A button that keeps the focus while it is busy, when pressing it again does nothing.
#[component]
pub(crate) fn Button(
    /// What it looks like: `primary`, `danger`, `danger-bold`, `default` or `subtle`.
    #[prop(default = "default")]
    look: &'static str,
    words: String,
    #[prop(optional, into)] id: Option<String>,
    /// The id of what tells this button apart from its like.
    #[prop(optional)]
    described_by: Option<String>,
    #[prop(optional)] busy: Option<RwSignal<bool>>,
    on_press: Callback<()>,
) -> AnyView {
    let marked_busy = move || busy.is_some_and(|busy| busy.get()).then_some("true");
    view! {
        <button
            type="button"
            class=format!("button {look}")
            id=id
            aria-describedby=described_by
            aria-busy=marked_busy
            aria-disabled=marked_busy
            on:click=move |_| {
                if !busy.is_some_and(|busy| busy.get_untracked()) {
                    on_press.run(());
                }
            }
        >
            {words}
        </button>
    }
    .into_any()
}
