//! How each type of the contract is read.

use onbehalf_contract::{
    Access, Action, Activity, ActivityPage, Ask, Consent, ConsentState, Deed, EndedBecause,
    Fallback, Limits, Method, NotRun, Notice, Outcome, Pause, Person, PreviewRequest, Problem, Run,
    RunResult, RunStarted, RunsPage, Schedule, SchedulePreview, ScheduleState, Schedules, Somebody,
    When,
};

use super::{
    FromJson, Json, Reading,
    names::{self, ACCESSES, FALLBACKS, METHODS, SCHEDULE_STATES},
};
use crate::state::{State, Texts};

/// A field of any readable type.
pub(crate) fn field<T: FromJson, J: Json>(json: &Reading<J>, key: &str) -> T {
    T::from_json(&json.get(key))
}

/// A field that may be absent, but not malformed.
pub(crate) fn optional<T: FromJson, J: Json>(json: &Reading<J>, key: &str) -> Option<T> {
    let field = json.get(key);
    field.is_there().then(|| T::from_json(&field))
}

/// A mark that is absent where it would be `false`.
pub(crate) fn marked<J: Json>(json: &Reading<J>, key: &str) -> bool {
    optional(json, key).unwrap_or_default()
}

/// The value that goes by this name; the first one if there is none.
pub(crate) fn named<T: Copy, J: Json, const N: usize>(
    json: &Reading<J>,
    names: &[(&str, T); N],
) -> T {
    let name = json.text();
    names::named(&name, names).unwrap_or_else(|| {
        json.fail();
        names[0].1
    })
}

impl FromJson for String {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.text()
    }
}

impl FromJson for bool {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.truth()
    }
}

impl FromJson for i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "JavaScript's numbers are floats; these count days, and out of range they saturate"
    )]
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.number() as Self
    }
}

impl FromJson for u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript's numbers are floats; these count changes, and out of range they saturate"
    )]
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.number() as Self
    }
}

impl FromJson for u16 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript's numbers are floats; these are HTTP statuses, and out of range they saturate"
    )]
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.number() as Self
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.items().iter().map(T::from_json).collect()
    }
}

impl FromJson for Access {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(json, &ACCESSES)
    }
}

impl FromJson for ConsentState {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
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

impl FromJson for EndedBecause {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(
            json,
            &[
                ("expired", Self::Expired),
                ("revokedByPerson", Self::RevokedByPerson),
                ("revokedByAdmin", Self::RevokedByAdmin),
                ("accountDeactivated", Self::AccountDeactivated),
                ("accountClosed", Self::AccountClosed),
                ("accountUnfit", Self::AccountUnfit),
                ("accessLost", Self::AccessLost),
                ("appRemoved", Self::AppRemoved),
                ("noticeChanged", Self::NoticeChanged),
                ("policyChanged", Self::PolicyChanged),
            ],
        )
    }
}

impl FromJson for Consent {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            state: field(json, "state"),
            id: optional(json, "id"),
            access: optional(json, "access"),
            granted_at: optional(json, "grantedAt"),
            expires_at: optional(json, "expiresAt"),
            ends_soon: marked(json, "endsSoon"),
            ended_at: optional(json, "endedAt"),
            ended_because: optional(json, "endedBecause"),
            ended_note: optional(json, "endedNote"),
            notice: field(json, "notice"),
            language: optional(json, "language"),
        }
    }
}

impl FromJson for State {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            app: field(json, "app"),
            site: field(json, "site"),
            person: field(json, "person"),
            consent: field(json, "consent"),
            limits: field(json, "limits"),
            pause: optional(json, "pause"),
            ask: optional(json, "ask"),
            admin: field(json, "admin"),
            texts: field(json, "texts"),
            schedules: field(json, "schedules"),
            activity: field(json, "activity"),
            refusal: optional(json, "refusal"),
        }
    }
}

impl FromJson for Pause {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            by: field(json, "by"),
            at: field(json, "at"),
            reason: field(json, "reason"),
        }
    }
}

impl FromJson for Ask {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            by: field(json, "by"),
            at: field(json, "at"),
            note: optional(json, "note"),
            declined_at: optional(json, "declinedAt"),
        }
    }
}

impl FromJson for Somebody {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            account_id: field(json, "accountId"),
            name: optional(json, "name"),
            avatar: optional(json, "avatar"),
        }
    }
}

impl FromJson for Texts {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            language: field(json, "language"),
            notice: field(json, "notice"),
        }
    }
}

impl FromJson for Person {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            account_id: field(json, "accountId"),
            name: field(json, "name"),
        }
    }
}

impl FromJson for Notice {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            version: field(json, "version"),
            lead: field(json, "lead"),
            read: field(json, "read"),
            read_write: field(json, "readWrite"),
            never: field(json, "never"),
            purpose: field(json, "purpose"),
            end: field(json, "end"),
        }
    }
}

