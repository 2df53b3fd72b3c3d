//! How each type of the contract is read.

use onbehalf_contract::{
    Access, Action, Activity, ActivityPage, Consent, ConsentPage, ConsentState, Fallback, Limits,
    NotRun, Notice, Outcome, Person, Problem, Run, RunResult, RunStarted, Schedule, ScheduleState,
    Schedules, When,
};

use super::{FromJson, Json};

/// A field of any readable type.
fn field<T: FromJson>(json: &impl Json, key: &str) -> Option<T> {
    T::from_json(&json.get(key)?)
}

/// A field that may be absent, but not malformed.
fn optional<T: FromJson>(json: &impl Json, key: &str) -> Option<Option<T>> {
    match json.get(key) {
        Some(value) => T::from_json(&value).map(Some),
        None => Some(None),
    }
}

/// The value that goes by this name.
fn named<T: Copy>(json: &impl Json, names: &[(&str, T)]) -> Option<T> {
    let name = json.text()?;
    let (_, value) = names.iter().find(|(known, _)| *known == name)?;
    Some(*value)
}

impl FromJson for String {
    fn from_json(json: &impl Json) -> Option<Self> {
        json.text()
    }
}

impl FromJson for i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "JavaScript's numbers are floats; these count days, and out of range they saturate"
    )]
    fn from_json(json: &impl Json) -> Option<Self> {
        json.number().map(|number| number as Self)
    }
}

impl FromJson for u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript's numbers are floats; these are HTTP statuses, and out of range they saturate"
    )]
    fn from_json(json: &impl Json) -> Option<Self> {
        json.number().map(|number| number as Self)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &impl Json) -> Option<Self> {
        json.items()?.iter().map(T::from_json).collect()
    }
}

impl FromJson for Access {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(
            json,
            &[("read", Self::Read), ("readWrite", Self::ReadWrite)],
        )
    }
}

impl FromJson for ConsentState {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(
            json,
            &[
                ("none", Self::None),
                ("active", Self::Active),
                ("expired", Self::Expired),
                ("revoked", Self::Revoked),
                ("invalidated", Self::Invalidated),
            ],
        )
    }
}

impl FromJson for Consent {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            state: field(json, "state")?,
            access: optional(json, "access")?,
            granted_at: optional(json, "grantedAt")?,
            expires_at: optional(json, "expiresAt")?,
            ended_at: optional(json, "endedAt")?,
            notice: field(json, "notice")?,
        })
    }
}

impl FromJson for ConsentPage {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            app: field(json, "app")?,
            site: field(json, "site")?,
            person: field(json, "person")?,
            consent: field(json, "consent")?,
            notice: field(json, "notice")?,
            limits: field(json, "limits")?,
            refusal: optional(json, "refusal")?,
        })
    }
}

impl FromJson for Person {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            account_id: field(json, "accountId")?,
            name: field(json, "name")?,
        })
    }
}

impl FromJson for Notice {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            version: field(json, "version")?,
            lead: field(json, "lead")?,
            read: field(json, "read")?,
            read_write: field(json, "readWrite")?,
            never: field(json, "never")?,
            purpose: field(json, "purpose")?,
            end: field(json, "end")?,
        })
    }
}

impl FromJson for Limits {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            longest_days: field(json, "longestDays")?,
            days: field(json, "days")?,
            usual_days: field(json, "usualDays")?,
            access: field(json, "access")?,
            needed_access: field(json, "neededAccess")?,
        })
    }
}

impl FromJson for Problem {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            kind: field(json, "type")?,
            title: field(json, "title")?,
            status: field(json, "status")?,
            detail: field(json, "detail")?,
            remedy: field(json, "remedy")?,
        })
    }
}

impl FromJson for ActivityPage {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            items: field(json, "items")?,
            next: optional(json, "next")?,
        })
    }
}

