//! `GET /admin`: for those who administer Confluence, and that is asked of Confluence each time.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use onbehalf_contract::AdminPage;

use super::admin::{overview_as_json, somebody};
use super::api::Api;
use super::caller::PageCaller;
use super::html;
use super::problem::Failure;
use super::texts::texts;
use crate::capabilities::platform::Accounts;
use crate::use_cases::list_consents::names;

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
    // The browser's language, until the page can ask Confluence for the person's.
    let language = html::language_of(&request.headers);
    let account = &caller.of.account;
    let names = names(&api.platform, &caller.tenant, std::slice::from_ref(account)).await;
    let state = AdminPage {
        app: api.app.name.clone(),
        site: caller.tenant.shown_host().to_owned(),
        admin: somebody(account, &names),
        texts: texts(api, language),
        overview: overview_as_json(api, &caller.tenant).await?,
    };
    let state = serde_json::to_string(&state).map_err(|_| Failure::Internal)?;
    let html = api.page.for_admins(language, &api.app.name, &state);
    Ok(html::answer(
        StatusCode::OK,
        &api.page.policy(&caller.tenant),
        html,
    ))
}
