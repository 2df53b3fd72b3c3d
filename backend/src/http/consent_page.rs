//! `GET /consent`: the page on which a person consents, with its first state inside.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use onbehalf_contract::{ConsentPage, Limits, Person};

use super::activity::page_as_json;
use super::admin::{ask_as_json, pause_as_json};
use super::api::Api;
use super::caller::PageCaller;
use super::consent::as_json;
use super::paging::USUAL_LIMIT;
use super::problem::Failure;
use super::texts::texts;
use super::{html, schedules};
use crate::domain::language::Language;
use crate::use_cases::open_consent_page::{Opened, open_consent_page};

/// The durations to offer, in days.
const DAYS: [i64; 4] = [1, 7, 30, 90];
const USUAL_DAYS: i64 = 30;

pub(super) async fn show(State(api): State<Api>, request: Parts) -> Response {
    match shown(&api, &request).await {
        Ok(response) => response,
        Err(failure) => html::problem(
            &api.page,
            &request.headers,
            &in_page(&failure),
            failure.retry_after(),
        ),
    }
}

async fn shown(api: &Api, request: &Parts) -> Result<Response, Failure> {
    let caller = PageCaller::prove(api, request).await?;
    let opened = open_consent_page(
        &api.store,
        &api.platform,
        &caller.tenant,
        &caller.of,
        USUAL_LIMIT,
        api.clock.now(),
    )
    .await?;
    let status = if opened.account.is_ok() {
        StatusCode::OK
    } else {
        StatusCode::FORBIDDEN
    };
    // The browser's language, until the page can ask Confluence for the person's.
    let language = html::language_of(&request.headers);
    let state = state(api, &caller, opened, language);
    let state = serde_json::to_string(&state).map_err(|_| Failure::Internal)?;
    let html = api.page.with_state(language, &api.app.name, &state);
    Ok(html::answer(status, &api.page.policy(&caller.tenant), html))
}

fn state(api: &Api, caller: &PageCaller, opened: Opened, language: Language) -> ConsentPage {
    let when = api.circumstances(&caller.tenant);
    let policy = &caller.tenant.policy;
    let longest_days = policy.longest_days();
    let days: Vec<_> = DAYS
        .into_iter()
        .filter(|days| *days <= longest_days)
        .collect();
    let (name, refusal) = match &opened.account {
        Ok(person) => (person.account().name.clone(), None),
        Err(unfit) => (String::new(), Some(Failure::Unfit(*unfit).problem())),
    };
    ConsentPage {
        app: api.app.name.clone(),
        site: caller.tenant.shown_host().to_owned(),
        person: Person {
            account_id: caller.of.account.to_string(),
            name,
        },
        consent: as_json(opened.consent.as_ref(), &when),
        limits: Limits {
            longest_days,
            usual_days: USUAL_DAYS.min(longest_days),
            days,
            access: policy.access().to_vec(),
            needed_access: opened.needed_access,
        },
        pause: caller
            .tenant
            .pause
            .as_ref()
            .map(|pause| pause_as_json(pause, &opened.admins)),
        ask: opened.ask.map(|ask| ask_as_json(ask, &opened.admins)),
        admin: opened.admin,
        texts: texts(api, language),
        activity: page_as_json(&opened.acts, &caller.of, when.now),
        schedules: opened
            .schedules
            .into_iter()
            .map(|(schedule, last)| schedules::as_json(schedule, last, when.now))
            .collect(),
        refusal,
    }
}

/// A page without a token was not opened by Confluence: that is the likelier cause, and the same remedy.
fn in_page(failure: &Failure) -> onbehalf_contract::Problem {
    let problem = failure.problem();
    match failure {
        Failure::NotProved => onbehalf_contract::Problem {
            title: "Open this page from Confluence".into(),
            detail:
                "This page works inside Confluence, and each link to it works for a few minutes."
                    .into(),
            remedy: "In Confluence, open your user menu and choose “Allow impersonation…”.".into(),
            ..problem
        },
        _ => problem,
    }
}