impl FromJson for Activity {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            id: field(json, "id")?,
            schedule: field(json, "schedule")?,
            what: field(json, "what")?,
            access: field(json, "access")?,
            started_at: field(json, "startedAt")?,
            finished_at: optional(json, "finishedAt")?,
            outcome: field(json, "outcome")?,
            status: optional(json, "status")?,
            link: optional(json, "link")?,
        })
    }
}

impl FromJson for Outcome {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(
            json,
            &[
                ("started", Self::Started),
                ("done", Self::Done),
                ("failed", Self::Failed),
                ("unknown", Self::Unknown),
            ],
        )
    }
}

impl FromJson for Schedules {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            items: field(json, "items")?,
        })
    }
}

impl FromJson for Schedule {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            id: field(json, "id")?,
            account_id: field(json, "accountId")?,
            title: field(json, "title")?,
            when: field(json, "when")?,
            action: field(json, "action")?,
            fallback: field(json, "fallback")?,
            state: field(json, "state")?,
            last_run: optional(json, "lastRun")?,
        })
    }
}

impl FromJson for When {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            expression: field(json, "expression")?,
            time_zone: field(json, "timeZone")?,
        })
    }
}

impl FromJson for Action {
    fn from_json(json: &impl Json) -> Option<Self> {
        match json.get("kind")?.text()?.as_str() {
            "createPage" => Some(Self::CreatePage {
                title: field(json, "title")?,
                body: field(json, "body")?,
            }),
            _ => None,
        }
    }
}

impl FromJson for Fallback {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(json, &[("skip", Self::Skip)])
    }
}

impl FromJson for ScheduleState {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(json, &[("active", Self::Active), ("paused", Self::Paused)])
    }
}

impl FromJson for Run {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            id: field(json, "id")?,
            due: field(json, "due")?,
            result: field(json, "result")?,
            link: optional(json, "link")?,
            reason: optional(json, "reason")?,
        })
    }
}

impl FromJson for RunResult {
    fn from_json(json: &impl Json) -> Option<Self> {
        named(
            json,
            &[
                ("started", Self::Started),
                ("done", Self::Done),
                ("refused", Self::Refused),
                ("failed", Self::Failed),
                ("unknown", Self::Unknown),
            ],
        )
    }
}

impl FromJson for NotRun {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            code: field(json, "code")?,
            detail: field(json, "detail")?,
            remedy: field(json, "remedy")?,
        })
    }
}

