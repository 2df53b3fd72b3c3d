//! What stands in place of the page where it can't be shown.

use leptos::prelude::*;

use super::message::Failure;
use crate::{trouble::Trouble, words};

/// Where Confluence isn't around the page.
pub(crate) fn alone() -> AnyView {
    view! {
        <div class="page">
            <h1>{words::alone_title()}</h1>
            <p>{words::alone_text()}</p>
        </div>
    }
    .into_any()
}

/// Where what the HTML carries can't be read.
pub(crate) fn unreadable() -> AnyView {
    view! {
        <div class="page">
            <h1>{words::unreadable_title()}</h1>
            <Failure trouble=Trouble::Garbled/>
        </div>
    }
    .into_any()
}
