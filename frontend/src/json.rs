//! JSON, parsed by the browser, which already can.
//!
//! What serde derives for the contract's types is made for every format and every error; in WebAssembly that is a
//! sixth of the page. [`contract`] reads them in a few bytes each, and [`write`] writes them; their tests hold them to
//! what serde writes and reads.

pub(crate) mod contract;
mod names;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod write;

use std::cell::Cell;

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use names::{ACCESSES, FALLBACKS, METHODS, name, named};
pub(crate) use write::ToJson;

/// A value of JSON that someone else has parsed.
pub(crate) trait Json: Sized {
    /// What an object has under this key; nothing if that is `null`.
    fn get(&self, key: &str) -> Option<Self>;
    fn text(&self) -> Option<String>;
    fn number(&self) -> Option<f64>;
    fn truth(&self) -> Option<bool>;
    fn items(&self) -> Option<Vec<Self>>;
}

/// A type of the contract that can be read. What is missing or of another shape is noted, and something is made up for
/// it, which nobody sees: to stop at each field that could be wrong would take as much code again.
pub(crate) trait FromJson: Sized {
    fn from_json<J: Json>(json: &Reading<J>) -> Self;
}

/// A value that is being read, or its absence, and whether all has been there so far.
pub(crate) struct Reading<'a, J> {
    value: Option<J>,
    complete: &'a Cell<bool>,
}

impl<J: Json> Reading<'_, J> {
    /// What an object has under this key.
    pub(crate) fn get(&self, key: &str) -> Self {
        self.other(self.value.as_ref().and_then(|value| value.get(key)))
    }

    pub(crate) fn is_there(&self) -> bool {
        self.value.is_some()
    }

    pub(crate) fn text(&self) -> String {
        self.needed(Json::text)
    }

    pub(crate) fn number(&self) -> f64 {
        self.needed(Json::number)
    }

    pub(crate) fn truth(&self) -> bool {
        self.needed(Json::truth)
    }

    pub(crate) fn items(&self) -> Vec<Self> {
        let items = self.needed(Json::items).into_iter();
        items.map(|item| self.other(Some(item))).collect()
    }

    /// Notes that something is missing, or of another shape.
    pub(crate) fn fail(&self) {
        self.complete.set(false);
    }

    fn needed<T: Default>(&self, read: impl Fn(&J) -> Option<T>) -> T {
        self.value.as_ref().and_then(read).unwrap_or_else(|| {
            self.fail();
            T::default()
        })
    }

    fn other(&self, value: Option<J>) -> Self {
        Self {
            value,
            complete: self.complete,
        }
    }
}

/// Reads a value; `None` if the text isn't JSON, or is of another shape.
pub(crate) fn read<T: FromJson>(text: &str) -> Option<T> {
    from_value(parse(text)?)
}

/// Reads a value that is parsed already; `None` if it is of another shape.
pub(crate) fn from_value<T: FromJson>(value: impl Json) -> Option<T> {
    let complete = Cell::new(true);
    let read = T::from_json(&Reading {
        value: Some(value),
        complete: &complete,
    });
    complete.get().then_some(read)
}

pub(crate) fn parse(text: &str) -> Option<JsValue> {
    JSON::parse(text).ok()
}

impl Json for JsValue {
    fn get(&self, key: &str) -> Option<Self> {
        let value = Reflect::get(self, &key.into()).ok()?;
        (!value.is_null() && !value.is_undefined()).then_some(value)
    }

    fn text(&self) -> Option<String> {
        self.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        Some(self.dyn_ref::<Array>()?.to_vec())
    }
}

#[cfg(test)]
impl Json for serde_json::Value {
    fn get(&self, key: &str) -> Option<Self> {
        Self::get(self, key)
            .filter(|value| !value.is_null())
            .cloned()
    }

    fn text(&self) -> Option<String> {
        self.as_str().map(str::to_owned)
    }

    fn number(&self) -> Option<f64> {
        self.as_f64()
    }

    fn truth(&self) -> Option<bool> {
        self.as_bool()
    }

    fn items(&self) -> Option<Vec<Self>> {
        self.as_array().cloned()
    }
}
