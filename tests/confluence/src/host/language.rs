//! The languages that people choose from. The host page itself stays in English; what it says to apps changes.

/// A language of Confluence.
pub(super) struct Language {
    /// As `AP.user.getLocale` says it.
    pub(super) locale: &'static str,
    /// As its speakers call it.
    pub(super) name: &'static str,
}

pub(super) const LANGUAGES: [Language; 8] = [
    language("en_US", "English"),
    language("de_DE", "Deutsch"),
    language("fr_FR", "Français"),
    language("es_ES", "Español"),
    language("pt_BR", "Português"),
    language("ja_JP", "日本語"),
    language("ko_KR", "한국어"),
    language("ru_RU", "Русский"),
];

impl Language {
    /// The tag of BCP 47, for `lang`.
    pub(super) fn tag(&self) -> String {
        self.locale.replace('_', "-")
    }
}

const fn language(locale: &'static str, name: &'static str) -> Language {
    Language { locale, name }
}
