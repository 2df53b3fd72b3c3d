//! The receipt for the newest consent, for the person to keep.

use leptos::prelude::*;

use super::{
    button::Button,
    message::{Again, failure},
    shared::Shared,
};
use crate::{api, browser, trouble::Trouble, words};

const FILE: &str = "onbehalf-receipt.json";

/// The button that downloads it, if there is a consent to have a receipt for.
#[component]
pub(crate) fn Receipt(shared: Shared) -> AnyView {
    if shared.consent.with(|consent| consent.id.is_none()) {
        return ().into_any();
    }
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None::<Trouble>);
    let download = Callback::new(move |()| {
        busy.set(true);
        trouble.set(None);
        shared.announcement.set(String::new());
        browser::spawn(async move {
            let receipt = api::receipt().await;
            match receipt
                .and_then(|json| browser::download(FILE, &json).map_err(|_| Trouble::Garbled))
            {
                Ok(()) => shared.announcement.set(words::receipt_done()),
                Err(why) => {
                    trouble.try_set(Some(why));
                }
            }
            busy.try_set(false);
        });
    });
    view! {
        {failure(trouble, Again::new(download, "receipt"))}
        <Button id="receipt" words=words::receipt_download() busy on_press=download/>
    }
    .into_any()
}
