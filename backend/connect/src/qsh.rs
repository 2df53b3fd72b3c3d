//! The query string hash: which request a token was made for.

use std::fmt;

use http::Method;

/// The query string hash of one request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Qsh(String);

impl Qsh {
    /// The hash of a request: its method, its path and query as they are on the wire, and the base path (the path of
    /// the base URL of whoever receives it: [`BaseUrl::path`](crate::BaseUrl::path)), which is not hashed.
    pub fn of(method: &Method, path_and_query: &str, base_path: &str) -> Self {
        todo!()
    }

    /// 64 lower-case hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Qsh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text whose SHA-256 is the hash: `METHOD&path&query`.
pub fn canonical_request(method: &Method, path_and_query: &str, base_path: &str) -> String {
    todo!()
}
