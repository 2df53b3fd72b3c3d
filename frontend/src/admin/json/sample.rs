//! What admins see, with everything in it, for tests.

use onbehalf_contract::{
    Access, Activity, ActsOfDay, AdminConsent, AdminConsentEvent, AdminConsentRow, AdminDeed,
    AdminPolicy, Ask, ConsentCounts, ConsentState, EndedBecause, Group, Overview, Pause,
    ScheduleOf, Somebody,
};

use crate::json::sample;

fn text(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn somebody(account: &str) -> Somebody {
    Somebody {
        account_id: text(account),
        name: Some(text("Alice Example")),
        avatar: Some(text("https://acme.atlassian.net/a.png")),
    }
}

pub(crate) fn row(account: &str) -> AdminConsentRow {
    AdminConsentRow {
        person: somebody(account),
        state: ConsentState::Revoked,
        ended_because: Some(EndedBecause::RevokedByAdmin),
        ends_soon: true,
        access: Access::ReadWrite,
        granted_at: text("2026-11-22T09:00:00Z"),
        expires_at: text("2026-12-22T09:00:00Z"),
        last_used_at: Some(text("2026-11-23T09:00:00Z")),
        acts: 12,
    }
}

pub(crate) fn consent() -> AdminConsent {
    AdminConsent {
        person: somebody("a1"),
        consent: sample::consent(),
        events: vec![AdminConsentEvent {
            at: text("2026-12-01T09:00:00Z"),
            what: text("revoked"),
            by: text("admin"),
            admin: Some(somebody("ada")),
            access: Some(Access::Read),
            expires_at: Some(text("2026-12-22T09:00:00Z")),
            reason: Some(text("Not this month.")),
        }],
        schedules: vec![sample::schedule()],
        activity: sample::activity(),
        ask: Some(ask()),
    }
}

pub(crate) fn act() -> Activity {
    let [act] = sample::activity().items.try_into().unwrap();
    act
}

pub(crate) fn ask() -> Ask {
    Ask {
        by: somebody("ada"),
        at: text("2026-11-22T09:00:00Z"),
        note: Some(text("For the weekly report.")),
        declined_at: Some(text("2026-11-23T09:00:00Z")),
    }
}

pub(crate) fn policy() -> AdminPolicy {
    AdminPolicy {
        version: 7,
        longest_days: 30,
        access: vec![Access::Read, Access::ReadWrite],
        groups: vec![Group {
            id: text("g1"),
            name: text("Writers & \"readers\""),
        }],
        own_schedules: true,
        rest_requests: false,
        activity_days: 90,
    }
}

pub(crate) fn overview() -> Overview {
    Overview {
        pause: Some(Pause {
            by: somebody("ada"),
            at: text("2026-11-22T09:00:00Z"),
            reason: text("Something is odd."),
        }),
        consents: ConsentCounts {
            active: 1,
            expired: 2,
            revoked: 3,
            invalidated: 4,
        },
        days: vec![ActsOfDay {
            day: text("2026-11-22"),
            done: 5,
            failed: 1,
            unknown: 2,
        }],
        more_acts: true,
        failing: vec![ScheduleOf {
            person: somebody("a1"),
            schedule: sample::schedule(),
        }],
        ending_soon: 3,
        accounts_gone: 1,
    }
}

/// One of each.
pub(crate) fn deeds() -> [AdminDeed; 7] {
    [
        AdminDeed::RevokedConsent {
            reason: text("Over"),
        },
        AdminDeed::AskedForConsent,
        AdminDeed::TookBackAsk,
        AdminDeed::ChangedPolicy {
            from: Box::new(policy()),
            to: Box::new(AdminPolicy {
                longest_days: 7,
                ..policy()
            }),
        },
        AdminDeed::Paused {
            reason: text("Odd"),
        },
        AdminDeed::LiftedPause,
        AdminDeed::Exported {
            what: text("consents"),
        },
    ]
}
