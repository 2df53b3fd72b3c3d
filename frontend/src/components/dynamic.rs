//! Parts of the page that change.

use std::sync::Arc;

use leptos::prelude::*;

use super::element::said;

/// A part that is made anew whenever a signal that it reads changes.
///
/// Leptos compiles what watches and patches a part once for every type of closure. Behind this function there is one
/// such type, which takes a good part off the module's weight.
pub(crate) fn dynamic(part: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    boxed(Arc::new(part))
}

fn boxed(part: Arc<dyn Fn() -> AnyView + Send + Sync>) -> AnyView {
    (move || part()).into_any()
}

/// Text that follows the signals that it reads, with the same thrift.
pub(crate) fn text(text: impl Fn() -> String + Send + Sync + 'static) -> AnyView {
    dynamic(move || said(text()))
}
