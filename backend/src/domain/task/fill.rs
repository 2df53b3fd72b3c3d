//! What stands for something else in a title or a text, and is filled in when a run is due.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{RestRequest, Task};

/// What the placeholders stand for in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Each with what it stands for, in plain text.
    values: [(&'static str, String); 4],
}

impl Fill {
    /// For a run that is due at this time, of a schedule in this time zone, of a person of this name.
    pub fn new(due: Timestamp, zone: TimeZone, display_name: &str) -> Self {
        let due = due.to_zoned(zone);
        let week = due.date().iso_week_date().week();
        Self {
            values: [
                ("{date}", due.strftime("%-d %B %Y").to_string()),
                ("{time}", due.strftime("%H:%M:%S").to_string()),
                ("{week}", week.to_string()),
                ("{displayName}", display_name.to_owned()),
            ],
        }
    }

    fn plain(&self, text: &str) -> String {
        self.replace(text, str::to_owned)
    }

    /// A name may hold what means something in storage format.
    fn storage_format(&self, text: &str) -> String {
        self.replace(text, |value| {
            value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
        })
    }

    /// In JSON, a placeholder can stand in a string and nowhere else.
    fn json(&self, text: &str) -> String {
        self.replace(text, |value| {
            let quoted = serde_json::Value::from(value).to_string();
            let inside = quoted
                .strip_prefix('"')
                .and_then(|rest| rest.strip_suffix('"'));
            inside.unwrap_or_default().to_owned()
        })
    }

    /// All of them at one go: what was filled in is not filled in again.
    fn replace(&self, text: &str, escape: impl Fn(&str) -> String) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            let found = self.values.iter().find(|(name, _)| from.starts_with(name));
            let (put, skip) = match found {
                Some((name, value)) => (escape(value), name.len()),
                None => ("{".to_owned(), 1),
            };
            filled.push_str(&put);
            rest = from.get(skip..).unwrap_or_default();
        }
        filled.push_str(rest);
        filled
    }
}

impl Task {
    /// The task with its placeholders filled in.
    pub fn filled(&self, fill: &Fill) -> Self {
        match self {
            Self::CreatePage { title, body, space } => Self::CreatePage {
                title: fill.plain(title),
                body: fill.storage_format(body),
                space: space.clone(),
            },
            Self::AppendToPage { page, body } => Self::AppendToPage {
                page: page.clone(),
                body: fill.storage_format(body),
            },
            Self::CommentOnPage { page, body } => Self::CommentOnPage {
                page: page.clone(),
                body: fill.storage_format(body),
            },
            Self::Request(RestRequest { method, path, body }) => Self::Request(RestRequest {
                method: *method,
                path: path.clone(),
                body: body.as_deref().map(|body| fill.json(body)),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use onbehalf_contract::{Action, Method};

    use super::*;

    fn fill(name: &str) -> Fill {
        Fill::new(
            "2026-11-22T20:05:09Z".parse().unwrap(),
            TimeZone::get("Pacific/Auckland").unwrap(),
            name,
        )
    }

    #[test]
    fn placeholders_are_those_of_the_run_in_the_schedule_s_time_zone() {
        let filled = fill("Alice").plain("{displayName}: {date}, {time}, week {week}");
        assert_eq!(filled, "Alice: 23 November 2026, 09:05:09, week 48");
    }

    #[test]
    fn the_week_is_that_of_iso_8601() {
        let at = |day: &str| {
            let due = format!("{day}T12:00:00Z").parse().unwrap();
            Fill::new(due, TimeZone::UTC, "").plain("{week}")
        };
        assert_eq!(
            (at("2027-01-03"), at("2027-01-04")),
            ("53".into(), "1".into())
        );
    }

    #[test]
    fn a_name_stays_a_name_whatever_it_holds() {
        let name = r#"<ac:x a="1">&amp; {date} "\"#;
        let page = Task::parse(Action::CreatePage {
            title: "{displayName}".into(),
            body: "<p>{displayName}</p>".into(),
            space_id: None,
        });
        assert_eq!(
            page.unwrap().filled(&fill(name)).action(),
            Action::CreatePage {
                title: name.into(),
                body: r#"<p>&lt;ac:x a=&quot;1&quot;&gt;&amp;amp; {date} &quot;\</p>"#.into(),
                space_id: None,
            }
        );
        let request = Task::parse(Action::Request {
            method: Method::Post,
            path: "/wiki/api/v2/pages".into(),
            body: Some(r#"{"title":"{displayName}","{":"{no such}"}"#.into()),
        });
        let Task::Request(filled) = request.unwrap().filled(&fill(name)) else {
            panic!("a request stays one");
        };
        let body: serde_json::Value = serde_json::from_str(filled.body().unwrap()).unwrap();
        assert_eq!(body, serde_json::json!({"title": name, "{": "{no such}"}));
    }
}