impl FromJson for Limits {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            longest_days: field(json, "longestDays"),
            days: field(json, "days"),
            usual_days: field(json, "usualDays"),
            access: field(json, "access"),
            needed_access: field(json, "neededAccess"),
        }
    }
}

impl FromJson for Problem {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            kind: field(json, "type"),
            title: field(json, "title"),
            status: field(json, "status"),
            detail: field(json, "detail"),
            remedy: field(json, "remedy"),
        }
    }
}

impl FromJson for ActivityPage {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            items: field(json, "items"),
            next: optional(json, "next"),
        }
    }
}

impl FromJson for Activity {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            id: field(json, "id"),
            schedule: field(json, "schedule"),
            what: field(json, "what"),
            did: field(json, "did"),
            access: field(json, "access"),
            started_at: field(json, "startedAt"),
            finished_at: optional(json, "finishedAt"),
            outcome: field(json, "outcome"),
            status: optional(json, "status"),
            link: optional(json, "link"),
            as_app: marked(json, "asApp"),
            settled: marked(json, "settled"),
        }
    }
}

impl FromJson for Deed {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        match json.get("kind").text().as_str() {
            "createPage" => Self::CreatePage {
                title: field(json, "title"),
            },
            "appendToPage" => Self::AppendToPage {
                page_id: field(json, "pageId"),
            },
            "commentOnPage" => Self::CommentOnPage {
                page_id: field(json, "pageId"),
            },
            "request" => Self::Request {
                method: field(json, "method"),
                path: field(json, "path"),
            },
            _ => {
                json.fail();
                Self::CommentOnPage {
                    page_id: String::new(),
                }
            }
        }
    }
}

impl FromJson for Outcome {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
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
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            items: field(json, "items"),
        }
    }
}

impl FromJson for Schedule {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            id: field(json, "id"),
            account_id: field(json, "accountId"),
            title: field(json, "title"),
            when: field(json, "when"),
            action: field(json, "action"),
            fallback: field(json, "fallback"),
            state: field(json, "state"),
            paused_because: optional(json, "pausedBecause"),
            version: field(json, "version"),
            next_runs: field(json, "nextRuns"),
            last_run: optional(json, "lastRun"),
        }
    }
}

impl FromJson for SchedulePreview {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            next_runs: field(json, "nextRuns"),
            requests: field(json, "requests"),
            access: field(json, "access"),
        }
    }
}

impl FromJson for PreviewRequest {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            method: field(json, "method"),
            path: field(json, "path"),
            body: optional(json, "body"),
        }
    }
}

impl FromJson for When {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            expression: field(json, "expression"),
            time_zone: field(json, "timeZone"),
        }
    }
}

impl FromJson for Action {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        match json.get("kind").text().as_str() {
            "createPage" => Self::CreatePage {
                title: field(json, "title"),
                body: field(json, "body"),
                space_id: optional(json, "spaceId"),
            },
            "appendToPage" => Self::AppendToPage {
                page_id: field(json, "pageId"),
                body: field(json, "body"),
            },
            "commentOnPage" => Self::CommentOnPage {
                page_id: field(json, "pageId"),
                body: field(json, "body"),
            },
            "request" => Self::Request {
                method: field(json, "method"),
                path: field(json, "path"),
                body: optional(json, "body"),
            },
            _ => {
                json.fail();
                Self::CommentOnPage {
                    page_id: String::new(),
                    body: String::new(),
                }
            }
        }
    }
}

impl FromJson for Method {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(json, &METHODS)
    }
}

impl FromJson for Fallback {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(json, &FALLBACKS)
    }
}

impl FromJson for ScheduleState {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(json, &SCHEDULE_STATES)
    }
}

impl FromJson for RunsPage {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            items: field(json, "items"),
            next: optional(json, "next"),
        }
    }
}

impl FromJson for Run {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            id: field(json, "id"),
            due: field(json, "due"),
            result: field(json, "result"),
            link: optional(json, "link"),
            reason: optional(json, "reason"),
            again_at: optional(json, "againAt"),
            as_app: marked(json, "asApp"),
            settled: marked(json, "settled"),
        }
    }
}

impl FromJson for RunResult {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        named(
            json,
            &[
                ("started", Self::Started),
                ("waiting", Self::Waiting),
                ("done", Self::Done),
                ("refused", Self::Refused),
                ("failed", Self::Failed),
                ("unknown", Self::Unknown),
            ],
        )
    }
}

impl FromJson for NotRun {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            code: field(json, "code"),
            detail: field(json, "detail"),
            remedy: field(json, "remedy"),
        }
    }
}

