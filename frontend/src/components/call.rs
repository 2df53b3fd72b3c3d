//! What is done when a button is pressed.

use std::sync::Arc;

use leptos::prelude::*;

/// Something to call. Boxed, so that what keeps it is compiled once.
pub(crate) fn call(function: impl Fn() + Send + Sync + 'static) -> Callback<()> {
    boxed(Arc::new(function))
}

fn boxed(function: Arc<dyn Fn() + Send + Sync>) -> Callback<()> {
    Callback::new(move |()| function())
}
