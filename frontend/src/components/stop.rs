//! Taking the consent back, after one question.

use leptos::prelude::*;

use super::{
    button::Button,
    message::{Again, failure},
    shared::{HEADING, Shared},
};
use crate::{api, browser, trouble::Trouble, words};

#[component]
pub(crate) fn Stop(shared: Shared, cancel: Callback<()>) -> AnyView {
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let stop = Callback::new(move |()| {
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
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    });
    view! {
        <div
            class="panel"
            role="group"
            aria-labelledby="stop-question"
            on:keydown=move |key| {
                if key.key() == "Escape" && !busy.get_untracked() {
                    // In a dialog the same key would close it all.
                    key.stop_propagation();
                    cancel.run(());
                }
            }
        >
            <h2 id="stop-question" tabindex="-1">
                {words::stop_question(&shared.app())}
            </h2>
            <p>{words::stop_text()}</p>
            <div class="actions">
                {failure(trouble, Again::new(stop, "stop-now"))}
                <Button id="stop-now" look="danger-bold" words=words::stop_now() busy on_press=stop/>
                <Button look="subtle" words=words::stop_cancel() on_press=cancel/>
            </div>
        </div>
    }
    .into_any()
}
