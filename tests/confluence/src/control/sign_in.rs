//! `/control/sign-in`: who the browser is.

use axum::Json;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use http::header;
use serde::Deserialize;

use super::Body;
use crate::crowd::At;
use crate::refusal::Refusal;
use crate::session::{self, NOBODY};
use crate::site::Site;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    /// A handle, an account id, or `nobody`.
    person: String,
    /// Where to go then, for links.
    #[serde(default = "home")]
    then: String,
}

/// `POST`: answers the person, with the cookie.
pub(super) async fn sign_in(
    At(site): At,
    Body(SignIn { person, .. }): Body<SignIn>,
) -> Result<Response, Refusal> {
    let answer = Json(site.person(&person)).into_response();
    with_cookie(&site, &person, answer)
}

/// `GET`: for links and forms; goes on to `then`.
pub(super) async fn link(
    At(site): At,
    Query(SignIn { person, then }): Query<SignIn>,
) -> Result<Response, Refusal> {
    if !then.starts_with('/') || then.starts_with("//") || then.contains('\\') {
        return Err(Refusal::bad_request("then must be a path of this site"));
    }
    with_cookie(&site, &person, Redirect::to(&then).into_response())
}

fn with_cookie(site: &Site, who: &str, mut response: Response) -> Result<Response, Refusal> {
    let account_id = match who {
        NOBODY => NOBODY.to_owned(),
        who => {
            let unknown = || Refusal::not_found(format!("nobody here is called {who:?}"));
            site.person(who).ok_or_else(unknown)?.account_id
        }
    };
    if let Some(cookie) = session::cookie(site, &account_id) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

fn home() -> String {
    "/wiki".to_owned()
}
