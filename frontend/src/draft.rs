//! What stands in the form for a schedule, and the wish that it comes to.
//!
//! The fields are native ones of HTML and keep what is typed themselves. This holds it while a field is away, since
//! not every kind of schedule has all of them.

use onbehalf_contract::{Action, Method, Schedule, ScheduleWish, When};

use crate::{
    day::Day,
    json::{FALLBACKS, METHODS, name, named},
    page_link::page_id,
    storage_format,
    timing::{Timing, clock, every, minutes},
};

/// The names of the fields.
pub(crate) mod field {
    pub(crate) const TITLE: &str = "title";
    /// How often: the name of a way to say when.
    pub(crate) const OFTEN: &str = "often";
    pub(crate) const TIME: &str = "time";
    /// A tick for each day of the week, Sunday first.
    pub(crate) const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    /// A day of the month.
    pub(crate) const DAY: &str = "day";
    pub(crate) const DATE: &str = "date";
    pub(crate) const COUNT: &str = "count";
    pub(crate) const UNIT: &str = "unit";
    pub(crate) const EXPRESSION: &str = "expression";
    pub(crate) const ZONE: &str = "zone";
    /// What is done: the `kind` of an action.
    pub(crate) const WHAT: &str = "what";
    pub(crate) const PAGE_TITLE: &str = "pageTitle";
    pub(crate) const PAGE: &str = "page";
    pub(crate) const TEXT: &str = "text";
    /// A tick: whether the text is in storage format.
    pub(crate) const STORAGE: &str = "storage";
    pub(crate) const METHOD: &str = "method";
    pub(crate) const PATH: &str = "path";
    pub(crate) const JSON: &str = "json";
    pub(crate) const FALLBACK: &str = "fallback";
}
use field::*;

/// Each field, for whoever reads them all.
pub(crate) const FIELDS: [&str; 25] = [
    TITLE,
    OFTEN,
    TIME,
    WEEKDAYS[0],
    WEEKDAYS[1],
    WEEKDAYS[2],
    WEEKDAYS[3],
    WEEKDAYS[4],
    WEEKDAYS[5],
    WEEKDAYS[6],
    DAY,
    DATE,
    COUNT,
    UNIT,
    EXPRESSION,
    ZONE,
    WHAT,
    PAGE_TITLE,
    PAGE,
    TEXT,
    STORAGE,
    METHOD,
    PATH,
    JSON,
    FALLBACK,
];

/// What a tick has for a value.
pub(crate) const ON: &str = "on";

/// The value of each field that has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    values: Vec<(&'static str, String)>,
    /// The space that a page is created in, if not the person's own. It has no field, and is kept.
    space_id: Option<String>,
}

impl Draft {
    /// What the form begins with, in this time zone and on this day.
    pub(crate) fn new(zone: String, today: String) -> Self {
        let mut draft = Self::default();
        for (field, value) in [
            (OFTEN, "daily"),
            (TIME, "09:00"),
            (WEEKDAYS[1], ON),
            (DAY, "1"),
            (COUNT, "1"),
            (UNIT, "day"),
            (WHAT, "createPage"),
            (METHOD, "GET"),
            (FALLBACK, "skip"),
        ] {
            draft.set(field, value);
        }
        draft.set(ZONE, zone);
        draft.set(DATE, today);
        draft
    }

    /// What the form has for a schedule that there is; the rest is as in a new one.
    pub(crate) fn of(schedule: &Schedule, mut new: Self) -> Self {
        new.set(TITLE, &schedule.title);
        new.set_when(&schedule.when);
        new.set_action(&schedule.action);
        new.set(FALLBACK, name(&schedule.fallback, &FALLBACKS));
        new
    }

