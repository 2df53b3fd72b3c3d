//! What the app asks for, in the operator's words.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::domain::fingerprint::sha256;
use crate::domain::language::Language;

/// In characters. It has to fit on the page, and into a person's patience.
const LONGEST: usize = 400;

/// Why the app asks, in one language or several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    english: String,
    others: BTreeMap<Language, String>,
}

/// A purpose that cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadPurpose {
    #[error("it must be a text, or a JSON object of texts by language: {0}")]
    Form(String),
    #[error("it has no text in English, `en`, which everyone else falls back to")]
    NoEnglish,
    #[error("{0:?} is none of the languages en, de, fr, es, pt, ja, ko and ru")]
    Language(String),
    #[error("a text must have 1 to {LONGEST} characters on one line")]
    Text,
}

impl Purpose {
    /// Reads a plain text, which is taken for English, or a JSON object such as `{"en": "…", "de": "…"}`.
    pub fn parse(value: &str) -> Result<Self, BadPurpose> {
        let value = value.trim();
        if !value.starts_with('{') {
            return Ok(Self {
                english: text(value)?,
                others: BTreeMap::new(),
            });
        }
        let texts: BTreeMap<String, String> =
            serde_json::from_str(value).map_err(|error| BadPurpose::Form(error.to_string()))?;
        let mut others = BTreeMap::new();
        for (code, value) in texts {
            let language = Language::parse(&code).ok_or(BadPurpose::Language(code))?;
            others.insert(language, text(&value)?);
        }
        let english = others.remove(&Language::En).ok_or(BadPurpose::NoEnglish)?;
        Ok(Self { english, others })
    }

    pub(super) fn in_language(&self, language: Language) -> &str {
        self.others.get(&language).unwrap_or(&self.english)
    }

    /// Eight hexadecimal digits that differ when any of its texts does.
    pub(super) fn fingerprint(&self) -> String {
        let others = self
            .others
            .iter()
            .map(|(language, text)| format!("\n{}\n{text}", language.code()));
        let mut all = self.english.clone();
        all.extend(others);
        sha256(all.as_bytes())[..8].to_owned()
    }
}

fn text(value: &str) -> Result<String, BadPurpose> {
    let value = value.trim();
    let fits = (1..=LONGEST).contains(&value.chars().count());
    if fits && !value.chars().any(char::is_control) {
        Ok(value.to_owned())
    } else {
        Err(BadPurpose::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_without_a_text_of_its_own_gets_the_english_one() {
        let purpose = Purpose::parse(r#"{"en": "It reports.", "de": "Es berichtet."}"#).unwrap();
        assert_eq!(purpose.in_language(Language::De), "Es berichtet.");
        assert_eq!(purpose.in_language(Language::Ko), "It reports.");
        let plain = Purpose::parse(" It reports. ").unwrap();
        assert_eq!(plain.in_language(Language::De), "It reports.");
        assert_ne!(plain.fingerprint(), purpose.fingerprint());
    }

    #[test]
    fn what_cannot_be_shown_is_refused() {
        let long = "x".repeat(LONGEST + 1);
        for (value, error) in [
            ("", BadPurpose::Text),
            ("one\ntwo", BadPurpose::Text),
            (&long, BadPurpose::Text),
            (r#"{"de": "Es berichtet."}"#, BadPurpose::NoEnglish),
            (
                r#"{"en": "It reports.", "tlh": "…"}"#,
                BadPurpose::Language("tlh".into()),
            ),
            (r#"{"en": ""}"#, BadPurpose::Text),
        ] {
            assert_eq!(Purpose::parse(value), Err(error), "{value}");
        }
        assert!(matches!(Purpose::parse("{"), Err(BadPurpose::Form(_))));
    }
}
