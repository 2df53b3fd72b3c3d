//! Where in a request its token stands.

use std::borrow::Cow;
use std::fmt;

use http::{HeaderMap, Uri};

/// A token as it stood in a request. Nothing about it is proved. `Debug` does not show it.
#[derive(Clone)]
pub struct PresentedToken<'a>(Cow<'a, str>);

impl<'a> PresentedToken<'a> {
    /// The token of `Authorization: JWT <token>`: API calls from the iframe, webhooks, lifecycle callbacks.
    ///
    /// # Errors
    ///
    /// If there is not exactly one such header, or if the query has a `jwt` parameter as well.
    pub fn in_header(headers: &'a HeaderMap, uri: &Uri) -> Result<Self, AuthorizationError> {
        todo!()
    }

    /// The token of the query parameter `jwt`: page loads.
    ///
    /// # Errors
    ///
    /// If there is not exactly one such parameter, or if there is an `Authorization` header as well.
    pub fn in_query(headers: &HeaderMap, uri: &'a Uri) -> Result<Self, AuthorizationError> {
        todo!()
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

/// Why no token was found in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// There is none.
    #[error("the request carries no token")]
    Missing,
    /// There is more than one.
    #[error("the request carries more than one token")]
    Repeated,
    /// The `Authorization` header does not have the form `JWT <token>`.
    #[error("the Authorization header does not have the form `JWT <token>`")]
    Scheme,
}
