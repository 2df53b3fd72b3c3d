//! What was not done, and why.

use leptos::prelude::*;
use onbehalf_contract::NotRevoked;

use crate::{
    admin::{progress::by_reason, told},
    components::{
        element::{all, element, nothing},
        text::paragraph,
    },
};

/// How often each reason came up, under these words. Nothing if all was done.
pub(in crate::admin) fn summary(words: String, not: &[NotRevoked]) -> AnyView {
    if not.is_empty() {
        return nothing();
    }
    let reasons = by_reason(not).into_iter().map(|(code, count)| {
        let words = told::not_done(code, count);
        element("li").text(words).view()
    });
    all([
        paragraph(words),
        element("ul").class("plain-list").put_all(reasons).view(),
    ])
}
