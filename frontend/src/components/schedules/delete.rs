//! Deleting a schedule, after one question.

use leptos::prelude::*;

use super::{SCHEDULES, item::Item};
use crate::{
    api, browser,
    components::{
        button::Button,
        call::call,
        element::element,
        live::Live,
        message::{Again, failure},
        panel::question,
    },
    trouble::Trouble,
    words,
};

pub(super) fn delete(item: Item, cancel: Callback<()>) -> AnyView {
    let shared = item.shared;
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let delete = call(move || {
        busy.set(true);
        trouble.set(None);
        let now = item.now.get_untracked();
        browser::spawn(async move {
            match api::delete_schedule(&now.id, now.version).await {
                Ok(_) => {
                    let said = words::schedules_deleted(&now.title);
                    shared.announcer.say(said);
                    browser::focus_soon(SCHEDULES);
                    item.gone.set(true);
                    shared
                        .schedules
                        .update(|all| all.retain(|it| it.id != now.id));
                }
                Err(why) => {
                    if why.is_conflict() {
                        item.catch_up().await;
                    }
                    trouble.set(Some(why));
                }
            }
            busy.set(false);
        });
    });
    let title = item.now.with_untracked(|now| now.title.clone());
    let id = item.id("question");
    let now_id = item.id("delete-now");
    let heading = element("h4")
        .id(&id)
        .focusable()
        .text(words::schedules_delete_question(&title))
        .view();
    let answers = [
        failure(trouble, Again::new(delete, &now_id)),
        Button::new("danger-bold", words::schedules_delete_now())
            .id(&now_id)
            .busy(busy, delete),
        Button::new("subtle", words::schedules_keep()).on_press(cancel),
    ];
    let text = words::schedules_delete_text();
    question(&id, heading, text, answers, busy, cancel)
}
