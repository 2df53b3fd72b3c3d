//! The calls to the backend, as the person who is looking at the page.

use onbehalf_contract::{
    ActivityPage, Consent, ConsentWish, Run, RunStarted, RunsPage, Schedule, ScheduleChange,
    SchedulePreview, ScheduleWish, Schedules, Settlement,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestInit, Response};

use crate::{
    bridge, browser,
    json::{self, FromJson, Json, ToJson},
    state::Texts,
    trouble::Trouble,
};

/// How long an answer may take. The backend answers in well under a second; a cold start adds a few.
const TIMEOUT_MS: u32 = 20_000;

/// How long the words of another language may take, since nothing is shown before.
const TEXTS_TIMEOUT_MS: u32 = 4_000;

pub(crate) async fn consent() -> Result<Consent, Trouble> {
    call("GET", "/api/consent", None).await
}

pub(crate) async fn grant(wish: &ConsentWish) -> Result<Consent, Trouble> {
    call("PUT", "/api/consent", Some(wish.to_json())).await
}

pub(crate) async fn revoke() -> Result<Consent, Trouble> {
    call("DELETE", "/api/consent", None).await
}

/// What was done as the person, newest first; `cursor` is the `next` of the page before.
pub(crate) async fn activity(cursor: Option<&str>) -> Result<ActivityPage, Trouble> {
    let path = match cursor {
        Some(cursor) => format!("/api/consent/activity?cursor={}", encoded(cursor)),
        None => "/api/consent/activity".to_owned(),
    };
    call("GET", &path, None).await
}

pub(crate) async fn schedules() -> Result<Schedules, Trouble> {
    call("GET", "/api/schedules", None).await
}

pub(crate) async fn create_schedule(wish: &ScheduleWish) -> Result<Schedule, Trouble> {
    call("POST", "/api/schedules", Some(wish.to_json())).await
}

/// What a schedule would do. Nothing is kept.
pub(crate) async fn preview_schedule(wish: &ScheduleWish) -> Result<SchedulePreview, Trouble> {
    call("POST", "/api/schedules/preview", Some(wish.to_json())).await
}

pub(crate) async fn change_schedule(id: &str, to: &ScheduleChange) -> Result<Schedule, Trouble> {
    call("PATCH", &schedule(id, ""), Some(to.to_json())).await
}

/// Only if it is still of this version.
pub(crate) async fn delete_schedule(id: &str, version: u64) -> Result<(), Trouble> {
    let path = schedule(id, &format!("?version={version}"));
    exchange("DELETE", &path, None).await.map(drop)
}

pub(crate) async fn run(id: &str) -> Result<RunStarted, Trouble> {
    call("POST", &schedule(id, "/run"), None).await
}

/// What a schedule has done, newest first; `cursor` is the `next` of the page before.
pub(crate) async fn runs(id: &str, cursor: Option<&str>) -> Result<RunsPage, Trouble> {
    let path = match cursor {
        Some(cursor) => schedule(id, &format!("/runs?cursor={}", encoded(cursor))),
        None => schedule(id, "/runs"),
    };
    call("GET", &path, None).await
}

/// How a run of unknown outcome ended, as the person has seen.
pub(crate) async fn settle(id: &str, run: &str, done: bool) -> Result<Run, Trouble> {
    let path = schedule(id, &format!("/runs/{}/settle", encoded(run)));
    call("POST", &path, Some(Settlement { done }.to_json())).await
}

/// The path of a schedule, and what is below it.
fn schedule(id: &str, below: &str) -> String {
    ["/api/schedules/", &encoded(id), below].concat()
}

/// The receipt for the newest consent, as it stands: JSON for the person to keep.
pub(crate) async fn receipt() -> Result<String, Trouble> {
    exchange("GET", "/api/consent/receipt", None).await
}

/// What the page says in another language, and its words, if they can be had soon. Nobody has to say who they are for
/// that.
pub(crate) async fn texts(language: &str) -> Option<(Texts, JsValue)> {
    let init = RequestInit::new();
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TEXTS_TIMEOUT_MS)));
    let path = format!("/api/texts/{language}");
    let request = Request::new_with_str_and_init(&path, &init).ok()?;
    let (status, body) = fetch(&request).await.ok()?;
    let json = json::parse(&body).filter(|_| status == 200)?;
    Some((Texts::from_json(&json)?, json.get("words")?))
}

fn encoded(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

async fn call<T: FromJson>(method: &str, path: &str, body: Option<String>) -> Result<T, Trouble> {
    let answer = exchange(method, path, body).await?;
    json::read(&answer).ok_or(Trouble::Garbled)
}

/// One request with a fresh token, and what was answered to it. Apart from [`call`], so that it is compiled once and not
/// for each type of answer.
async fn exchange(method: &str, path: &str, body: Option<String>) -> Result<String, Trouble> {
    let token = bridge::token().await?;
    let request = request(method, path, &token, body).map_err(|_| Trouble::Garbled)?;
    // Whatever the reason (no network, a timeout, a connection that broke), no whole answer came.
    let (status, body) = fetch(&request).await.map_err(|_| Trouble::Offline)?;
    if (200..300).contains(&status) {
        Ok(body)
    } else {
        Err(Trouble::of_answer(status, json::read(&body)))
    }
}

/// The answer's status and body.
async fn fetch(request: &Request) -> Result<(u16, String), JsValue> {
    let response: Response = JsFuture::from(browser::window().fetch_with_request(request))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.text()?).await?;
    Ok((response.status(), body.as_string().unwrap_or_default()))
}

fn request(
    method: &str,
    path: &str,
    token: &str,
    body: Option<String>,
) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Authorization", &format!("JWT {token}"))?;
    headers.set("Accept", "application/json, application/problem+json")?;
    let init = RequestInit::new();
    init.set_method(method);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TIMEOUT_MS)));
    if let Some(body) = body {
        headers.set("Content-Type", "application/json")?;
        init.set_body(&body.into());
    }
    init.set_headers(&headers);
    Request::new_with_str_and_init(path, &init)
}
