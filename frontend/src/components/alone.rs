//! What stands in place of the page where Confluence isn't around it.

use leptos::prelude::*;

#[component]
pub(crate) fn Alone() -> AnyView {
    view! {
        <div class="page">
            <h1>"Open this page from Confluence"</h1>
            <p>
                "This address works only inside Confluence, which tells the app who you are. \
                 Go to your Confluence site and open the page from there."
            </p>
        </div>
    }
    .into_any()
}
