//! Who looks at a page of the site.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::Response;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::html::respond;
use super::layout::{self, View};
use crate::caller::Caller;
use crate::people::Person;
use crate::session;
use crate::site::Site;

/// Who looks, and how they like it.
#[derive(Clone, Debug)]
pub(super) struct Visitor {
    pub(super) site: Arc<Site>,
    /// Nobody, for anonymous visitors.
    pub(super) person: Option<Person>,
    pub(super) theme: Theme,
    /// Where they are, to come back to.
    pub(super) path: String,
    /// To set, in a new browser.
    cookie: Option<HeaderValue>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Theme {
    Light,
    Dark,
    Auto,
}

impl Visitor {
    /// What the person may see and do is what they may through the REST API.
    pub(super) fn caller(&self) -> Caller {
        self.person
            .clone()
            .map_or(Caller::Anonymous, Caller::Session)
    }

    /// The language that they chose, and where it is spoken.
    pub(super) fn locale(&self) -> &str {
        self.person
            .as_ref()
            .map_or("en_US", |person| person.locale.as_str())
    }

    pub(super) fn administers(&self) -> bool {
        self.person.as_ref().is_some_and(Person::administers)
    }

    /// A page for this visitor. Accounts without access get told so, whatever they asked for.
    pub(super) fn show(&self, view: &View) -> Response {
        self.respond(StatusCode::OK, view)
    }

    pub(super) fn respond(&self, status: StatusCode, view: &View) -> Response {
        let mut response = match self
            .person
            .as_ref()
            .filter(|person| !person.may_use_confluence())
        {
            Some(person) => respond(StatusCode::FORBIDDEN, layout::no_access(self, person)),
            None => respond(status, layout::document(self, view)),
        };
        self.set_cookie(&mut response);
        response
    }

    pub(super) fn set_cookie(&self, response: &mut Response) {
        if let Some(cookie) = &self.cookie {
            response
                .headers_mut()
                .insert(header::SET_COOKIE, cookie.clone());
        }
    }

    pub(super) fn not_found(&self, what: &str) -> Response {
        let view = View::notice(
            "Not found",
            &format!("{what} Either it doesn't exist, or you may not see it."),
        );
        self.respond(StatusCode::NOT_FOUND, &view)
    }

    pub(super) fn forbidden(&self, why: &str) -> Response {
        self.respond(
            StatusCode::FORBIDDEN,
            &View::notice("You can't see this page", why),
        )
    }
}

impl FromRequestParts<Arc<Site>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Self, Infallible> {
        let (person, cookie) = session::person_or_default(site, &parts.headers);
        let uri = parts
            .extensions
            .get::<OriginalUri>()
            .map_or(&parts.uri, |OriginalUri(uri)| uri);
        let path = uri
            .path_and_query()
            .map_or("/wiki", |path| path.as_str())
            .to_owned();
        Ok(Self {
            site: site.clone(),
            person,
            theme: Theme::of(&parts.headers),
            path,
            cookie,
        })
    }
}

impl Theme {
    fn of(headers: &HeaderMap) -> Self {
        let cookies = headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|cookies| cookies.split("; "));
        match pairs.find_map(|pair| pair.strip_prefix("simulator-theme=")) {
            Some("dark") => Self::Dark,
            Some("auto") => Self::Auto,
            _ => Self::Light,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }
}
