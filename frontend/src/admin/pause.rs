//! The one switch that stops everything, and the banner while it does.

use leptos::prelude::*;

use super::{
    api,
    desk::Desk,
    fields::{area, labelled},
    somebody::name,
};
use crate::{
    browser,
    components::{
        button::Button,
        call::call,
        dynamic::dynamic,
        element::{all, element, nothing},
        live::Live,
        message::{Again, alert, failure, message},
        panel::question,
    },
    intl,
    trouble::Trouble,
    words::admin as say,
};

/// In characters: what people can be expected to read.
pub(super) const LONGEST_REASON: u32 = 500;

/// The ids of what takes the focus.
const PAUSE: &str = "admin-pause";
const QUESTION: &str = "admin-pause-question";
const REASON: &str = "admin-pause-reason";
const NOW: &str = "admin-pause-now";
const LIFT: &str = "admin-pause-lift";

/// That everything is paused, by whom, since when and why, with the way to lift it. Nothing while it isn't.
pub(super) fn paused(desk: Desk) -> AnyView {
    let Some(pause) = desk.pause.get() else {
        return nothing();
    };
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let lift = call(move || {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::lift_pause().await {
                Ok(()) => {
                    desk.pause.set(None);
                    desk.say(say::pause_lifted());
                    desk.look_again();
                    browser::focus_soon(desk.tab.get_untracked().id());
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let moment = intl::day_and_time(&pause.at);
    let by = say::pause_by(&name(&pause.by), &moment, &pause.reason);
    let button = Button::new("default", say::pause_lift()).id(LIFT);
    alert(
        message("warning", say::pause_title(), by)
            .put(failure(trouble, Again::new(lift, LIFT)))
            .put(button.busy(busy, lift))
            .view(),
    )
}

/// The switch, and its question. Nothing while everything is paused already.
pub(super) fn switch(desk: Desk) -> AnyView {
    let asking = Live::new(false);
    dynamic(move || {
        if desk.pause.with(Option::is_some) {
            return nothing();
        }
        if asking.get() {
            return ask(desk, asking);
        }
        let ask = call(move || {
            asking.set(true);
            browser::focus_soon(REASON);
        });
        let button = Button::new("danger", say::pause_all()).id(PAUSE);
        let button = button.on_press(ask);
        element("div").class("actions").put(button).view()
    })
}

fn ask(desk: Desk, asking: Live<bool>) -> AnyView {
    let reason = Live::new(String::new());
    let missing = Live::new(false);
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let cancel = call(move || {
        asking.set(false);
        browser::focus_soon(PAUSE);
    });
    let pause = call(move || {
        let given = reason.get_untracked().trim().to_owned();
        missing.set(given.is_empty());
        if given.is_empty() {
            browser::focus_soon(REASON);
            return;
        }
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::pause(given).await {
                Ok(()) => {
                    // Who, when and why is for the backend to say.
                    desk.look_again();
                    browser::focus_soon(desk.tab.get_untracked().id());
                }
                Err(why) => trouble.set(Some(why)),
            }
            busy.set(false);
        });
    });
    let heading = element("h3").id(QUESTION).text(say::pause_question());
    let answers = [
        reason_field(REASON, say::pause_reason(), reason, missing),
        failure(trouble, Again::new(pause, NOW)),
        Button::new("danger-bold", say::pause_now())
            .id(NOW)
            .busy(busy, pause),
        Button::new("subtle", say::cancel()).on_press(cancel),
    ];
    question(
        QUESTION,
        heading.view(),
        say::pause_text(),
        answers,
        busy,
        cancel,
    )
}

/// The place for a reason, and that it is missing where it is.
pub(super) fn reason_field(
    id: &'static str,
    label: String,
    reason: Live<String>,
    missing: Live<bool>,
) -> AnyView {
    let field = area("", LONGEST_REASON, move |text| {
        reason.set(text);
        if missing.get_untracked() {
            missing.set(false);
        }
    });
    let field = field
        .set("required", "")
        .follow("aria-invalid", move || missing.get().then_some("true"));
    all([
        element("div")
            .class("wide")
            .put(labelled(id, label, field))
            .view(),
        dynamic(move || {
            if missing.get() {
                alert(
                    element("p")
                        .class("flaw")
                        .text(say::reason_missing())
                        .view(),
                )
            } else {
                nothing()
            }
        }),
    ])
}
