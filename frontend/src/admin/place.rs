//! What stands where something else will.

use leptos::prelude::*;

use crate::{
    components::{
        dynamic::dynamic,
        element::{element, nothing},
        live::Live,
    },
    words::admin as say,
};

/// That something is being waited for. It says so only after a moment, by the style sheet, so that nobody sees it flash
/// by.
pub(super) fn waiting(busy: Live<bool>) -> AnyView {
    dynamic(move || {
        if busy.get() {
            let wait = element("p").class("waiting").set("role", "status");
            wait.text(say::loading()).view()
        } else {
            nothing()
        }
    })
}
