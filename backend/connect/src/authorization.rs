//! Where in a request its token stands.
//!
//! The product puts it into the query of a page that it loads, and into the `Authorization` header of everything else.
//! A request that has it in both places is refused: whoever made it hopes that one is checked and the other used.

use std::borrow::Cow;
use std::fmt;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Uri};

use crate::qsh::{TOKEN_PARAMETER, parameters_of};

/// A token as it stood in a request. Nothing about it is proved. `Debug` does not show it.
#[derive(Clone)]
pub struct PresentedToken<'a>(Cow<'a, str>);

impl<'a> PresentedToken<'a> {
    /// The token of `Authorization: JWT <token>`: calls from the app's own page, webhooks, lifecycle callbacks.
    ///
    /// # Errors
    ///
    /// If there is not exactly one such header, or if the query has a `jwt` parameter as well.
    pub fn in_header(headers: &'a HeaderMap, uri: &Uri) -> Result<Self, AuthorizationError> {
        let mut values = headers.get_all(AUTHORIZATION).iter();
        let value = values.next().ok_or(AuthorizationError::Missing)?;
        if values.next().is_some() || tokens_in_query(uri).next().is_some() {
            return Err(AuthorizationError::Repeated);
        }
        let value = value.to_str().map_err(|_| AuthorizationError::Form)?;
        let (scheme, token) = value.split_once(' ').ok_or(AuthorizationError::Form)?;
        let token = token.trim_matches(' ');
        // RFC 9110, section 11.1: the scheme's name is case-insensitive.
        if !scheme.eq_ignore_ascii_case("JWT") || token.is_empty() || token.contains(' ') {
            return Err(AuthorizationError::Form);
        }
        Ok(Self(Cow::Borrowed(token)))
    }

    /// The token of the query parameter `jwt`: page loads.
    ///
    /// # Errors
    ///
    /// If there is not exactly one such parameter, or if there is an `Authorization` header as well.
    pub fn in_query(headers: &HeaderMap, uri: &'a Uri) -> Result<Self, AuthorizationError> {
        let mut tokens = tokens_in_query(uri);
        let token = tokens.next().ok_or(AuthorizationError::Missing)?;
        if tokens.next().is_some() || headers.contains_key(AUTHORIZATION) {
            return Err(AuthorizationError::Repeated);
        }
        let token = match token {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).ok(),
            Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).ok(),
        };
        match token {
            Some(token) if !token.is_empty() => Ok(Self(token)),
            _ => Err(AuthorizationError::Form),
        }
    }

    /// The token.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresentedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken(…)")
    }
}

/// Why no token was found in a request. Answer 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// There is none where it belongs.
    #[error("the request carries no token where it belongs")]
    Missing,
    /// There is more than one, or one in the header and one in the query.
    #[error("the request carries more than one token")]
    Repeated,
    /// The header does not have the form `JWT <token>`, or the parameter is empty or not text.
    #[error("the token does not stand in the form `Authorization: JWT <token>` or `?jwt=<token>`")]
    Form,
}

/// The values of all `jwt` parameters: those parameters that the query string hash leaves out.
fn tokens_in_query(uri: &Uri) -> impl Iterator<Item = Cow<'_, [u8]>> {
    parameters_of(uri.query().unwrap_or_default())
        .filter(|(name, _)| name.as_ref() == TOKEN_PARAMETER)
        .map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    /// Values of `Authorization`, a URL, and what is found.
    type Case<'a> = (&'a [&'a [u8]], &'a str, Result<&'a str, AuthorizationError>);

    #[test]
    fn header() {
        use AuthorizationError::{Form, Missing, Repeated};
        let cases: &[Case<'_>] = &[
            (&[b"JWT a.b.c"], "/x?y=z", Ok("a.b.c")),
            (&[b"jwt a.b.c"], "/x", Ok("a.b.c")),
            (&[b"JWT   a.b.c"], "/x", Ok("a.b.c")),
            (&[], "/x", Err(Missing)),
            (&[], "/x?jwt=a.b.c", Err(Missing)),
            (&[b"JWT a.b.c", b"JWT a.b.c"], "/x", Err(Repeated)),
            (&[b"JWT a.b.c", b"Basic eDp5"], "/x", Err(Repeated)),
            (&[b"JWT a.b.c"], "/x?jwt=a.b.c", Err(Repeated)),
            (&[b"JWT a.b.c"], "/x?jwt=", Err(Repeated)),
            (&[b"JWT a.b.c"], "/x?%6a%77%74=a.b.c", Err(Repeated)),
            (&[b"Bearer a.b.c"], "/x", Err(Form)),
            (&[b"JWTa.b.c"], "/x", Err(Form)),
            (&[b"JWT"], "/x", Err(Form)),
            (&[b"JWT "], "/x", Err(Form)),
            (&[b"JWT a.b.c d.e.f"], "/x", Err(Form)),
            (&[b"JWT\ta.b.c"], "/x", Err(Form)),
            (&[b"a.b.c"], "/x", Err(Form)),
            (&[b""], "/x", Err(Form)),
            (&[b"JWT a.b.\xff"], "/x", Err(Form)),
        ];
        for &(values, uri, expected) in cases {
            let headers = headers(values);
            let uri: Uri = uri.parse().unwrap();
            let found = PresentedToken::in_header(&headers, &uri);
            assert_eq!(
                found.as_ref().map(PresentedToken::as_str).map_err(|&e| e),
                expected,
                "{values:?} {uri}"
            );
        }
    }

    #[test]
    fn query() {
        use AuthorizationError::{Form, Missing, Repeated};
        let cases: &[Case<'_>] = &[
            (&[], "/x?jwt=a.b.c", Ok("a.b.c")),
            (&[], "/x?y=z&jwt=a.b.c&z=y", Ok("a.b.c")),
            (&[], "/x?jwt=a%2Eb%2Ec", Ok("a.b.c")),
            (&[], "/x?%6Awt=a.b.c", Ok("a.b.c")),
            (&[], "/x", Err(Missing)),
            (&[], "/x?JWT=a.b.c", Err(Missing)),
            (&[], "/x?y=jwt=a.b.c", Err(Missing)),
            (&[], "/x?jwt", Err(Form)),
            (&[], "/x?jwt=", Err(Form)),
            (&[], "/x?jwt=%ff", Err(Form)),
            (&[], "/x?jwt=a.b.c&jwt=a.b.c", Err(Repeated)),
            (&[], "/x?jwt=a.b.c&jwt", Err(Repeated)),
            (&[], "/x?jwt=a.b.c&%6a%77%74=d.e.f", Err(Repeated)),
            (&[b"JWT a.b.c"], "/x?jwt=a.b.c", Err(Repeated)),
            (&[b"Basic eDp5"], "/x?jwt=a.b.c", Err(Repeated)),
            (&[b"JWT a.b.c"], "/x", Err(Missing)),
        ];
        for &(values, uri, expected) in cases {
            let uri: Uri = uri.parse().unwrap();
            let found = PresentedToken::in_query(&headers(values), &uri);
            assert_eq!(
                found.as_ref().map(PresentedToken::as_str).map_err(|&e| e),
                expected,
                "{values:?} {uri}"
            );
        }
    }

    #[test]
    fn debug_does_not_show_it() {
        let uri: Uri = "/x?jwt=aaa.bbb.ccc".parse().unwrap();
        let token = PresentedToken::in_query(&HeaderMap::new(), &uri).unwrap();
        assert_eq!(format!("{token:?}"), "PresentedToken(…)");
    }
}
