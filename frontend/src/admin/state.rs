//! What the HTML says about the site and the admin.

use onbehalf_contract::Overview;

use crate::json::{
    FromJson, Json, Reading,
    contract::{field, optional},
};

/// What the contract's `AdminPage` and `ConsentPage` have in common, and the overview, which only the first one has.
pub(super) struct State {
    pub(super) app: String,
    pub(super) site: String,
    pub(super) language: Language,
    pub(super) overview: Option<Overview>,
}

/// The language of the contract's `Texts`.
pub(super) struct Language(pub(super) String);

impl FromJson for State {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            app: field(json, "app"),
            site: field(json, "site"),
            language: field(json, "texts"),
            overview: optional(json, "overview"),
        }
    }
}

impl FromJson for Language {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self(field(json, "language"))
    }
}

#[cfg(test)]
mod tests {
    use onbehalf_contract::AdminPage;

    use super::*;
    use crate::{
        admin::json::sample,
        json::{from_value, sample as page},
    };

    #[test]
    fn the_page_for_admins_is_read() {
        let state = AdminPage {
            app: "Onbehalf".to_owned(),
            site: "acme.atlassian.net".to_owned(),
            admin: sample::somebody("ada"),
            texts: page::texts(),
            overview: sample::overview(),
        };
        let state: State = from_value(serde_json::to_value(&state).unwrap()).unwrap();
        assert_eq!(
            (&*state.app, &*state.site),
            ("Onbehalf", "acme.atlassian.net")
        );
        assert_eq!(state.language.0, "de");
        assert_eq!(state.overview, Some(sample::overview()));
    }

    #[test]
    fn the_page_for_everybody_will_do() {
        let state = serde_json::to_value(page::page()).unwrap();
        let state: State = from_value(state).unwrap();
        assert_eq!(state.language.0, "de");
        assert_eq!(state.overview, None);
    }
}