impl FromJson for RunStarted {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            id: field(json, "id"),
            due: field(json, "due"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use onbehalf_contract::ConsentPage;
    use serde::Serialize;
    use serde_json::json;

    use super::*;
    use crate::json::{from_value, sample};

    /// What serde writes is read back as it was.
    fn returns<T: FromJson + Serialize + PartialEq + Debug>(value: T) {
        let written = serde_json::to_value(&value).unwrap();
        assert_eq!(from_value::<T>(written.clone()), Some(value), "{written}");
    }

    #[test]
    fn a_page_with_everything_is_read() {
        let page = sample::page();
        let written = serde_json::to_value(&page).unwrap();
        let ConsentPage {
            app,
            site,
            person,
            consent,
            limits,
            pause,
            ask,
            admin,
            texts,
            schedules,
            activity,
            refusal,
        } = page;
        let expected = State {
            app,
            site,
            person,
            consent,
            limits,
            pause,
            ask,
            admin,
            texts: Texts {
                language: texts.language,
                notice: texts.notice,
            },
            schedules,
            activity,
            refusal,
        };
        assert_eq!(from_value(written), Some(expected));
    }

    #[test]
    fn a_page_without_any_of_its_parts_is_refused() {
        let written = serde_json::to_value(sample::page()).unwrap();
        for part in written.as_object().unwrap().keys() {
            let mut rest = written.clone();
            rest.as_object_mut().unwrap().remove(part);
            let read = from_value::<State>(rest).is_some();
            let may_lack = ["pause", "ask", "refusal"].contains(&part.as_str());
            assert_eq!(read, may_lack, "without {part}");
        }
    }

    #[test]
    fn every_answer_of_the_backend_is_read() {
        returns(sample::problem());
        returns(RunStarted {
            id: "r1".to_owned(),
            due: "2026-11-22T09:00:00Z".to_owned(),
        });
        returns(Schedules {
            items: sample::actions().map(sample::schedule_of).into(),
        });
        returns(sample::schedule());
        returns(RunsPage {
            items: vec![sample::run()],
            next: Some("cursor".to_owned()),
        });
        returns(SchedulePreview {
            next_runs: vec!["2026-11-22T09:00:00Z".to_owned()],
            requests: vec![PreviewRequest {
                method: "POST".to_owned(),
                path: "/wiki/api/v2/pages".to_owned(),
                body: Some("{}".to_owned()),
            }],
            access: Access::ReadWrite,
        });
        returns(sample::activity());
        returns(sample::consent());
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
            returns(state);
        }
        for because in [
            EndedBecause::Expired,
            EndedBecause::RevokedByPerson,
            EndedBecause::RevokedByAdmin,
            EndedBecause::AccountDeactivated,
            EndedBecause::AccountClosed,
            EndedBecause::AccountUnfit,
            EndedBecause::AccessLost,
            EndedBecause::AppRemoved,
            EndedBecause::NoticeChanged,
            EndedBecause::PolicyChanged,
        ] {
            returns(because);
        }
        for result in [
            RunResult::Started,
            RunResult::Waiting,
            RunResult::Done,
            RunResult::Refused,
            RunResult::Failed,
            RunResult::Unknown,
        ] {
            returns(result);
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
        for fallback in [Fallback::Skip, Fallback::App] {
            returns(fallback);
        }
        for method in [Method::Get, Method::Post, Method::Put, Method::Patch] {
            returns(method);
        }
        for deed in [
            Deed::AppendToPage {
                page_id: "7".to_owned(),
            },
            Deed::CommentOnPage {
                page_id: "7".to_owned(),
            },
            Deed::Request {
                method: Method::Put,
                path: "/wiki/api/v2/pages/7".to_owned(),
            },
        ] {
            returns(deed);
        }
        for state in [ScheduleState::Active, ScheduleState::Paused] {
            returns(state);
        }
    }

    #[test]
    fn what_may_be_absent_may_be_absent_or_null() {
        let none = Consent {
            state: ConsentState::None,
            id: None,
            access: None,
            granted_at: None,
            expires_at: None,
            ends_soon: false,
            ended_at: None,
            ended_because: None,
            ended_note: None,
            notice: "2026-11".to_owned(),
            language: None,
        };
        returns(none.clone());
        let null = json!({"state": "none", "access": null, "endsSoon": null, "notice": "2026-11"});
        assert_eq!(from_value(null), Some(none));
    }

    #[test]
    fn another_shape_is_refused() {
        for json in [
            json!(null),
            json!("active"),
            json!({"notice": "2026-11"}),
            json!({"state": "sleeping", "notice": "2026-11"}),
            json!({"state": "active", "access": 7, "notice": "2026-11"}),
            json!({"state": "active", "endsSoon": "soon", "notice": "2026-11"}),
            json!({"state": "revoked", "endedBecause": "boredom", "notice": "2026-11"}),
            json!({"state": "active", "notice": 7}),
        ] {
            assert_eq!(from_value::<Consent>(json.clone()), None, "{json}");
        }
        for json in [json!({"kind": "deletePage", "title": "Note"}), json!({})] {
            assert_eq!(from_value::<Deed>(json.clone()), None, "{json}");
        }
    }
}
