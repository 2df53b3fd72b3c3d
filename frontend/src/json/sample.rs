//! Values of the contract's types with everything in them, for tests.

use onbehalf_contract::{
    Access, Action, Activity, ActivityPage, Consent, ConsentPage, ConsentState, Deed, EndedBecause,
    Fallback, Limits, Method, NotRun, Notice, Outcome, Person, Problem, Run, RunResult, Schedule,
    ScheduleState, Texts, When,
};

use crate::admin::sample as admin;

fn text(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn page() -> ConsentPage {
    ConsentPage {
        app: text("Onbehalf"),
        site: text("acme.atlassian.net"),
        person: Person {
            account_id: text("a1"),
            name: text("Alice Example"),
        },
        consent: consent(),
        limits: Limits {
            longest_days: 365,
            days: vec![7, 30],
            usual_days: 30,
            access: vec![Access::Read, Access::ReadWrite],
            needed_access: Access::ReadWrite,
        },
        pause: Some(admin::overview().pause.unwrap()),
        ask: Some(admin::ask()),
        admin: true,
        texts: texts(),
        schedules: vec![schedule()],
        activity: activity(),
        refusal: Some(problem()),
    }
}

pub(crate) fn texts() -> Texts {
    Texts {
        language: text("de"),
        notice: Notice {
            version: text("2026-11"),
            lead: text("lead"),
            read: text("read"),
            read_write: text("read and write"),
            never: text("never"),
            purpose: text("purpose"),
            end: text("end"),
        },
        words: [(text("ask.allow"), text("Erlauben"))].into(),
    }
}

pub(crate) fn consent() -> Consent {
    Consent {
        state: ConsentState::Revoked,
        id: Some(text("urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66")),
        access: Some(Access::ReadWrite),
        granted_at: Some(text("2026-11-22T09:00:00Z")),
        expires_at: Some(text("2026-12-22T09:00:00Z")),
        ends_soon: true,
        ended_at: Some(text("2026-12-01T09:00:00Z")),
        ended_because: Some(EndedBecause::RevokedByAdmin),
        ended_note: Some(text("Not this month.")),
        notice: text("2026-11"),
        language: Some(text("de")),
    }
}

pub(crate) fn problem() -> Problem {
    Problem {
        kind: text("/problems/account-is-app"),
        title: text("Only people can allow this"),
        status: 403,
        detail: text("Build Bot is an app."),
        remedy: text("Sign in as a person."),
    }
}

pub(crate) fn schedule() -> Schedule {
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
            space_id: None,
        },
        fallback: Fallback::App,
        state: ScheduleState::Paused,
        paused_because: Some(not_run()),
        version: 7,
        next_runs: vec![text("2026-11-23T09:00:00Z")],
        last_run: Some(run()),
    }
}

pub(crate) fn schedule_of(action: Action) -> Schedule {
    Schedule {
        action,
        ..schedule()
    }
}

/// One of each kind, with everything in it.
pub(crate) fn actions() -> [Action; 4] {
    [
        Action::CreatePage {
            title: text("Note “{date}”"),
            body: text("<p>\"Tab\"\t&amp; more</p>"),
            space_id: Some(text("99")),
        },
        Action::AppendToPage {
            page_id: text("7"),
            body: text("<p>A line</p>"),
        },
        Action::CommentOnPage {
            page_id: text("7"),
            body: text("<p>A line</p>"),
        },
        Action::Request {
            method: Method::Put,
            path: text("/wiki/api/v2/pages/7?draft=false"),
            body: Some(text("{\n  \"a\": \"\\\\\"\n}")),
        },
    ]
}

pub(crate) fn run() -> Run {
    Run {
        id: text("r1"),
        due: text("2026-11-22T09:00:00Z"),
        result: RunResult::Waiting,
        link: Some(text("https://acme.atlassian.net/wiki/x")),
        reason: Some(not_run()),
        again_at: Some(text("2026-11-22T09:05:00Z")),
        as_app: true,
        settled: true,
    }
}

fn not_run() -> NotRun {
    NotRun {
        code: text("no-consent"),
        detail: text("You have not allowed it."),
        remedy: text("Allow it."),
    }
}

pub(crate) fn activity() -> ActivityPage {
    ActivityPage {
        items: vec![Activity {
            id: text("x1"),
            schedule: text("s1"),
            what: text("Create the page “Note”"),
            did: Deed::CreatePage {
                title: text("Note"),
            },
            access: Access::ReadWrite,
            started_at: text("2026-11-22T09:00:00Z"),
            finished_at: Some(text("2026-11-22T09:00:01Z")),
            outcome: Outcome::Done,
            status: Some(200),
            link: Some(text("https://acme.atlassian.net/wiki/x")),
            as_app: true,
            settled: true,
        }],
        next: Some(text("cursor")),
    }
}