impl FromJson for RunStarted {
    fn from_json(json: &impl Json) -> Option<Self> {
        Some(Self {
            id: field(json, "id")?,
            due: field(json, "due")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;
    use serde_json::{Value, json};

    use super::*;

    impl Json for Value {
        fn get(&self, key: &str) -> Option<Self> {
            Value::get(self, key)
                .filter(|value| !value.is_null())
                .cloned()
        }

        fn text(&self) -> Option<String> {
            self.as_str().map(str::to_owned)
        }

        fn number(&self) -> Option<f64> {
            self.as_f64()
        }

        fn items(&self) -> Option<Vec<Self>> {
            self.as_array().cloned()
        }
    }

    /// What serde writes is read back as it was.
    fn returns<T: FromJson + Serialize + PartialEq + Debug>(value: T) {
        let written = serde_json::to_value(&value).unwrap();
        assert_eq!(T::from_json(&written), Some(value), "{written}");
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn consent(state: ConsentState) -> Consent {
        Consent {
            state,
            access: Some(Access::ReadWrite),
            granted_at: Some(text("2026-11-22T09:00:00Z")),
            expires_at: Some(text("2026-12-22T09:00:00Z")),
            ended_at: Some(text("2026-12-01T09:00:00Z")),
            notice: text("2026-11"),
        }
    }

    fn problem() -> Problem {
        Problem {
            kind: text("/problems/account-not-a-person"),
            title: text("Only people can allow this"),
            status: 403,
            detail: text("Build Bot is an app."),
            remedy: text("Sign in as a person."),
        }
    }

    fn run(result: RunResult) -> Run {
        Run {
            id: text("r1"),
            due: text("2026-11-22T09:00:00Z"),
            result,
            link: Some(text("https://acme.atlassian.net/wiki/x")),
            reason: Some(NotRun {
                code: text("no-consent"),
                detail: text("You have not allowed it."),
                remedy: text("Allow it."),
            }),
        }
    }

    fn schedule() -> Schedule {
        Schedule {
            id: text("s1"),
            account_id: text("a1"),
            title: text("Daily note"),
            when: When {
                expression: text("cron(0 9 * * ? *)"),
                time_zone: text("Europe/Berlin"),
            },
            action: Action::CreatePage {
                title: text("Note"),
                body: text("<p/>"),
            },
            fallback: Fallback::Skip,
            state: ScheduleState::Paused,
            last_run: Some(run(RunResult::Refused)),
        }
    }

    fn activity() -> Activity {
        Activity {
            id: text("x1"),
            schedule: text("s1"),
            what: text("Create the page “Note”"),
            access: Access::ReadWrite,
            started_at: text("2026-11-22T09:00:00Z"),
            finished_at: Some(text("2026-11-22T09:00:01Z")),
            outcome: Outcome::Done,
            status: Some(200),
            link: Some(text("https://acme.atlassian.net/wiki/x")),
        }
    }

    #[test]
    fn a_page_with_everything_is_read() {
        returns(ConsentPage {
            app: text("Onbehalf"),
            site: text("acme.atlassian.net"),
            person: Person {
                account_id: text("a1"),
                name: text("Alice Example"),
            },
            consent: consent(ConsentState::Revoked),
            notice: Notice {
                version: text("2026-11"),
                lead: text("lead"),
                read: text("read"),
                read_write: text("read and write"),
                never: text("never"),
                purpose: text("purpose"),
                end: text("end"),
            },
            limits: Limits {
                longest_days: 365,
                days: vec![7, 30],
                usual_days: 30,
                access: vec![Access::Read, Access::ReadWrite],
                needed_access: Access::ReadWrite,
            },
            refusal: Some(problem()),
        });
    }

    #[test]
    fn every_answer_of_the_backend_is_read() {
        returns(problem());
        returns(RunStarted {
            id: text("r1"),
            due: text("2026-11-22T09:00:00Z"),
        });
        returns(Schedules {
            items: vec![schedule()],
        });
        returns(ActivityPage {
            items: vec![activity()],
            next: Some(text("cursor")),
        });
    }

    #[test]
    fn every_name_is_known() {
        for state in [
            ConsentState::None,
            ConsentState::Active,
            ConsentState::Expired,
            ConsentState::Revoked,
            ConsentState::Invalidated,
        ] {
            returns(consent(state));
        }
        for result in [
            RunResult::Started,
            RunResult::Done,
            RunResult::Refused,
            RunResult::Failed,
            RunResult::Unknown,
        ] {
            returns(run(result));
        }
        for outcome in [
            Outcome::Started,
            Outcome::Done,
            Outcome::Failed,
            Outcome::Unknown,
        ] {
            returns(outcome);
        }
        for access in [Access::Read, Access::ReadWrite] {
            returns(access);
        }
        returns(Fallback::Skip);
        for state in [ScheduleState::Active, ScheduleState::Paused] {
            returns(state);
        }
    }

    #[test]
    fn what_may_be_absent_may_be_absent_or_null() {
        let none = Consent {
            state: ConsentState::None,
            access: None,
            granted_at: None,
            expires_at: None,
            ended_at: None,
            notice: text("2026-11"),
        };
        returns(none.clone());
        let null = json!({"state": "none", "access": null, "notice": "2026-11"});
        assert_eq!(Consent::from_json(&null), Some(none));
    }

    #[test]
    fn another_shape_is_refused() {
        for json in [
            json!(null),
            json!("active"),
            json!({"notice": "2026-11"}),
            json!({"state": "sleeping", "notice": "2026-11"}),
            json!({"state": "active", "access": 7, "notice": "2026-11"}),
            json!({"state": "active", "notice": 7}),
        ] {
            assert_eq!(Consent::from_json(&json), None, "{json}");
        }
    }
}
