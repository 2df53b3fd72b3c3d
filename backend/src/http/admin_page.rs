//! `GET /admin`: for those who administer Confluence, and that is asked of Confluence each time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;

use super::api::Api;
use super::caller::PageCaller;
use super::html::{self, escaped};
use super::problem::Failure;
use crate::capabilities::platform::Accounts;
use crate::domain::language::Language;

pub(super) async fn show(State(api): State<Api>, request: Parts) -> Response {
    match shown(&api, &request).await {
        Ok(response) => response,
        Err(failure) => html::problem(
            &api.page,
            &request.headers,
            &failure.problem(),
            failure.retry_after(),
        ),
    }
}

async fn shown(api: &Api, request: &Parts) -> Result<Response, Failure> {
    let caller = PageCaller::prove(api, request).await?;
    if !api
        .platform
        .is_admin(&caller.tenant, &caller.of.account)
        .await?
    {
        return Err(Failure::NotAdmin);
    }
    let app = escaped(&api.app.name);
    let body = format!(
        "<h1>{app} on {site}</h1>\n\
         <p>{app} acts as a person only while that person allows it. Each person decides for themselves, in their own \
         user menu, under “Allow impersonation…”. An admin cannot consent for someone else.</p>\n\
         <p>A consent lasts at most {days} days, and can be taken back at any moment.</p>\n\
         <p>To stop {app} for everyone at once, uninstall it, or disable it under “Connected apps”.</p>",
        site = escaped(caller.tenant.shown_host()),
        days = caller.tenant.policy.longest_days(),
    );
    let html = api.page.plain(Language::En, &app, &body);
    Ok(html::answer(
        StatusCode::OK,
        &api.page.plain_policy(Some(&caller.tenant)),
        html,
    ))
}
