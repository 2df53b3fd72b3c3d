//! Confluence's REST API, as much of it as apps that act for people need.
//!
//! <https://developer.atlassian.com/cloud/confluence/rest/>

use std::sync::Arc;

use axum::Router;
use axum::body::HttpBody as _;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{StatusCode, header};

use serde::de::DeserializeOwned;

use crate::caller::Caller;
use crate::people::Person;
use crate::refusal::Refusal;
use crate::scopes::Scope;
use crate::site::{Site, World};
use crate::spaces::{Audience, Space};

mod comments;
mod content;
mod groups;
mod library;
mod pages;
mod permission;
mod personal_data;
mod search;
mod spaces;
mod users;

pub(crate) fn router() -> Router<Arc<Site>> {
    let version_1 = Router::new()
        .route("/user", get(users::user))
        .route("/user/current", get(users::current))
        .route("/user/anonymous", get(users::anonymous))
        .route("/user/bulk", get(users::bulk))
        .route("/user/memberof", get(groups::member_of))
        .route("/group", get(groups::list))
        .route("/group/by-id", get(groups::by_id))
        .route("/group/picker", get(groups::picker))
        .route("/group/{id}/membersByGroupId", get(groups::members))
        .route("/search/user", get(search::users))
        .route("/content", get(content::list).post(content::create))
        .route(
            "/content/{id}",
            get(content::show)
                .put(content::update)
                .delete(content::delete),
        )
        .route("/content/{id}/permission/check", post(permission::check))
        .route("/space", get(spaces::list_version_1))
        .route("/space/{key}", get(spaces::show_version_1));
    let version_2 = Router::new()
        .route("/users-bulk", post(users::bulk_version_2))
        .route("/spaces", get(spaces::list))
        .route("/spaces/{id}", get(spaces::show))
        .route("/pages", get(pages::list).post(pages::create))
        .route(
            "/pages/{id}",
            get(pages::show).put(pages::update).delete(pages::delete),
        )
        .route("/pages/{id}/footer-comments", get(comments::list))
        .route("/footer-comments", post(comments::create))
        .route("/footer-comments/{id}", get(comments::show));
    Router::new()
        .nest("/wiki/rest/api", version_1.fallback(unknown))
        .nest("/wiki/api/v2", version_2.fallback(unknown))
        .route(
            "/wiki/rest/atlassian-connect/latest/report-accounts",
            post(personal_data::report),
        )
        .layer(middleware::from_fn(only_json))
}

/// Refuses a body that isn't said to be JSON.
async fn only_json(request: Request, next: Next) -> Response {
    let has_body = request.body().size_hint().lower() > 0;
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    if has_body && !media_type.eq_ignore_ascii_case("application/json") {
        let reason = format!("the content type {kind:?} isn't application/json");
        return Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason).into_response();
    }
    next.run(request).await
}

/// What this site doesn't have, and Confluence may.
async fn unknown(caller: Caller) -> Refusal {
    match caller.require(Scope::Read) {
        Ok(()) => Refusal::not_found("null for uri"),
        Err(refusal) => refusal,
    }
}

/// Reads a JSON body.
fn json<T: DeserializeOwned>(body: &str) -> Result<T, Refusal> {
    serde_json::from_str(body).map_err(|error| Refusal::bad_request(format!("the body: {error}")))
}

impl World {
    pub(crate) fn space(&self, wanted: impl Fn(&Space) -> bool) -> Option<&Space> {
        self.spaces.iter().find(|space| wanted(space))
    }

    /// Whether the caller may see a space.
    pub(crate) fn may_view(&self, caller: &Caller, space: &Space) -> bool {
        allows(&space.viewers, caller)
    }

    /// Whether the caller may see a space and change what is in it.
    pub(crate) fn may_edit(&self, caller: &Caller, space: &Space) -> bool {
        self.may_view(caller, space) && allows(&space.editors, caller)
    }
}

/// The rights of a person, and of an app's own user. Scopes are another matter: both must allow a call.
fn allows(audience: &Audience, caller: &Caller) -> bool {
    match caller {
        Caller::Anonymous => false,
        Caller::Session(person) | Caller::User { person, .. } => allows_person(audience, person),
        Caller::App { scopes, .. } => match audience {
            Audience::Everyone => true,
            Audience::Admins | Audience::Accounts(_) => scopes.contains(&Scope::SpaceAdmin),
        },
    }
}

fn allows_person(audience: &Audience, person: &Person) -> bool {
    let listed = match audience {
        Audience::Everyone => true,
        Audience::Admins => false,
        Audience::Accounts(accounts) => accounts.contains(&person.account_id),
    };
    person.may_use_confluence() && (listed || person.admin)
}