    pub(crate) fn get(&self, field: &str) -> &str {
        let found = self.values.iter().find(|(known, _)| *known == field);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn set(&mut self, field: &'static str, value: impl Into<String>) {
        self.values.retain(|(known, _)| *known != field);
        self.values.push((field, value.into()));
    }

    pub(crate) fn is_on(&self, field: &str) -> bool {
        self.get(field) == ON
    }

    /// Whether it is to be on days of the week, and none is chosen.
    pub(crate) fn lacks_a_day(&self) -> bool {
        self.get(OFTEN) == "weekly" && !WEEKDAYS.iter().any(|day| self.is_on(day))
    }

    /// What the backend is asked for. What is missing or odd is sent as it is: the backend says what is wrong with it.
    pub(crate) fn wish(&self) -> ScheduleWish {
        ScheduleWish {
            title: self.get(TITLE).trim().to_owned(),
            when: When {
                expression: match self.timing() {
                    Some(timing) => timing.expression(),
                    None => self.get(EXPRESSION).trim().to_owned(),
                },
                time_zone: self.get(ZONE).trim().to_owned(),
            },
            action: self.action(),
            fallback: named(self.get(FALLBACK), &FALLBACKS).unwrap_or_default(),
        }
    }

    /// Nothing if it is an expression of the person's own.
    fn timing(&self) -> Option<Timing> {
        let time = minutes(self.get(TIME));
        Some(match self.get(OFTEN) {
            "daily" => Timing::Daily(time?),
            "weekdays" => Timing::Weekdays(time?),
            "weekly" => {
                let days = (0..).zip(WEEKDAYS);
                let chosen = days.filter(|(_, day)| self.is_on(day));
                Timing::Weekly(time?, chosen.map(|(index, _)| index).collect())
            }
            "monthly" => Timing::Monthly(time?, self.get(DAY).parse().ok()?),
            "lastDay" => Timing::LastDay(time?),
            "once" => Timing::Once(Day::parse(self.get(DATE))?, time?),
            "interval" => every(self.get(COUNT), self.get(UNIT))?,
            _ => return None,
        })
    }

    fn set_when(&mut self, when: &When) {
        self.set(ZONE, &when.time_zone);
        self.set(EXPRESSION, &when.expression);
        let timing = Timing::parse(&when.expression);
        // The form has no seconds; whoever wrote some keeps them.
        let timing = timing.filter(|timing| {
            !matches!(timing, Timing::Once(..)) || timing.expression() == when.expression
        });
        let (often, time) = match timing {
            Some(Timing::Daily(time)) => ("daily", Some(time)),
            Some(Timing::Weekdays(time)) => ("weekdays", Some(time)),
            Some(Timing::Weekly(time, days)) => {
                for (index, day) in (0..).zip(WEEKDAYS) {
                    self.set(day, if days.contains(&index) { ON } else { "" });
                }
                ("weekly", Some(time))
            }
            Some(Timing::Monthly(time, day)) => {
                self.set(DAY, day.to_string());
                ("monthly", Some(time))
            }
            Some(Timing::LastDay(time)) => ("lastDay", Some(time)),
            Some(Timing::Once(day, time)) => {
                self.set(DATE, day.to_string());
                ("once", Some(time))
            }
            Some(Timing::Every(count, unit)) => {
                self.set(COUNT, count.to_string());
                self.set(UNIT, unit);
                ("interval", None)
            }
            None => ("expression", None),
        };
        self.set(OFTEN, often);
        if let Some(time) = time {
            self.set(TIME, clock(time));
        }
    }

    fn action(&self) -> Action {
        let page_id = page_id(self.get(PAGE)).to_owned();
        let body = self.body();
        match self.get(WHAT) {
            "appendToPage" => Action::AppendToPage { page_id, body },
            "commentOnPage" => Action::CommentOnPage { page_id, body },
            "request" => {
                let body = self.get(JSON).trim();
                Action::Request {
                    method: named(self.get(METHOD), &METHODS).unwrap_or(Method::Get),
                    path: self.get(PATH).trim().to_owned(),
                    body: (!body.is_empty()).then(|| body.to_owned()),
                }
            }
            _ => Action::CreatePage {
                title: self.get(PAGE_TITLE).trim().to_owned(),
                body,
                space_id: self.space_id.clone(),
            },
        }
    }

    fn set_action(&mut self, action: &Action) {
        let (what, body) = match action {
            Action::CreatePage {
                title,
                body,
                space_id,
            } => {
                self.set(PAGE_TITLE, title);
                self.space_id.clone_from(space_id);
                ("createPage", body)
            }
            Action::AppendToPage { page_id, body } => {
                self.set(PAGE, page_id);
                ("appendToPage", body)
            }
            Action::CommentOnPage { page_id, body } => {
                self.set(PAGE, page_id);
                ("commentOnPage", body)
            }
            Action::Request { method, path, body } => {
                self.set(METHOD, name(method, &METHODS));
                self.set(PATH, path);
                self.set(JSON, body.as_deref().unwrap_or_default());
                self.set(WHAT, "request");
                return;
            }
        };
        self.set(WHAT, what);
        match storage_format::to_text(body) {
            Some(text) => self.set(TEXT, text),
            None => {
                self.set(TEXT, body);
                self.set(STORAGE, ON);
            }
        }
    }

    fn body(&self) -> String {
        let text = self.get(TEXT);
        if self.is_on(STORAGE) {
            text.to_owned()
        } else {
            storage_format::of_text(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::sample;

    fn new() -> Draft {
        Draft::new("Europe/Berlin".to_owned(), "2026-11-22".to_owned())
    }

    fn expression(values: &[(&'static str, &str)]) -> String {
        let mut draft = new();
        for (field, value) in values {
            draft.set(field, *value);
        }
        draft.wish().when.expression
    }

    #[test]
    fn each_way_to_say_when_has_its_expression() {
        for (values, expected) in [
            (&[(OFTEN, "daily")][..], "cron(0 9 * * ? *)"),
            (
                &[(OFTEN, "weekdays"), (TIME, "17:30")],
                "cron(30 17 ? * MON-FRI *)",
            ),
            (&[(OFTEN, "weekly"), ("wed", ON)], "cron(0 9 ? * MON,WED *)"),
            (
                &[(OFTEN, "weekly"), ("mon", ""), ("sun", ON)],
                "cron(0 9 ? * SUN *)",
            ),
            (&[(OFTEN, "monthly"), (DAY, "15")], "cron(0 9 15 * ? *)"),
            (&[(OFTEN, "lastDay")], "cron(0 9 L * ? *)"),
            (&[(OFTEN, "once")], "at(2026-11-22T09:00:00)"),
            (
                &[(OFTEN, "interval"), (COUNT, "90"), (UNIT, "minute")],
                "rate(90 minutes)",
            ),
            (&[(OFTEN, "interval")], "rate(1 day)"),
            (
                &[(OFTEN, "expression"), (EXPRESSION, " cron(0/5 9 * * ? *) ")],
                "cron(0/5 9 * * ? *)",
            ),
        ] {
            assert_eq!(expression(values), expected);
        }
    }

    #[test]
    fn what_is_there_is_shown_and_comes_back_as_it_was() {
        let expressions = [
            "cron(0 9 * * ? *)",
            "cron(5 8 ? * MON-FRI *)",
            "cron(0 9 ? * SUN,WED *)",
            "cron(0 9 31 * ? *)",
            "cron(0 9 L * ? *)",
            "at(2026-12-24T18:00:00)",
            "at(2026-12-24T18:00:30)",
            "rate(15 minutes)",
            "cron(0/15 9-17 ? * MON-FRI *)",
        ];
        for (index, expression) in expressions.into_iter().enumerate() {
            let actions = sample::actions();
            let action = actions[index % actions.len()].clone();
            let mut schedule = sample::schedule_of(action);
            schedule.when.expression = expression.to_owned();
            let draft = Draft::of(&schedule, new());
            let wish = draft.wish();
            assert_eq!(wish.title, schedule.title);
            assert_eq!(wish.when, schedule.when);
            assert_eq!(wish.action, schedule.action);
            assert_eq!(wish.fallback, schedule.fallback);
        }
    }

    #[test]
    fn a_week_needs_a_day() {
        let mut draft = new();
        draft.set("mon", "");
        assert!(!draft.lacks_a_day());
        draft.set(OFTEN, "weekly");
        assert!(draft.lacks_a_day());
        draft.set("sun", ON);
        assert!(!draft.lacks_a_day());
    }

    #[test]
    fn text_is_escaped_unless_it_is_storage_format() {
        let mut draft = new();
        draft.set(TEXT, "<b>&</b>");
        let body = |draft: &Draft| match draft.wish().action {
            Action::CreatePage { body, .. } => body,
            other => panic!("{other:?}"),
        };
        assert_eq!(body(&draft), "<p>&lt;b&gt;&amp;&lt;/b&gt;</p>");
        draft.set(STORAGE, ON);
        assert_eq!(body(&draft), "<b>&</b>");
    }

    #[test]
    fn a_link_to_a_page_is_its_number() {
        let mut draft = new();
        draft.set(WHAT, "appendToPage");
        draft.set(
            PAGE,
            "https://acme.atlassian.net/wiki/spaces/A/pages/123/Notes",
        );
        let Action::AppendToPage { page_id, .. } = draft.wish().action else {
            panic!("{draft:?}");
        };
        assert_eq!(page_id, "123");
    }

    #[test]
    fn only_a_body_that_is_there_is_sent() {
        let mut draft = new();
        draft.set(WHAT, "request");
        draft.set(JSON, " \n");
        let Action::Request { method, body, .. } = draft.wish().action else {
            panic!("{draft:?}");
        };
        assert_eq!((method, body), (Method::Get, None));
    }
}
