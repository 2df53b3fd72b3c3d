//! The languages that people read Onbehalf in: those that a Connect app can declare.

use serde::{Deserialize, Serialize};

/// A language, whatever the country.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
    Fr,
    Es,
    Pt,
    Ja,
    Ko,
    Ru,
}

impl Language {
    pub const ALL: [Self; 8] = [
        Self::En,
        Self::De,
        Self::Fr,
        Self::Es,
        Self::Pt,
        Self::Ja,
        Self::Ko,
        Self::Ru,
    ];

    /// Its code in ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::Pt => "pt",
            Self::Ja => "ja",
            Self::Ko => "ko",
            Self::Ru => "ru",
        }
    }

    /// The language with exactly this code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }

    /// The language of a tag with or without a country: `de`, `de-AT`, `de_DE`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let code = tag.split(['-', '_']).next()?.trim().to_ascii_lowercase();
        Self::parse(&code)
    }

    /// The first of ours that a browser asks for in `Accept-Language` (RFC 9110, section 12.5.4), or English.
    pub fn preferred(accept_language: &str) -> Self {
        let mut asked: Vec<(f32, Self)> = accept_language
            .split(',')
            .filter_map(|range| {
                let (tag, weight) = range.split_once(";q=").unwrap_or((range, "1"));
                let weight = weight.trim().parse().ok().filter(|weight| *weight > 0.0)?;
                Some((weight, Self::of_tag(tag.trim())?))
            })
            .collect();
        // Stable: of those asked for equally, the first counts.
        asked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        asked
            .first()
            .map(|(_, language)| *language)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_a_language_whatever_the_country() {
        for (tag, language) in [
            ("de", Some(Language::De)),
            ("de_DE", Some(Language::De)),
            ("PT-br", Some(Language::Pt)),
            ("zh-CN", None),
            ("", None),
            ("deu", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn a_browser_gets_the_first_language_that_there_is() {
        for (header, language) in [
            ("", Language::En),
            ("*", Language::En),
            ("ja", Language::Ja),
            ("zh-CN,zh;q=0.9,fr;q=0.8,en;q=0.7", Language::Fr),
            ("en;q=0.5, ru;q=0.9", Language::Ru),
            ("de;q=0, es;q=0.1", Language::Es),
            ("ko;q=NaN, pt;q=0.2", Language::Pt),
        ] {
            assert_eq!(Language::preferred(header), language, "{header}");
        }
    }
}
