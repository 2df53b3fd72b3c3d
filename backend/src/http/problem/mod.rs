//! Everything that a request can fail with, as `application/problem+json` (RFC 9457): what failed, for whom, and what to
//! do. The detail of a cause goes to the log, never into an answer.

mod causes;

use std::error::Error;

use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use onbehalf_contract::Problem;

use crate::domain::account::Unfit;
use crate::domain::failure::sentence;
use crate::domain::policy::PolicyError;
use crate::domain::schedule::MOST_SCHEDULES;
use crate::logs::in_one_line;

/// How long to wait before something that is down is asked again, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Why a request was not done. Nothing was changed.
#[derive(Debug)]
pub(super) enum Failure {
    NotProved,
    Replayed,
    Anonymous,
    NotAdmin,
    Unfit(Unfit),
    Malformed(String),
    NotJson,
    /// In bytes.
    TooLong(usize),
    Unacceptable(String),
    Policy(PolicyError),
    NoticeReplaced,
    NoticeUnknown,
    NotTheCurrentConsent,
    LanguageUnknown,
    Changed(String),
    NoSuchSchedule,
    ScheduleChanged,
    TooManySchedules,
    NoConsentForSchedule,
    ConsentCoversReadingOnly,
    OnlyAdmins,
    OwnSchedulesOff,
    NotAllowedByPolicy,
    NotInGroup,
    PolicyChanged,
    Paused,
    NotAsked,
    NoSpace,
    NoSuchRun,
    RunNotUnknown,
    NoSuchConsent,
    NoSuchEvent,
    NoReceipt,
    LogAltered,
    RateLimited(u64),
    Unavailable(&'static str),
    Internal,
}

impl Failure {
    /// Something that we depend on is down. The cause is logged.
    pub(super) fn unavailable(cause: &(dyn Error + 'static)) -> Self {
        tracing::warn!(
            cause = in_one_line(cause),
            "something that this request depends on is down"
        );
        Self::Unavailable("Onbehalf cannot check who you are at this moment.")
    }

    pub(super) fn problem(&self) -> Problem {
        let (status, name, title, detail, remedy) = self.words();
        Problem {
            kind: format!("/problems/{name}"),
            title: title.into(),
            status: status.as_u16(),
            detail,
            remedy: remedy.into(),
        }
    }

    /// How long to wait before asking again, in seconds, where that can help.
    pub(super) fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited(seconds) => Some(*seconds),
            Self::Unavailable(_) => Some(RETRY_AFTER_SECONDS),
            _ => None,
        }
    }

