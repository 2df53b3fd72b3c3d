//! Everybody's schedules.

use leptos::prelude::*;
use onbehalf_contract::ScheduleOf;

use super::{api, desk::Desk, lines::schedule, pages::Pages};
use crate::{components::text::hint, words::admin as say};

pub(super) fn schedules(desk: Desk) -> AnyView {
    let pages = Pages::new(api::schedules);
    pages.list(
        || hint(say::schedules_none()),
        move |it: &ScheduleOf| schedule(desk, Some(&it.person), &it.schedule),
    )
}
