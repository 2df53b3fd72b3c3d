//! Holds the words of every language to what the page says.

use std::{collections::BTreeSet, fmt, fs, path::Path};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

use super::{admin, catalogue, keys};
use crate::language::LANGUAGES;

/// The problems that a person can meet, on the page or in its place. The others are for those who write programs, and
/// are told in English.
const PROBLEMS: [&str; 35] = [
    "not-proved",
    "anonymous",
    "not-admin",
    "account-is-app",
    "account-is-customer",
    "account-inactive",
    "account-closed",
    "account-unknown",
    "too-short",
    "too-soon",
    "too-long-a-time",
    "access-not-allowed",
    "notice-replaced",
    "notice-unknown",
    "language-unknown",
    "changed",
    "not-the-current-consent",
    "no-receipt",
    "log-altered",
    "no-such-schedule",
    "no-consent-for-schedule",
    "consent-covers-reading-only",
    "only-admins",
    "schedule-changed",
    "too-many-schedules",
    "no-such-run",
    "run-not-unknown",
    "own-schedules-off",
    "not-allowed-by-policy",
    "not-in-group",
    "paused",
    "not-asked",
    "confluence-busy",
    "unavailable",
    "internal",
];

/// The problem whose detail says what is wrong with what was sent, so that only the backend can say it.
const UNACCEPTABLE: [&str; 2] = ["problem.unacceptable.title", "problem.unacceptable.remedy"];

/// What stands in the page before it runs, which the backend puts there.
const LOADING: [&str; 2] = ["loading.text", "loading.script"];

/// Why a run does nothing, or fails.
const REASONS: [&str; 31] = [
    "no-consent",
    "consent-revoked",
    "consent-revoked-by-admin",
    "consent-expired",
    "consent-read-only",
    "consent-invalidated-account",
    "consent-invalidated-access",
    "consent-invalidated-app-removed",
    "consent-invalidated-notice",
    "consent-invalidated-policy",
    "account-is-app",
    "account-is-customer",
    "account-inactive",
    "account-closed",
    "account-unknown",
    "app-not-installed",
    "too-slow",
    "token-refused",
    "token-not-prepared",
    "rate-limited",
    "atlassian-down",
    "store-down",
    "confluence-down",
    "not-accepted",
    "not-permitted",
    "not-found",
    "refused",
    "no-space",
    "outcome-unknown",
    "paused-by-admin",
    "not-allowed-by-policy",
];

/// The problems that are told to an admin in other words, or to admins only.
const ADMIN_PROBLEMS: [&str; 3] = ["policy-changed", "no-such-consent", "changed"];

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/words");

/// Words that are sent together.
#[derive(Clone, Copy)]
enum Book {
    /// What everybody reads.
    Page,
    /// What only admins read, beside it.
    Admin,
}

const BOOKS: [Book; 2] = [Book::Page, Book::Admin];

/// Every key, in the order of the file.
struct Catalogue(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Catalogue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Catalogue;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("keys and their words")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Catalogue, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Catalogue(entries))
            }
        }
        from.deserialize_map(InOrder)
    }
}

impl Catalogue {
    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(key, _)| key.as_str()).collect()
    }

    fn text(&self, key: &str) -> &str {
        let (_, text) = self.0.iter().find(|(known, _)| known == key).unwrap();
        text
    }

    fn of(book: Book, language: &str) -> Self {
        let folder = match book {
            Book::Page => "",
            Book::Admin => "admin",
        };
        let file = Path::new(FOLDER).join(folder);
        let file = file.join(format!("{language}.json"));
        serde_json::from_str(&fs::read_to_string(file).unwrap()).expect(language)
    }

    /// Each language that there are words in, and its words.
    fn every(book: Book) -> impl Iterator<Item = (&'static str, Self)> {
        let languages = LANGUAGES.into_iter();
        languages.map(move |language| (language, Self::of(book, language)))
    }
}

/// Every key that can be looked up in a book, and the names of its values.
fn expected(book: Book) -> Vec<(String, Vec<&'static str>)> {
    let family = |kind: &'static str, names: &'static [&str], parts: &'static [&str]| {
        names.iter().flat_map(move |name| {
            parts
                .iter()
                .map(move |part| format!("{kind}.{name}.{part}"))
        })
    };
    let (said, problems): (_, &'static [&str]) = match book {
        Book::Page => (keys::KEYS, &PROBLEMS),
        Book::Admin => (admin::KEYS, &ADMIN_PROBLEMS),
    };
    let said = said
        .iter()
        .map(|(key, values)| ((*key).to_owned(), values.to_vec()));
    let problems = family("problem", problems, &["title", "detail", "remedy"]);
    let said = said.chain(problems.map(|key| (key, vec![])));
    if let Book::Admin = book {
        return said.collect();
    }
    let reasons = family("reason", &REASONS, &["detail", "remedy"]);
    said.chain(LOADING.map(|key| (key.to_owned(), vec![])))
        .chain(UNACCEPTABLE.map(|key| (key.to_owned(), vec![])))
        // A reason may name the app, or not.
        .chain(reasons.map(|key| (key, vec!["app"])))
        .collect()
}