    fn words(&self) -> (StatusCode, &'static str, &'static str, String, &'static str) {
        match self {
            Self::NotProved => (
                StatusCode::UNAUTHORIZED,
                "not-proved",
                "Your session has ended",
                "The request does not prove who sent it, or its proof has expired.".into(),
                "Reload the page in Confluence.",
            ),
            Self::Replayed => (
                StatusCode::UNAUTHORIZED,
                "replayed",
                "This message was received before",
                "The message was received before, or is older than one that was. Nothing was changed.".into(),
                "Install the app again to send a new message.",
            ),
            Self::Anonymous => (
                StatusCode::FORBIDDEN,
                "anonymous",
                "You are not signed in",
                "Only somebody who is signed in to Confluence can allow impersonation.".into(),
                "Sign in to Confluence, then open this page again.",
            ),
            Self::NotAdmin => (
                StatusCode::FORBIDDEN,
                "not-admin",
                "Only for Confluence admins",
                "This page is for people who administer Confluence.".into(),
                "Ask a Confluence admin.",
            ),
            Self::Unfit(unfit) => (
                StatusCode::FORBIDDEN,
                unfit.code(),
                "This account cannot be impersonated",
                sentence(&unfit.to_string()),
                unfit.remedy(),
            ),
            Self::Malformed(why) => (
                StatusCode::BAD_REQUEST,
                "malformed",
                "The request cannot be read",
                format!("The request is malformed: {why}."),
                "Send a JSON body in UTF-8, as docs/api.md describes it.",
            ),
            Self::NotJson => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not-json",
                "The request is not JSON",
                "The request's body must be JSON.".into(),
                "Send it with `Content-Type: application/json`.",
            ),
            Self::TooLong(longest) => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-long",
                "The request is too long",
                format!("A request's body is at most {} kB here.", longest / 1024),
                "Send less.",
            ),
            Self::Unacceptable(why) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "unacceptable",
                "The request cannot be accepted",
                sentence(why),
                "Correct it and send it again.",
            ),
            Self::Policy(error) => (
                StatusCode::UNPROCESSABLE_ENTITY,
                match error {
                    PolicyError::TooShort { .. } => "too-short",
                    PolicyError::TooLong { .. } | PolicyError::TooLate { .. } => "too-long-a-time",
                    PolicyError::TooSoon => "too-soon",
                    PolicyError::AccessNotAllowed => "access-not-allowed",
                },
                "This cannot be agreed to",
                sentence(&error.to_string()),
                "Choose again.",
            ),
            Self::NoticeReplaced => (
                StatusCode::CONFLICT,
                "notice-replaced",
                "The notice has changed",
                "The notice that you read has been replaced by a newer one.".into(),
                "Reload the page and read it again.",
            ),
            Self::NoticeUnknown => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "notice-unknown",
                "The notice is not known",
                "There is no notice of this version.".into(),
                "Reload the page and read it again.",
            ),
            Self::NotTheCurrentConsent => (
                StatusCode::CONFLICT,
                "not-the-current-consent",
                "Your consent has changed",
                "The consent that was to be renewed is not the one that you have now.".into(),
                "Look at it as it is now, then decide again.",
            ),
            Self::LanguageUnknown => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "language-unknown",
                "The language is not known",
                "There are no texts in this language.".into(),
                "Use one of en, de, fr, es, pt, ja, ko and ru.",
            ),
            Self::NoSuchConsent => (
                StatusCode::NOT_FOUND,
                "no-such-consent",
                "There is no such consent",
                "This account has never consented here.".into(),
                "Check the account id.",
            ),
            Self::NoSuchEvent => (
                StatusCode::NOT_FOUND,
                "no-such-event",
                "There is nothing here",
                "This app does not listen to this event.".into(),
                "Check the app's descriptor.",
            ),
            Self::NoReceipt => (
                StatusCode::NOT_FOUND,
                "no-receipt",
                "There is no such receipt",
                "You have no consent of this id.".into(),
                "Leave the id out to get the receipt of your newest consent.",
            ),
            Self::LogAltered => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "log-altered",
                "The record of your consent is damaged",
                "What is stored about your consent is not what was written, so no receipt is given.".into(),
                "Tell a Confluence admin.",
            ),
            Self::Changed(why) => (
                StatusCode::CONFLICT,
                "changed",
                "It was changed meanwhile",
                sentence(why),
                "Look at it as it is now, then decide again.",
            ),
            Self::NoSuchSchedule => (
                StatusCode::NOT_FOUND,
                "no-such-schedule",
                "There is no such schedule",
                "You have no schedule with this id.".into(),
                "Reload the page.",
            ),
            Self::ScheduleChanged => (
                StatusCode::CONFLICT,
                "schedule-changed",
                "The schedule was changed meanwhile",
                "Somebody changed this schedule since you saw it.".into(),
                "Look at it as it is now, then decide again.",
            ),
            Self::TooManySchedules => (
                StatusCode::CONFLICT,
                "too-many-schedules",
                "You have too many schedules",
                format!("A person has at most {MOST_SCHEDULES} schedules."),
                "Delete one that you do not need any more.",
            ),
            Self::NoConsentForSchedule => (
                StatusCode::FORBIDDEN,
                "no-consent-for-schedule",
                "Onbehalf may not act as you",
                "A schedule runs as you, and you have not allowed that, or not any more.".into(),
                "Press “Allow impersonation” first.",
            ),
            Self::ConsentCoversReadingOnly => (
                StatusCode::FORBIDDEN,
                "consent-covers-reading-only",
                "Your consent covers reading only",
                "This schedule writes, and you have allowed Onbehalf to read.".into(),
                "Allow “Read and write” first.",
            ),
            Self::OnlyAdmins => (
                StatusCode::FORBIDDEN,
                "only-admins",
                "Only for Confluence admins",
                "The app can reach more than you can, so only people who administer Confluence can let it act as itself.".into(),
                "Ask a Confluence admin, or let it be skipped.",
            ),
            Self::OwnSchedulesOff => (
                StatusCode::FORBIDDEN,
                "own-schedules-off",
                "Schedules of your own are switched off",
                "The admins of this site do not let people make schedules of their own.".into(),
                "Ask a Confluence admin.",
            ),
            Self::NotAllowedByPolicy => (
                StatusCode::FORBIDDEN,
                "not-allowed-by-policy",
                "This is not allowed here",
                "The admins of this site do not allow schedules to do this.".into(),
                "Choose something else, or ask a Confluence admin.",
            ),
            Self::NotInGroup => (
                StatusCode::FORBIDDEN,
                "not-in-group",
                "You are not among those who may allow this",
                "The admins of this site have named the groups whose members may consent, and you are in none of them.".into(),
                "Ask a Confluence admin.",
            ),
            Self::PolicyChanged => (
                StatusCode::CONFLICT,
                "policy-changed",
                "The policy was changed meanwhile",
                "Another admin changed the policy since you saw it.".into(),
                "Look at it as it is now, then decide again.",
            ),
            Self::Paused => (
                StatusCode::CONFLICT,
                "paused",
                "Everything pauses",
                "An admin has paused everything that is done as anybody here.".into(),
                "Wait until an admin lets it go on.",
            ),
            Self::NotAsked => (
                StatusCode::NOT_FOUND,
                "not-asked",
                "Nobody has asked",
                "There is no open question for this consent.".into(),
                "Reload the page.",
            ),
            Self::NoSpace => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "no-space",
                "There is no space to write in",
                "You have no space of your own, and the schedule names none.".into(),
                "Create your personal space in Confluence, or name a space.",
            ),
            Self::NoSuchRun => (
                StatusCode::NOT_FOUND,
                "no-such-run",
                "There is no such run",
                "This schedule has no run with this id that came to an act.".into(),
                "Reload the page.",
            ),
            Self::RunNotUnknown => (
                StatusCode::CONFLICT,
                "run-not-unknown",
                "How this run ended is known",
                "Only a run whose outcome is unknown can be settled.".into(),
                "Look at it as it is now.",
            ),
            Self::RateLimited(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "confluence-busy",
                "Confluence asks to slow down",
                "Confluence does not answer more questions at this moment.".into(),
                "Try again in a minute.",
            ),
            Self::Unavailable(what) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Please try again",
                (*what).into(),
                "Try again in a moment. Nothing was changed.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Something went wrong",
                "Onbehalf made a mistake. It is in its log.".into(),
                "Try again. If this stays, tell a Confluence admin.",
            ),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

pub(super) fn not_found() -> Response {
    plain(
        StatusCode::NOT_FOUND,
        "no-such-route",
        "There is nothing here",
        "Check the address.",
    )
}

pub(super) fn method_not_allowed() -> Response {
    plain(
        StatusCode::METHOD_NOT_ALLOWED,
        "no-such-method",
        "This cannot be done here",
        "Check the method.",
    )
}

fn plain(status: StatusCode, name: &str, title: &str, remedy: &str) -> Response {
    let problem = Problem {
        kind: format!("/problems/{name}"),
        title: title.into(),
        status: status.as_u16(),
        detail: format!("{title}."),
        remedy: remedy.into(),
    };
    let mut response = (status, Json(problem)).into_response();
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    response
}
