//! How a consent came to its end, and the way back.

use leptos::prelude::*;

use super::{
    element::nothing,
    message::message,
    receipt::receipt,
    shared::Shared,
    text::{hint, paragraph},
};
use crate::{intl, words};

/// Nothing for a consent that was never given.
pub(crate) fn ended(shared: Shared) -> AnyView {
    let consent = shared.consent.get();
    let Some((title, text)) = words::how_it_ended(&consent, &shared.app()) else {
        return nothing();
    };
    let note = consent.ended_note.as_deref();
    let note = note.map(|note| paragraph(words::ended_revoked_by_admin_note(note)));
    let on = consent.ended_at.or(consent.expires_at);
    let on = on.map(|moment| hint(words::ended_on(&intl::day_and_time(&moment))));
    message("information", title, text)
        .put_all(note)
        .put_all(on)
        .put(receipt(shared))
        .view()
}
