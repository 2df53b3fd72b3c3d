//! JSON, parsed by the browser, which already can.
//!
//! What serde derives for the contract's types is made for every format and every error; in WebAssembly that is a
//! sixth of the page. [`contract`] reads them in a few bytes each, and [`write`] writes them; their tests hold them to
//! what serde writes and reads.

mod contract;
mod names;
#[cfg(test)]
pub(crate) mod sample;
mod write;

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

pub(crate) use names::{FALLBACKS, METHODS, name, named};
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

/// A type of the contract that can be read.
pub(crate) trait FromJson: Sized {
    /// `None` if the JSON is of another shape.
    fn from_json(json: &impl Json) -> Option<Self>;
}

/// Reads a value; `None` if the text isn't JSON, or is of another shape.
pub(crate) fn read<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(&parse(text)?)
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
