//! What stands in place of the page where Confluence isn't around it.

use leptos::prelude::*;

use super::shared::HEADING;

#[component]
pub(crate) fn Alone() -> impl IntoView {
    view! {
        <div class="page">
            <h1 id=HEADING>"Open this page from Confluence"</h1>
            <p>
                "This address works only inside Confluence, which tells the app who you are. "
                "Go to your Confluence site and open the page from there."
            </p>
        </div>
    }
}
