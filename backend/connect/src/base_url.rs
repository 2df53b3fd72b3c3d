use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The URL that everything of a product or an app hangs below, such as `https://example.atlassian.net/wiki`.
///
/// Absolute, without a trailing slash, user, query or fragment; `https`, or `http` on a loopback host
/// (`localhost`, `127.0.0.0/8`, `[::1]`), where there is no network to listen on.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl {
    /// Parsed and normalised; its path ends in `/` only if it is `/`.
    url: Url,
    /// Without a trailing slash.
    text: String,
}

impl BaseUrl {
    /// Parses a URL. One trailing slash is dropped.
    ///
    /// # Errors
    ///
    /// See [`BaseUrlError`].
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        // The URL parser mends what it can: it drops tabs, turns `\` into `/`. What had to be mended is refused.
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return Err(BaseUrlError::Malformed);
        }
        let mut url = Url::parse(text).map_err(|_| BaseUrlError::Malformed)?;
        let host = url.host().ok_or(BaseUrlError::Malformed)?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            _ => return Err(BaseUrlError::Insecure),
        }
        // `Url` cannot tell `https://@host` from `https://host`.
        if !url.username().is_empty() || url.password().is_some() || text.contains('@') {
            return Err(BaseUrlError::User);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        if url.path().len() > 1
            && let Some(path) = url.path().strip_suffix('/')
        {
            let path = path.to_owned();
            url.set_path(&path);
        }
        if url.path().ends_with("//") || (url.path().len() > 1 && url.path().ends_with('/')) {
            return Err(BaseUrlError::Malformed);
        }
        let text = url
            .as_str()
            .strip_suffix('/')
            .unwrap_or(url.as_str())
            .to_owned();
        Ok(Self { url, text })
    }

    /// The URL, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its path: empty, or such as `/wiki`. This is the base path of [`Qsh::of`](crate::Qsh::of).
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Scheme, host and port (if not the scheme's own), such as `https://example.atlassian.net`.
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The host in lower case, without a port; an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        // A base URL without a host is refused by `parse`.
        self.url.host_str().unwrap_or_default()
    }

    /// The port, also where it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or(443)
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        self.url.host().is_some_and(|host| is_loopback(&host))
    }

    /// This URL with a path, perhaps with a query, put behind it. The host stays the same whatever the path is: one that
    /// does not begin with `/` is given it.
    pub fn join(&self, path: &str) -> String {
        let slash = if path.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{path}", self.text)
    }
}

/// Why text is not a [`BaseUrl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlError {
    /// Not an absolute URL in plain ASCII.
    #[error("not an absolute URL with a host, such as https://example.atlassian.net/wiki")]
    Malformed,
    /// `http` on a host that is not loopback, or another scheme.
    #[error("not https (http is accepted on loopback hosts only)")]
    Insecure,
    /// A user or password stands before the host.
    #[error("a base URL carries no user or password")]
    User,
    /// It has a query or a fragment.
    #[error("a base URL carries no query and no fragment")]
    Query,
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({})", self.text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = BaseUrlError;

    fn try_from(text: String) -> Result<Self, BaseUrlError> {
        Self::parse(&text)
    }
}

impl From<BaseUrl> for String {
    fn from(url: BaseUrl) -> Self {
        url.text
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => Ipv4Addr::is_loopback(address),
        Host::Ipv6(address) => Ipv6Addr::is_loopback(address),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_accepted_and_what_it_becomes() {
        for (text, url, path, origin) in [
            (
                "https://example.atlassian.net/wiki",
                "https://example.atlassian.net/wiki",
                "/wiki",
                "https://example.atlassian.net",
            ),
            (
                "https://Example.Atlassian.net/wiki/",
                "https://example.atlassian.net/wiki",
                "/wiki",
                "https://example.atlassian.net",
            ),
            (
                "https://app.example.com",
                "https://app.example.com",
                "",
                "https://app.example.com",
            ),
            (
                "https://app.example.com/",
                "https://app.example.com",
                "",
                "https://app.example.com",
            ),
            (
                "https://a.example:443/x/y",
                "https://a.example/x/y",
                "/x/y",
                "https://a.example",
            ),
            (
                "http://localhost:8080/wiki",
                "http://localhost:8080/wiki",
                "/wiki",
                "http://localhost:8080",
            ),
            (
                "http://127.0.0.1:1990",
                "http://127.0.0.1:1990",
                "",
                "http://127.0.0.1:1990",
            ),
            (
                "http://[::1]:1990/c",
                "http://[::1]:1990/c",
                "/c",
                "http://[::1]:1990",
            ),
        ] {
            let parsed = BaseUrl::parse(text).unwrap();
            assert_eq!(
                (parsed.as_str(), parsed.path(), parsed.origin().as_str()),
                (url, path, origin)
            );
            assert_eq!(BaseUrl::parse(parsed.as_str()).unwrap(), parsed);
        }
    }

    #[test]
    fn what_is_refused() {
        for (text, why) in [
            ("", BaseUrlError::Malformed),
            ("example.atlassian.net", BaseUrlError::Malformed),
            ("/wiki", BaseUrlError::Malformed),
            ("https://", BaseUrlError::Malformed),
            ("https://a.example/wiki//", BaseUrlError::Malformed),
            ("https://a.example\\@evil.example", BaseUrlError::Malformed),
            ("https://a.example/\t", BaseUrlError::Malformed),
            ("https://ä.example", BaseUrlError::Malformed),
            ("http://a.example", BaseUrlError::Insecure),
            ("http://localhost.evil.example", BaseUrlError::Insecure),
            ("http://128.0.0.1", BaseUrlError::Insecure),
            ("ftp://localhost", BaseUrlError::Insecure),
            ("https://user@a.example", BaseUrlError::User),
            ("https://user:pass@a.example", BaseUrlError::User),
            ("https://@a.example", BaseUrlError::User),
            ("https://x.atlassian.net@evil.example", BaseUrlError::User),
            ("https://a.example/?a=b", BaseUrlError::Query),
            ("https://a.example/#a", BaseUrlError::Query),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap_err(), why, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_is_accepted_stays_the_same(text in "(https?://)?.{0,40}") {
            if let Ok(url) = BaseUrl::parse(&text) {
                prop_assert_eq!(BaseUrl::parse(url.as_str()), Ok(url.clone()));
                prop_assert!(!url.as_str().ends_with('/') && !url.host().is_empty());
            }
        }
    }

    #[test]
    fn ports_and_joining() {
        let url = BaseUrl::parse("https://example.atlassian.net/wiki").unwrap();
        assert_eq!(
            (url.host(), url.port(), url.is_loopback()),
            ("example.atlassian.net", 443, false)
        );
        assert_eq!(
            url.join("/rest/api/user/current?expand=operations"),
            "https://example.atlassian.net/wiki/rest/api/user/current?expand=operations"
        );
        // Without the slash, these would be other hosts.
        let url = BaseUrl::parse("https://app.example.com").unwrap();
        for path in ["@evil.example/", ".evil.example/", ":444/"] {
            let joined = url::Url::parse(&url.join(path)).unwrap();
            assert_eq!(
                (joined.host_str(), joined.port()),
                (Some("app.example.com"), None)
            );
        }
        assert!(
            BaseUrl::parse("http://127.0.0.9:7000")
                .unwrap()
                .is_loopback()
        );
    }
}
