//! Taking the consent back.

use leptos::{prelude::*, task::spawn_local};

use super::{
    button::Button,
    message::Failure,
    shared::{HEADING, Shared},
};
use crate::{api, browser, trouble::Trouble};

const STOP: &str = "stop";
const CONFIRM: &str = "stop-confirm";

/// The button that takes the consent back, beside the other `children`, and the one question that it asks first.
#[component]
pub(crate) fn Stop(children: ChildrenFn) -> impl IntoView {
    let confirming = RwSignal::new(false);
    let children = StoredValue::new(children);
    let ask = Callback::new(move |()| {
        confirming.set(true);
        browser::focus_soon(CONFIRM);
    });
    let cancel = Callback::new(move |()| {
        confirming.set(false);
        browser::focus_soon(STOP);
    });
    move || {
        if confirming.get() {
            view! { <Confirm cancel/> }.into_any()
        } else {
            view! {
                <div class="actions">
                    <Button id=STOP.to_owned() look="danger" on_press=ask>
                        "Stop allowing"
                    </Button>
                    {children.with_value(|children| children())}
                </div>
            }
            .into_any()
        }
    }
}

#[component]
fn Confirm(cancel: Callback<()>) -> impl IntoView {
    let shared = Shared::get();
    let app = shared.app();
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let stop = Callback::new(move |()| {
        busy.set(true);
        trouble.set(None);
        spawn_local(async move {
            match api::revoke().await {
                Ok(consent) => {
                    busy.set(false);
                    shared.consent.set(consent);
                    browser::focus_soon(HEADING);
                }
                Err(why) => {
                    shared.refresh_after(&why).await;
                    busy.try_set(false);
                    trouble.try_set(Some(why));
                }
            }
        });
    });
    view! {
        <div
            class="panel"
            role="group"
            aria-labelledby=CONFIRM
            on:keydown=move |key| {
                if key.key() == "Escape" && !busy.get_untracked() {
                    // In a dialog the same key would close it all.
                    key.stop_propagation();
                    cancel.run(());
                }
            }
        >
            <h2 id=CONFIRM tabindex="-1">
                {format!("Stop {app} from acting as you?")}
            </h2>
            <p>
                "Nothing more is done as you from that moment. What is scheduled for you stays, and does nothing until "
                "you allow it again."
            </p>
            {move || trouble.get().map(|trouble| view! { <Failure trouble again=stop/> })}
            <div class="actions">
                <Button look="danger-bold" busy on_press=stop>
                    "Stop now"
                </Button>
                <Button look="subtle" on_press=cancel>
                    "Keep allowing"
                </Button>
            </div>
        </div>
    }
}
