//! The receipt for the newest consent, for the person to keep.

use leptos::prelude::*;

use super::{
    button::Button,
    call::call,
    element::{all, nothing},
    live::Live,
    message::{Again, failure},
    shared::Shared,
};
use crate::{api, browser, trouble::Trouble, words};

const FILE: &str = "onbehalf-receipt.json";
const JSON: &str = "application/json";

/// The button that downloads it, if there is a consent to have a receipt for.
pub(crate) fn receipt(shared: Shared) -> AnyView {
    if shared.consent.with(|consent| consent.id.is_none()) {
        return nothing();
    }
    let busy = Live::new(false);
    let trouble = Live::new(None::<Trouble>);
    let download = call(move || {
        busy.set(true);
        trouble.set(None);
        browser::spawn(async move {
            let receipt = api::receipt().await;
            match receipt
                .and_then(|json| browser::download(FILE, JSON, &json).map_err(|_| Trouble::Garbled))
            {
                Ok(()) => shared.announcer.say(words::receipt_done()),
                Err(why) => {
                    trouble.set(Some(why));
                }
            }
            busy.set(false);
        });
    });
    all([
        failure(trouble, Again::new(download, "receipt")),
        Button::new("default", words::receipt_download())
            .id("receipt")
            .busy(busy, download),
    ])
}
