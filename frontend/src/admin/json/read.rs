//! How each answer to an admin is read.

use onbehalf_contract::{
    ActivityOf, ActsOfDay, AdminActivity, AdminConsent, AdminConsentEvent, AdminConsentRow,
    AdminConsents, AdminDeed, AdminPolicy, AdminSchedules, Ask, AskOf, Asked, Asks, AuditEntry,
    AuditPage, ConsentCounts, Group, Groups, NotRevoked, Overview, People, PolicyEffects,
    RevokedMany, ScheduleOf,
};

use crate::json::{
    FromJson, Json, Reading,
    contract::{field, optional},
};

impl FromJson for u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "JavaScript's numbers are floats; these count people and acts, and out of range they saturate"
    )]
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        json.number() as Self
    }
}

/// Reads types of which every field is called as in Rust, but in camelCase; `or nothing` stands behind what
/// may be absent.
macro_rules! read {
    ($($type:ident { $($field:ident: $key:literal $(or $nothing:ident)?),+ $(,)? })+) => {
        $(impl FromJson for $type {
            fn from_json<J: Json>(json: &Reading<J>) -> Self {
                Self { $($field: read!(@ json, $key $(or $nothing)?)),+ }
            }
        })+
    };
    (@ $json:ident, $key:literal) => { field($json, $key) };
    (@ $json:ident, $key:literal or nothing) => { optional($json, $key) };
}

read! {
    AdminConsents { items: "items", total: "total", next: "next" or nothing }
    AdminConsentRow {
        person: "person",
        state: "state",
        ended_because: "endedBecause" or nothing,
        ends_soon: "endsSoon",
        access: "access",
        granted_at: "grantedAt",
        expires_at: "expiresAt",
        last_used_at: "lastUsedAt" or nothing,
        acts: "acts",
    }
    AdminConsent {
        person: "person",
        consent: "consent",
        events: "events",
        schedules: "schedules",
        activity: "activity",
        ask: "ask" or nothing,
    }
    AdminConsentEvent {
        at: "at",
        what: "what",
        by: "by",
        admin: "admin" or nothing,
        access: "access" or nothing,
        expires_at: "expiresAt" or nothing,
        reason: "reason" or nothing,
    }
    RevokedMany { revoked: "revoked", not: "not", left: "left", next: "next" or nothing }
    NotRevoked { account_id: "accountId", code: "code" }
    Asked { asked: "asked", not: "not" }
    Asks { items: "items" }
    People { items: "items" }
    Groups { items: "items" }
    Group { id: "id", name: "name" }
    AdminPolicy {
        version: "version",
        longest_days: "longestDays",
        access: "access",
        groups: "groups",
        own_schedules: "ownSchedules",
        rest_requests: "restRequests",
        activity_days: "activityDays",
    }
    PolicyEffects {
        end_now: "endNow",
        end_earlier: "endEarlier",
        lose_writing: "loseWriting",
        schedules_refused: "schedulesRefused",
    }
    Overview {
        pause: "pause" or nothing,
        consents: "consents",
        days: "days",
        more_acts: "moreActs",
        failing: "failing",
        ending_soon: "endingSoon",
        accounts_gone: "accountsGone",
    }
    ConsentCounts {
        active: "active",
        expired: "expired",
        revoked: "revoked",
        invalidated: "invalidated",
    }
    ActsOfDay { day: "day", done: "done", failed: "failed", unknown: "unknown" }
    AdminSchedules { items: "items", next: "next" or nothing }
    ScheduleOf { person: "person", schedule: "schedule" }
    AdminActivity { items: "items", next: "next" or nothing }
    ActivityOf { person: "person", act: "act" }
    AuditPage { items: "items", next: "next" or nothing }
    AuditEntry { at: "at", by: "by", did: "did", person: "person" or nothing }
}

impl FromJson for AskOf {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        Self {
            person: field(json, "person"),
            // Its fields stand beside the person.
            ask: Ask::from_json(json),
        }
    }
}

impl FromJson for AdminDeed {
    fn from_json<J: Json>(json: &Reading<J>) -> Self {
        match json.get("kind").text().as_str() {
            "revokedConsent" => Self::RevokedConsent {
                reason: field(json, "reason"),
            },
            "askedForConsent" => Self::AskedForConsent,
            "tookBackAsk" => Self::TookBackAsk,
            "changedPolicy" => Self::ChangedPolicy {
                from: Box::new(field(json, "from")),
                to: Box::new(field(json, "to")),
            },
            "paused" => Self::Paused {
                reason: field(json, "reason"),
            },
            "liftedPause" => Self::LiftedPause,
            "exported" => Self::Exported {
                what: field(json, "what"),
            },
            _ => {
                json.fail();
                Self::LiftedPause
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::Serialize;

    use super::*;
    use crate::{admin::json::sample, json::from_value};

    /// What serde writes is read back as it was.
    fn returns<T: FromJson + Serialize + PartialEq + Debug>(value: T) {
        let written = serde_json::to_value(&value).unwrap();
        assert_eq!(from_value::<T>(written.clone()), Some(value), "{written}");
    }

    #[test]
    fn every_answer_to_an_admin_is_read() {
        returns(sample::overview());
        returns(AdminConsents {
            items: vec![sample::row("a1")],
            total: 7,
            next: Some("cursor".to_owned()),
        });
        returns(sample::consent());
        returns(RevokedMany {
            revoked: 25,
            not: vec![NotRevoked {
                account_id: "a1".to_owned(),
                code: "changed".to_owned(),
            }],
            left: 3,
            next: Some("cursor".to_owned()),
        });
        returns(Asked {
            asked: 1,
            not: vec![],
        });
        returns(Asks {
            items: vec![AskOf {
                person: sample::somebody("a1"),
                ask: sample::ask(),
            }],
        });
        returns(People {
            items: vec![sample::somebody("a1")],
        });
        returns(Groups {
            items: sample::policy().groups,
        });
        returns(sample::policy());
        returns(PolicyEffects {
            end_now: 1,
            end_earlier: 2,
            lose_writing: 3,
            schedules_refused: 4,
        });
        returns(AdminSchedules {
            items: sample::overview().failing,
            next: None,
        });
        returns(AdminActivity {
            items: vec![ActivityOf {
                person: sample::somebody("a1"),
                act: sample::act(),
            }],
            next: Some("cursor".to_owned()),
        });
    }

    #[test]
    fn everything_that_an_admin_can_do_is_read() {
        for did in sample::deeds() {
            returns(AuditPage {
                items: vec![AuditEntry {
                    at: "2026-11-22T09:00:00Z".to_owned(),
                    by: sample::somebody("ada"),
                    did,
                    person: Some(sample::somebody("a1")),
                }],
                next: None,
            });
        }
    }

    #[test]
    fn what_lacks_something_is_refused() {
        let written = serde_json::to_value(sample::overview()).unwrap();
        for part in written.as_object().unwrap().keys() {
            let mut rest = written.clone();
            rest.as_object_mut().unwrap().remove(part);
            let read = from_value::<Overview>(rest).is_some();
            assert_eq!(read, part == "pause", "without {part}");
        }
    }
}
