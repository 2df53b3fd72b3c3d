//! The Confluence site, as seen from outside.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::Duration,
};

use serde::Deserialize;

/// What the site says when it listens.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Site {
    /// The site with Confluence's path, such as `http://localhost:8990/wiki`.
    pub(super) base_url: String,
    /// Where the site is steered from, such as `http://localhost:8990/control`.
    control_url: String,
    pub(super) token_url: String,
    pub(super) install_keys_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Installation {
    enabled: bool,
}

/// For an answer from the same machine.
const PATIENCE: Duration = Duration::from_secs(5);

impl Site {
    /// A link that signs a person in and goes on to the site.
    pub(super) fn sign_in(&self, person: &str) -> String {
        format!("{}/sign-in?person={person}", self.control_url)
    }

    /// The clock that the site goes by.
    pub(super) fn clock_url(&self) -> String {
        format!("{}/clock", self.control_url)
    }

    /// Whether an app is installed and may work. A site that doesn't answer has none.
    pub(super) fn has_an_app(&self) -> bool {
        get(&format!("{}/installations", self.control_url)).is_ok_and(|answer| any_enabled(&answer))
    }
}

fn any_enabled(installations: &str) -> bool {
    serde_json::from_str::<Vec<Installation>>(installations)
        .is_ok_and(|all| all.iter().any(|installation| installation.enabled))
}

/// Fetches `http://host:port/path` from this machine, which spares us from an HTTP client.
fn get(url: &str) -> io::Result<String> {
    let malformed = || io::Error::new(io::ErrorKind::InvalidInput, "not http://host:port/path");
    let rest = url.strip_prefix("http://").ok_or_else(malformed)?;
    let (host, path) = rest.split_once('/').ok_or_else(malformed)?;
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0: the answer comes in one piece, and the connection's end is its end.
    write!(stream, "GET /{path} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let body = answer
        .split_once("\r\n\r\n")
        .map(|(_, body)| body.to_owned());
    body.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_counts_once_it_is_enabled() {
        assert!(!any_enabled("[]"));
        assert!(!any_enabled(r#"[{"appKey":"onbehalf","enabled":false}]"#));
        assert!(any_enabled(r#"[{"appKey":"onbehalf","enabled":true}]"#));
        assert!(!any_enabled(r#"{"message":"not found"}"#));
    }
}
