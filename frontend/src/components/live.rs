//! Values that the page keeps, and that what shows them follows.

use std::{
    any::Any,
    marker::PhantomData,
    sync::{Arc, RwLock},
};

use leptos::{
    prelude::*,
    reactive::{owner::StoredValue, signal::ArcTrigger},
};

/// A value that tells whoever has read it when it changes. It goes with the part of the page that made it.
///
/// It does what Leptos's `RwSignal` does, of which everything is compiled anew for every type of value. Here there is one
/// such thing, whatever it holds, which takes 3 kB off the page, in Brotli.
pub(crate) struct Live<T> {
    kept: StoredValue<Kept>,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone)]
struct Kept {
    changed: ArcTrigger,
    /// A `RwLock<T>`.
    value: Arc<dyn Any + Send + Sync>,
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

impl<T: Send + Sync + 'static> Live<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            kept: keep(Arc::new(RwLock::new(value))),
            of: PhantomData,
        }
    }

    /// Looks at it; what is being made now is made anew when it changes.
    pub(crate) fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        follow(self.kept);
        self.with_untracked(look)
    }

    pub(crate) fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        there(self.try_with_untracked(look))
    }

    /// Nothing once the part of the page that it belongs to is gone.
    pub(crate) fn try_with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> Option<R> {
        let kept = self.kept.try_get_value()?;
        let value = kept.value.downcast_ref::<RwLock<T>>()?.read().ok()?;
        Some(look(&value))
    }

    /// Changes it, if it is still there, and tells nobody.
    pub(crate) fn update_untracked(self, change: impl FnOnce(&mut T)) {
        let Some(kept) = self.kept.try_get_value() else {
            return;
        };
        let value = kept.value.downcast_ref::<RwLock<T>>();
        if let Some(Ok(mut value)) = value.map(RwLock::write) {
            change(&mut value);
        }
    }

    /// Changes it, if it is still there.
    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        self.update_untracked(change);
        tell(self.kept);
    }

    /// Puts another in its place, if it is still there.
    pub(crate) fn set(self, value: T) {
        self.update(|now| *now = value);
    }
}

impl<T: Clone + Send + Sync + 'static> Live<T> {
    pub(crate) fn get(self) -> T {
        self.with(T::clone)
    }

    pub(crate) fn get_untracked(self) -> T {
        self.with_untracked(T::clone)
    }

    /// Nothing once the part of the page that it belongs to is gone.
    pub(crate) fn try_get_untracked(self) -> Option<T> {
        self.try_with_untracked(T::clone)
    }
}

fn keep(value: Arc<dyn Any + Send + Sync>) -> StoredValue<Kept> {
    StoredValue::new(Kept {
        changed: ArcTrigger::new(),
        value,
    })
}

fn follow(kept: StoredValue<Kept>) {
    if let Some(kept) = kept.try_get_value() {
        kept.changed.track();
    }
}

fn tell(kept: StoredValue<Kept>) {
    if let Some(kept) = kept.try_get_value() {
        kept.changed.notify();
    }
}

#[expect(
    clippy::expect_used,
    reason = "whoever outlives its part of the page asks with `try_`"
)]
fn there<R>(value: Option<R>) -> R {
    value.expect("a value of this part of the page")
}