/// The names of the values in a text.
fn places(mut text: &str) -> BTreeSet<&str> {
    let mut places = BTreeSet::new();
    while let Some((_, name, after)) = catalogue::next_place(text) {
        places.insert(name);
        text = after;
    }
    places
}

#[test]
fn each_language_has_each_key_once_and_no_other() {
    for book in BOOKS {
        let mut expected: Vec<_> = expected(book).into_iter().map(|(key, _)| key).collect();
        expected.sort();
        for (language, words) in Catalogue::every(book) {
            let mut keys = words.keys();
            keys.sort_unstable();
            let missing: Vec<_> = expected
                .iter()
                .filter(|key| !keys.contains(&key.as_str()))
                .collect();
            assert!(missing.is_empty(), "{language} lacks {missing:?}");
            assert_eq!(
                keys, expected,
                "{language} has a key twice, or one that nobody says"
            );
        }
    }
}

#[test]
fn all_languages_are_in_the_same_order_for_whoever_compares_them() {
    for book in BOOKS {
        let english = Catalogue::of(book, "en");
        for (language, words) in Catalogue::every(book) {
            assert_eq!(words.keys(), english.keys(), "{language}");
        }
    }
}

#[test]
fn each_text_has_the_values_that_it_is_given_in_every_language() {
    for book in BOOKS {
        let english = Catalogue::of(book, "en");
        for (key, values) in expected(book) {
            let in_english = places(english.text(&key));
            let given: BTreeSet<_> = values.into_iter().collect();
            if key.starts_with("reason.") {
                assert!(in_english.is_subset(&given), "{key}");
            } else {
                assert_eq!(in_english, given, "{key}");
            }
            for (language, words) in Catalogue::every(book) {
                assert_eq!(places(words.text(&key)), in_english, "{key} in {language}");
            }
        }
    }
}

#[test]
fn no_text_is_empty_or_ragged_or_markup() {
    for (language, words) in BOOKS.into_iter().flat_map(Catalogue::every) {
        for (key, text) in words.0 {
            assert!(!text.is_empty(), "{key} in {language}");
            assert_eq!(text, text.trim(), "{key} in {language}");
            for odd in ["  ", "<", ">", "\"", "'", "..."] {
                assert!(!text.contains(odd), "{key} in {language} has {odd}");
            }
        }
    }
}

#[test]
fn nothing_is_left_in_english() {
    for book in BOOKS {
        let english = Catalogue::of(book, "en");
        for (language, words) in Catalogue::every(book).filter(|(language, _)| *language != "en") {
            for ((key, text), (_, in_english)) in words.0.iter().zip(&english.0) {
                // What has no letters of its own (brackets, a colon) may be the same anywhere.
                assert!(
                    text != in_english || !has_letters(text),
                    "{key} in {language}"
                );
            }
        }
    }
}

fn has_letters(mut text: &str) -> bool {
    while let Some((before, _, after)) = catalogue::next_place(text) {
        if before.contains(char::is_alphabetic) {
            return true;
        }
        text = after;
    }
    text.contains(char::is_alphabetic)
}

#[test]
fn what_a_text_quotes_from_the_page_stands_there_in_these_words() {
    let english = Catalogue::of(Book::Page, "en");
    for quoted in [
        "ask.allow",
        "access.readWrite",
        "schedules.resume",
        "form.skip",
    ] {
        // Confluence's menu says the same as the button, with dots behind it.
        let in_english = format!("“{}", english.text(quoted));
        let mut quoting = 0;
        for (key, _) in english
            .0
            .iter()
            .filter(|(_, text)| text.contains(&in_english))
        {
            quoting += 1;
            for (language, words) in Catalogue::every(Book::Page) {
                assert!(
                    words.text(key).contains(words.text(quoted)),
                    "{key} in {language} does not quote {quoted}"
                );
            }
        }
        assert!(quoting > 0, "{quoted}");
    }
}
