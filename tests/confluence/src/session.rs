//! Who a browser is signed in as: a cookie, as simple as can be, since anyone may be anyone here.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, header};

use crate::people::{ALICE, Person};
use crate::qsh::encode;
use crate::refusal::Refusal;
use crate::site::Site;

/// The name under which nobody is signed in.
pub(crate) const NOBODY: &str = "nobody";
/// The API token of everyone, for HTTP Basic authentication.
pub(crate) const API_TOKEN: &str = "simulator-api-token";

/// The person who a browser's cookie names.
pub(crate) fn person(site: &Site, headers: &HeaderMap) -> Option<Person> {
    site.account(&account_id(site, headers)?)
}

/// The person of a page, who is Alice in a new browser, and the cookie to set for that.
pub(crate) fn person_or_default(
    site: &Site,
    headers: &HeaderMap,
) -> (Option<Person>, Option<HeaderValue>) {
    match account_id(site, headers) {
        Some(account_id) => (site.account(&account_id), None),
        None => (site.account(ALICE), cookie(site, ALICE)),
    }
}

/// The cookie that signs a browser in.
pub(crate) fn cookie(site: &Site, account_id: &str) -> Option<HeaderValue> {
    let text = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax",
        cookie_name(site),
        encode(account_id)
    );
    HeaderValue::try_from(text).ok()
}

/// The person of HTTP Basic credentials: an e-mail address and the API token.
pub(crate) fn basic(site: &Site, credentials: &str) -> Result<Person, Refusal> {
    let wrong = || {
        Refusal::unauthorized(format!(
            "Basic: an e-mail address and the API token {API_TOKEN:?}"
        ))
    };
    let decoded = STANDARD
        .decode(credentials)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or_else(wrong)?;
    let (email, token) = decoded.split_once(':').ok_or_else(wrong)?;
    let person = site.read(|world| {
        world
            .people
            .iter()
            .find(|person| person.email == email)
            .cloned()
    });
    person
        .filter(|_| !email.is_empty() && token == API_TOKEN)
        .ok_or_else(wrong)
}

fn account_id(site: &Site, headers: &HeaderMap) -> Option<String> {
    let name = cookie_name(site);
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split("; "))
        .filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    percent_encoding::percent_decode_str(value)
        .decode_utf8()
        .ok()
        .map(Into::into)
}

/// Cookies don't know of ports, so that each simulator on a machine needs a name of its own.
fn cookie_name(site: &Site) -> String {
    let port = site.urls.origin.rsplit(':').next().unwrap_or_default();
    format!("simulator-session-{port}")
}
