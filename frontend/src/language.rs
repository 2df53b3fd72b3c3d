//! Which language the page speaks, and in which country's manner it writes dates.

/// The languages that there are words in.
pub(crate) const LANGUAGES: [&str; 8] = ["en", "de", "fr", "es", "pt", "ja", "ko", "ru"];

/// The language of a locale such as `de_DE` or `pt-BR`, if the page speaks it.
pub(crate) fn spoken(locale: &str) -> Option<&'static str> {
    let language = language_of(locale);
    LANGUAGES.into_iter().find(|known| *known == language)
}

/// The locale to write dates in, beside words in this language: the first of the preferred ones that is of the language,
/// else the language alone. So words and dates are always of one language.
pub(crate) fn locale(language: &str, preferred: impl IntoIterator<Item = String>) -> String {
    let mut preferred = preferred.into_iter();
    match preferred.find(|locale| language_of(locale) == language) {
        // Confluence writes `de_DE` for what the rest of the world writes `de-DE`.
        Some(locale) => locale.replace('_', "-"),
        None => language.to_owned(),
    }
}

fn language_of(locale: &str) -> &str {
    locale.split(['_', '-']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_of_a_language_that_the_page_speaks_or_not() {
        for (locale, language) in [
            ("de_DE", Some("de")),
            ("pt_BR", Some("pt")),
            ("en-GB", Some("en")),
            ("ja", Some("ja")),
            ("it_IT", None),
            ("deu_DE", None),
            ("", None),
        ] {
            assert_eq!(spoken(locale), language, "{locale}");
        }
    }

    #[test]
    fn dates_are_written_in_the_language_of_the_words() {
        for (language, preferred, expected) in [
            ("de", &["de_AT", "de-DE"][..], "de-AT"),
            ("de", &["it_IT", "de-DE"], "de-DE"),
            ("en", &["it_IT", "en-GB", "en"], "en-GB"),
            ("fr", &["it_IT"], "fr"),
            ("ja", &[], "ja"),
        ] {
            let preferred = preferred.iter().map(|locale| (*locale).to_owned());
            assert_eq!(locale(language, preferred), expected);
        }
    }

    #[test]
    fn each_language_has_words() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/words");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".json"))
            .collect();
        files.sort();
        let mut expected = LANGUAGES.map(|language| format!("{language}.json"));
        expected.sort();
        assert_eq!(files, expected);
    }
}
