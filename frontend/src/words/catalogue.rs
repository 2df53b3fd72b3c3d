//! The words of the one language that the page is shown in, by their keys, and how values get into them.
//!
//! They stay in the object that the browser made of the JSON: a map of them in the module would cost more than the
//! words themselves.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

thread_local! {
    static WORDS: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
}

/// From now on the page speaks these: an object of keys and templates.
pub(crate) fn speak(words: JsValue) {
    WORDS.set(words);
}

/// What stands under this key, as it is.
#[cfg(not(test))]
fn template(key: &str) -> Option<String> {
    use crate::json::Json;

    WORDS.with_borrow(|words| words.get(key)?.text())
}

/// Native tests have no JavaScript, so they speak English by way of serde.
#[cfg(test)]
fn template(key: &str) -> Option<String> {
    let english = include_str!("../../words/en.json");
    let of_admins = include_str!("../../words/admin/en.json");
    [english, of_admins].into_iter().find_map(|words| {
        let words: serde_json::Value = serde_json::from_str(words).unwrap();
        Some(words.get(key)?.as_str()?.to_owned())
    })
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// What the catalogue says.
    Said(String),
    /// What was put into it.
    Value(String),
}

/// What stands under this key, with each `{name}` replaced by its value. Without the key in the catalogue it is the key
/// itself, which harms nobody.
pub(super) fn text(key: &str, values: &[(&str, &str)]) -> String {
    text_or(key, key, values)
}

/// The same, with something to say if the catalogue doesn't have the key.
pub(super) fn text_or(key: &str, otherwise: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for part in parts_or(key, otherwise, values) {
        let (Part::Said(part) | Part::Value(part)) = part;
        text.push_str(&part);
    }
    text
}

/// The same as [`text`], with the values apart.
pub(super) fn parts(key: &str, values: &[(&str, &str)]) -> Vec<Part> {
    parts_or(key, key, values)
}

fn parts_or(key: &str, otherwise: &str, values: &[(&str, &str)]) -> Vec<Part> {
    fill(template(key).as_deref().unwrap_or(otherwise), values)
}

/// Fills values in, in one pass: what is filled in is not searched again, and what has no value stays as it is.
fn fill(template: &str, values: &[(&str, &str)]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, name, after)) = next_place(rest) {
        parts.push(Part::Said(before.to_owned()));
        parts.push(match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => Part::Value((*value).to_owned()),
            None => Part::Said(["{", name, "}"].concat()),
        });
        rest = after;
    }
    parts.push(Part::Said(rest.to_owned()));
    parts
}

/// What stands before the first `{name}`, that name, and what stands after it.
pub(super) fn next_place(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_the_language() {
        let parts = fill("{b} of {a}!", &[("a", "1"), ("b", "2")]);
        let said = |text: &str| Part::Said(text.to_owned());
        let value = |text: &str| Part::Value(text.to_owned());
        assert_eq!(
            parts,
            [said(""), value("2"), said(" of "), value("1"), said("!")]
        );
    }

    #[test]
    fn what_is_filled_in_is_not_searched_again() {
        let title = text("activity.createPage", &[("title", "Note, {title} {date}")]);
        assert_eq!(title, "Create the page “Note, {title} {date}”");
    }

    #[test]
    fn what_has_no_value_or_no_end_stays() {
        for odd in ["{who} asks", "asks {", "{}", "}{", ""] {
            assert_eq!(text(odd, &[("app", "x")]), odd);
        }
    }

    #[test]
    fn without_words_the_key_is_shown() {
        assert_eq!(text("no.such.key", &[]), "no.such.key");
        assert_eq!(text_or("no.such.key", "Otherwise", &[]), "Otherwise");
    }
}
