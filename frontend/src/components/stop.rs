//! Taking the consent back, after one question.

use leptos::prelude::*;

use super::{
    button::Button,
    call::call,
    element::element,
    live::Live,
    message::{Again, failure},
    panel::question,
    shared::{HEADING, Shared},
};
use crate::{api, browser, trouble::Trouble, words};

/// The id of the question.
pub(crate) const QUESTION: &str = "stop-question";

pub(crate) fn stop(shared: Shared, cancel: Callback<()>) -> AnyView {
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let stop = call(move || {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            match api::revoke().await {
                Ok(consent) => {
                    shared.set_consent(consent);
                    // What had begun by then is shown with its end.
                    shared.feed.refresh();
                    browser::focus_soon(HEADING);
                }
                Err(why) => {
                    shared.refresh_after(&why).await;
                    trouble.set(Some(why));
                }
            }
            busy.set(false);
        });
    });
    let heading = element("h2")
        .id(QUESTION)
        .focusable()
        .text(words::stop_question(&shared.app()))
        .view();
    let answers = [
        failure(trouble, Again::new(stop, "stop-now")),
        Button::new("danger-bold", words::stop_now())
            .id("stop-now")
            .busy(busy, stop),
        Button::new("subtle", words::stop_cancel()).on_press(cancel),
    ];
    question(QUESTION, heading, words::stop_text(), answers, busy, cancel)
}
