//! The text that a person reads before agreeing. It lives here and nowhere else, one file a language.
//!
//! A change of its meaning is a new version with a new name: a consent keeps the version that was agreed to. The purpose
//! may come from the app's configuration; then it is part of the version, so that a consent to one purpose is never taken
//! for a consent to another.

mod de;
mod en;
mod es;
mod fr;
mod ja;
mod ko;
mod pt;
mod purpose;
mod ru;

use std::collections::BTreeSet;

use super::fingerprint::sha256;
use super::language::Language;
pub use purpose::{BadPurpose, Purpose};

/// The version of the text in this folder.
const VERSION: &str = "2026-11";

/// The versions of the text that came before, newest first.
const REPLACED: [&str; 0] = [];

/// What the notice says, but for the purpose that a configuration may give.
struct Text {
    lead: &'static str,
    purpose: &'static str,
    read: &'static str,
    read_write: &'static str,
    never: &'static str,
    end: &'static str,
}

/// The notice that is shown today, and which of those before still count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notices {
    version: String,
    purpose: Option<Purpose>,
    kept: BTreeSet<String>,
}

/// The notice as one person reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice<'a> {
    pub version: &'a str,
    pub language: Language,
    /// Who wants to do what.
    pub lead: &'a str,
    /// Why.
    pub purpose: &'a str,
    /// What it does with access to read, and to read and write.
    pub read: &'a str,
    pub read_write: &'a str,
    pub never: &'a str,
    pub end: &'a str,
}

/// Why a version cannot be agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotCurrent {
    /// It was shown once; a newer one has taken its place.
    Replaced,
    /// No notice ever had this name.
    Unknown,
}

impl Default for Notices {
    fn default() -> Self {
        Self::new(None, [])
    }
}

impl Notices {
    /// The notice with this purpose, or with its own. A consent to one of the versions in `kept` counts as before; after
    /// any other change people are asked again.
    pub fn new(purpose: Option<Purpose>, kept: impl IntoIterator<Item = String>) -> Self {
        let version = match &purpose {
            None => VERSION.to_owned(),
            Some(purpose) => format!("{VERSION}.{}", purpose.fingerprint()),
        };
        Self {
            version,
            purpose,
            kept: kept.into_iter().collect(),
        }
    }

    /// The version that is shown today.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The notice in this language.
    pub fn in_language(&self, language: Language) -> Notice<'_> {
        let text = match language {
            Language::En => &en::TEXT,
            Language::De => &de::TEXT,
            Language::Fr => &fr::TEXT,
            Language::Es => &es::TEXT,
            Language::Pt => &pt::TEXT,
            Language::Ja => &ja::TEXT,
            Language::Ko => &ko::TEXT,
            Language::Ru => &ru::TEXT,
        };
        Notice {
            version: &self.version,
            language,
            lead: text.lead,
            purpose: self
                .purpose
                .as_ref()
                .map_or(text.purpose, |purpose| purpose.in_language(language)),
            read: text.read,
            read_write: text.read_write,
            never: text.never,
            end: text.end,
        }
    }

    /// The notice that a person agrees to, if it is the one to be shown now.
    pub fn agreed(&self, version: &str, language: Language) -> Result<Notice<'_>, NotCurrent> {
        if version == self.version {
            return Ok(self.in_language(language));
        }
        let (text, _) = version.split_once('.').unwrap_or((version, ""));
        if text == VERSION || REPLACED.contains(&text) || self.kept.contains(version) {
            Err(NotCurrent::Replaced)
        } else {
            Err(NotCurrent::Unknown)
        }
    }

    /// The versions of which a consent counts today.
    pub fn counting(&self) -> impl Iterator<Item = &str> {
        let kept = self.kept.iter().filter(|kept| **kept != self.version);
        std::iter::once(&self.version)
            .chain(kept)
            .map(String::as_str)
    }

    /// Whether a consent to this version counts today.
    pub fn counts(&self, version: &str) -> bool {
        self.counting().any(|counting| counting == version)
    }
}

impl Notice<'_> {
    /// The SHA-256 of what was shown, each part on a line of its own.
    pub fn sha256(&self) -> String {
        let Self {
            version,
            language,
            lead,
            purpose,
            read,
            read_write,
            never,
            end,
        } = self;
        let language = language.code();
        let lines = [
            *version, language, lead, purpose, read, read_write, never, end,
        ];
        sha256(lines.join("\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever changes the text gives it a new version, and puts the old one into `REPLACED`.
    #[test]
    fn the_text_of_a_version_never_changes() {
        let notices = Notices::default();
        let hashes = Language::ALL.map(|language| {
            let notice = notices.in_language(language);
            (language.code(), notice.sha256()[..16].to_owned())
        });
        let expected = [
            ("en", "de2244f855ab4997"),
            ("de", "bdc342d49fc4eabb"),
            ("fr", "bb91325a29fc903d"),
            ("es", "f614e1a272a0a6b6"),
            ("pt", "ef7c7be50ccdc597"),
            ("ja", "0662f28a727b8dd1"),
            ("ko", "4761bbc1ebc55f04"),
            ("ru", "c697cc04aa587286"),
        ];
        assert_eq!(VERSION, "2026-11");
        assert_eq!(
            hashes,
            expected.map(|(language, hash)| (language, hash.to_owned()))
        );
    }

    #[test]
    fn every_language_says_something_of_its_own() {
        let notices = Notices::default();
        let english = notices.in_language(Language::En);
        for language in Language::ALL.into_iter().skip(1) {
            let notice = notices.in_language(language);
            for (ours, theirs) in [
                (english.lead, notice.lead),
                (english.purpose, notice.purpose),
                (english.read, notice.read),
                (english.read_write, notice.read_write),
                (english.never, notice.never),
                (english.end, notice.end),
            ] {
                assert!(
                    !theirs.is_empty() && ours != theirs,
                    "{language:?}: {theirs}"
                );
            }
            assert!(notice.lead.contains("Onbehalf"), "{language:?}");
        }
    }

    #[test]
    fn only_the_current_notice_can_be_agreed_to() {
        let notices = Notices::default();
        let agreed = |version| notices.agreed(version, Language::De);
        assert_eq!(agreed("2026-11").unwrap().language, Language::De);
        assert_eq!(agreed("2026-11.0123abcd"), Err(NotCurrent::Replaced));
        assert_eq!(agreed("2020-01"), Err(NotCurrent::Unknown));
        assert_eq!(agreed(""), Err(NotCurrent::Unknown));
    }

    #[test]
    fn another_purpose_is_another_version_and_counts_only_if_it_is_kept() {
        let purpose = |text: &str| Some(Purpose::parse(text).unwrap());
        let plain = Notices::default();
        let reports = Notices::new(purpose("It writes your weekly report."), []);
        let notes = Notices::new(purpose("It writes your daily note."), []);
        assert_ne!(reports.version(), notes.version());
        assert!(!reports.counts(plain.version()) && !reports.counts(notes.version()));
        let reworded = Notices::new(
            purpose("It writes a report for you every week."),
            [reports.version().to_owned()],
        );
        assert!(reworded.counts(reports.version()) && reworded.counts(reworded.version()));
        assert_eq!(
            reworded.agreed(reports.version(), Language::En),
            Err(NotCurrent::Replaced)
        );
    }
}
