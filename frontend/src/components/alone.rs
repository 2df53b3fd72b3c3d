//! What stands in place of the page where it can't be shown.

use leptos::prelude::*;

use super::message::Failure;
use crate::trouble::Trouble;

/// Where Confluence isn't around the page.
pub(crate) fn alone() -> AnyView {
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

/// Where what the HTML carries can't be read.
pub(crate) fn unreadable() -> AnyView {
    view! {
        <div class="page">
            <h1>"This page can’t be shown"</h1>
            <Failure trouble=Trouble::Garbled/>
        </div>
    }
    .into_any()
}
