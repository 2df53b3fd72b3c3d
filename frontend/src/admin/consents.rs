//! All consents: the list, or one of them.

mod bulk;
mod detail;
mod events;
mod filters;
mod list;
mod revoke;
mod row;
pub(super) mod summary;
mod table;

use leptos::prelude::*;

use super::desk::Desk;
use crate::components::dynamic::dynamic;

pub(super) use list::PAUSE_MS;

pub(super) fn consents(desk: Desk) -> AnyView {
    dynamic(move || match desk.opened.get() {
        Some(person) => detail::detail(desk, person),
        None => list::list(desk),
    })
}
