//! How what the page sends is written.

use onbehalf_contract::{Action, ConsentWish, ScheduleChange, ScheduleWish, Settlement, When};

use super::names::{ACCESSES, FALLBACKS, METHODS, SCHEDULE_STATES, name};

/// A type of the contract that can be sent.
pub(crate) trait ToJson {
    fn to_json(&self) -> String;
}

/// An object of JSON that grows key by key.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self("{".to_owned())
    }

    pub(crate) fn text(self, key: &str, value: &str) -> Self {
        self.json(key, &quoted(value))
    }

    pub(crate) fn json(mut self, key: &str, value: &str) -> Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push_str(&quoted(key));
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// Nothing is written for what isn't there.
    pub(crate) fn optional(self, key: &str, json: Option<String>) -> Self {
        match json {
            Some(json) => self.json(key, &json),
            None => self,
        }
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// A text within quotation marks. <https://www.rfc-editor.org/rfc/rfc8259#section-7>
pub(crate) fn quoted(text: &str) -> String {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let mut json = "\"".to_owned();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                json.push('\\');
                json.push(letter);
            }
            '\0'..'\u{20}' => {
                json.push_str("\\u00");
                json.push(HEX[letter as usize / 16]);
                json.push(HEX[letter as usize % 16]);
            }
            _ => json.push(letter),
        }
    }
    json.push('"');
    json
}

impl ToJson for ConsentWish {
    fn to_json(&self) -> String {
        Object::new()
            .text("access", name(&self.access, &ACCESSES))
            .optional("days", self.days.map(|days| days.to_string()))
            .optional("until", self.until.as_deref().map(quoted))
            .text("notice", &self.notice)
            .optional("language", self.language.as_deref().map(quoted))
            .optional("renews", self.renews.as_deref().map(quoted))
            .end()
    }
}

impl ToJson for ScheduleWish {
    fn to_json(&self) -> String {
        Object::new()
            .text("title", &self.title)
            .json("when", &self.when.to_json())
            .json("action", &self.action.to_json())
            .text("fallback", name(&self.fallback, &FALLBACKS))
            .end()
    }
}

impl ToJson for ScheduleChange {
    fn to_json(&self) -> String {
        let fallback = self.fallback.map(|it| quoted(name(&it, &FALLBACKS)));
        let state = self.state.map(|it| quoted(name(&it, &SCHEDULE_STATES)));
        Object::new()
            .json("version", &self.version.to_string())
            .optional("title", self.title.as_deref().map(quoted))
            .optional("when", self.when.as_ref().map(ToJson::to_json))
            .optional("action", self.action.as_ref().map(ToJson::to_json))
            .optional("fallback", fallback)
            .optional("state", state)
            .end()
    }
}

impl ToJson for When {
    fn to_json(&self) -> String {
        Object::new()
            .text("expression", &self.expression)
            .text("timeZone", &self.time_zone)
            .end()
    }
}

impl ToJson for Action {
    fn to_json(&self) -> String {
        let of = |kind| Object::new().text("kind", kind);
        let action = match self {
            Self::CreatePage {
                title,
                body,
                space_id,
            } => of("createPage")
                .text("title", title)
                .text("body", body)
                .optional("spaceId", space_id.as_deref().map(quoted)),
            Self::AppendToPage { page_id, body } => of("appendToPage")
                .text("pageId", page_id)
                .text("body", body),
            Self::CommentOnPage { page_id, body } => of("commentOnPage")
                .text("pageId", page_id)
                .text("body", body),
            Self::Request { method, path, body } => of("request")
                .text("method", name(method, &METHODS))
                .text("path", path)
                .optional("body", body.as_deref().map(quoted)),
        };
        action.end()
    }
}

impl ToJson for Settlement {
    fn to_json(&self) -> String {
        Object::new()
            .json("done", if self.done { "true" } else { "false" })
            .end()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use onbehalf_contract::{Access, Fallback, ScheduleState};
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::json::sample;

    /// What is written is read by serde as it was.
    fn arrives<T: ToJson + DeserializeOwned + PartialEq + Debug>(value: &T) {
        let written = value.to_json();
        let read: T = serde_json::from_str(&written).expect(&written);
        assert_eq!(&read, value, "{written}");
    }

    #[test]
    fn a_wish_for_a_consent_arrives() {
        for access in [Access::Read, Access::ReadWrite] {
            let least = ConsentWish {
                access,
                days: None,
                until: None,
                notice: "2026-11".to_owned(),
                language: None,
                renews: None,
            };
            arrives(&least);
            arrives(&ConsentWish {
                days: Some(30),
                until: Some("2026-12-24T18:00:00Z".to_owned()),
                language: Some("de".to_owned()),
                renews: Some("urn:uuid:1".to_owned()),
                ..least
            });
        }
    }

    #[test]
    fn a_wish_for_a_schedule_arrives_whatever_it_does() {
        for action in sample::actions() {
            for fallback in [Fallback::Skip, Fallback::App] {
                arrives(&ScheduleWish {
                    title: "A “note” for \"you\"".to_owned(),
                    when: sample::schedule().when,
                    action: action.clone(),
                    fallback,
                });
            }
        }
        arrives(&sample::schedule().action);
    }

    #[test]
    fn a_change_arrives_with_what_it_changes_and_nothing_else() {
        arrives(&ScheduleChange {
            version: 7,
            ..ScheduleChange::default()
        });
        for state in [ScheduleState::Active, ScheduleState::Paused] {
            let schedule = sample::schedule();
            arrives(&ScheduleChange {
                version: 8,
                title: Some(schedule.title),
                when: Some(schedule.when),
                action: Some(schedule.action),
                fallback: Some(schedule.fallback),
                state: Some(state),
            });
        }
    }

    #[test]
    fn a_settlement_arrives() {
        for done in [true, false] {
            arrives(&Settlement { done });
        }
    }

    #[test]
    fn every_letter_arrives() {
        let letters: String = ('\0'..='\u{ff}').chain(['\u{2028}', '日', '😀']).collect();
        let read: String = serde_json::from_str(&quoted(&letters)).unwrap();
        assert_eq!(read, letters);
    }
}
