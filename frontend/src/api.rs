//! The calls to the backend, as the person who is looking at the page.

use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

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

/// What a call will have brought: text of JSON, boxed, so that whoever waits for it does so with little code.
type Text = Pin<Box<dyn Future<Output = Result<String, Trouble>>>>;

/// The same, as what it says. Not an `async` function, which is a machine of states for every type.
pub(crate) struct Answer<T> {
    text: Text,
    of: PhantomData<fn() -> T>,
}

impl<T: FromJson> Future for Answer<T> {
    type Output = Result<T, Trouble>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let text = self.text.as_mut().poll(context);
        text.map(|text| json::read(&text?).ok_or(Trouble::Garbled))
    }
}

/// How long an answer may take. The backend answers in well under a second; a cold start adds a few.
const TIMEOUT_MS: u32 = 20_000;

/// How long the words of another language may take, since nothing is shown before.
const TEXTS_TIMEOUT_MS: u32 = 4_000;

pub(crate) fn consent() -> Answer<Consent> {
    call("GET", "/api/consent".to_owned(), None)
}

pub(crate) fn grant(wish: &ConsentWish) -> Answer<Consent> {
    call("PUT", "/api/consent".to_owned(), Some(wish.to_json()))
}

pub(crate) fn revoke() -> Answer<Consent> {
    call("DELETE", "/api/consent".to_owned(), None)
}

/// Says no to an admin who asks.
pub(crate) fn decline() -> Text {
    exchange("POST", "/api/consent/decline".to_owned(), None)
}

/// What was done as the person, newest first; `cursor` is the `next` of the page before.
pub(crate) fn activity(cursor: Option<&str>) -> Answer<ActivityPage> {
    let path = match cursor {
        Some(cursor) => ["/api/consent/activity?cursor=", &encoded(cursor)].concat(),
        None => "/api/consent/activity".to_owned(),
    };
    call("GET", path, None)
}

pub(crate) fn schedules() -> Answer<Schedules> {
    call("GET", "/api/schedules".to_owned(), None)
}

pub(crate) fn create_schedule(wish: &ScheduleWish) -> Answer<Schedule> {
    call("POST", "/api/schedules".to_owned(), Some(wish.to_json()))
}

/// What a schedule would do. Nothing is kept.
pub(crate) fn preview_schedule(wish: &ScheduleWish) -> Answer<SchedulePreview> {
    call(
        "POST",
        "/api/schedules/preview".to_owned(),
        Some(wish.to_json()),
    )
}

pub(crate) fn change_schedule(id: &str, to: &ScheduleChange) -> Answer<Schedule> {
    call("PATCH", schedule(id, ""), Some(to.to_json()))
}

/// Only if it is still of this version. The answer is empty.
pub(crate) fn delete_schedule(id: &str, version: u64) -> Text {
    let path = schedule(id, &["?version=", &version.to_string()].concat());
    exchange("DELETE", path, None)
}

pub(crate) fn run(id: &str) -> Answer<RunStarted> {
    call("POST", schedule(id, "/run"), None)
}

/// What a schedule has done, newest first; `cursor` is the `next` of the page before.
pub(crate) fn runs(id: &str, cursor: Option<&str>) -> Answer<RunsPage> {
    let path = match cursor {
        Some(cursor) => schedule(id, &["/runs?cursor=", &encoded(cursor)].concat()),
        None => schedule(id, "/runs"),
    };
    call("GET", path, None)
}

/// How a run of unknown outcome ended, as the person has seen.
pub(crate) fn settle(id: &str, run: &str, done: bool) -> Answer<Run> {
    let path = schedule(id, &["/runs/", &encoded(run), "/settle"].concat());
    call("POST", path, Some(Settlement { done }.to_json()))
}

/// The path of a schedule, and what is below it.
fn schedule(id: &str, below: &str) -> String {
    ["/api/schedules/", &encoded(id), below].concat()
}

/// The receipt for the newest consent, as it stands: JSON for the person to keep.
pub(crate) fn receipt() -> Text {
    exchange("GET", "/api/consent/receipt".to_owned(), None)
}

/// What the page says in another language, and its words, if they can be had soon. Nobody has to say who they are for
/// that.
pub(crate) async fn texts(language: &str) -> Option<(Texts, JsValue)> {
    let answer = public(&format!("/api/texts/{language}")).await?;
    let json = json::parse(&answer)?;
    let words = json.get("words")?;
    Some((json::from_value(json)?, words))
}

/// What anybody may have, if it can be had soon.
pub(crate) async fn public(path: &str) -> Option<String> {
    let init = RequestInit::new();
    init.set_signal(Some(&AbortSignal::timeout_with_u32(TEXTS_TIMEOUT_MS)));
    let request = Request::new_with_str_and_init(path, &init).ok()?;
    let (status, body) = fetch(&request).await.ok()?;
    (status == 200).then_some(body)
}

pub(crate) fn encoded(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

pub(crate) fn call<T: FromJson>(
    method: &'static str,
    path: String,
    body: Option<String>,
) -> Answer<T> {
    Answer {
        text: exchange(method, path, body),
        of: PhantomData,
    }
}

/// One request with a fresh token, and what was answered to it. Apart from [`call`], so that it is compiled once and not
/// for each type of answer.
pub(crate) fn exchange(method: &'static str, path: String, body: Option<String>) -> Text {
    Box::pin(async move {
        let token = bridge::token().await?;
        let request = request(method, &path, &token, body).map_err(|_| Trouble::Garbled)?;
        // Whatever the reason (no network, a timeout, a connection that broke), no whole answer came.
        let (status, body) = fetch(&request).await.map_err(|_| Trouble::Offline)?;
        if (200..300).contains(&status) {
            Ok(body)
        } else {
            Err(Trouble::of_answer(status, json::read(&body)))
        }
    })
}

/// The answer's status and body.
async fn fetch(request: &Request) -> Result<(u16, String), JsValue> {
    let response: Response = JsFuture::from(browser::window().fetch_with_request(request))
        .await?
        .dyn_into()?;
    let body = JsFuture::from(response.text()?).await?;
    Ok((response.status(), body.as_string().unwrap_or_default()))
}

pub(crate) fn request(
    method: &str,
    path: &str,
    token: &str,
    body: Option<String>,
) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Authorization", &["JWT ", token].concat())?;
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
