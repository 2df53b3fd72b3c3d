use std::net::Ipv6Addr;
use std::str::FromStr;

use url::Host;

use crate::BaseUrl;

/// The hosts that a tenant's base URL may have, such as `*.atlassian.net,*.jira.com`.
///
/// The app sends signed requests to that URL for as long as the tenant lives. So it is checked once, when the tenant
/// comes, whatever the callback's signature says.
///
/// | pattern | allows |
/// |---|---|
/// | `*.atlassian.net` | hosts with one or more labels before `.atlassian.net`; not `atlassian.net` itself |
/// | `confluence.example.com` | this host |
/// | `confluence.example.com:8443` | this host with this port |
/// | `localhost`, `127.0.0.1`, `[::1]` | this loopback host, with any port, with `http` as well |
///
/// Without a port, a pattern means the port of https, but for loopback hosts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHosts(Vec<HostPattern>);

impl AllowedHosts {
    /// Atlassian Cloud in production: `*.atlassian.net` and `*.jira.com`.
    pub fn atlassian_cloud() -> Self {
        let below = |suffix: &str| HostPattern {
            host: suffix.to_owned(),
            is_suffix: true,
            port: None,
        };
        Self(vec![below("atlassian.net"), below("jira.com")])
    }

    /// Whether a base URL's host and port are among these.
    pub fn allows(&self, url: &BaseUrl) -> bool {
        self.0.iter().any(|pattern| pattern.allows(url))
    }
}

/// Reads patterns that commas separate.
impl FromStr for AllowedHosts {
    type Err = HostPatternError;

    fn from_str(patterns: &str) -> Result<Self, HostPatternError> {
        patterns
            .split(',')
            .map(|pattern| pattern.trim().parse())
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// Text is no list of host patterns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a host pattern, such as *.atlassian.net, confluence.example.com or localhost:8080"
)]
pub struct HostPatternError(String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPattern {
    /// In lower case; without the `*.`.
    host: String,
    is_suffix: bool,
    port: Option<u16>,
}

impl HostPattern {
    fn allows(&self, url: &BaseUrl) -> bool {
        let host_matches = if self.is_suffix {
            // The dot keeps `evilatlassian.net` out, and a label before it `atlassian.net` and `.atlassian.net`.
            let labels = url
                .host()
                .strip_suffix(&self.host)
                .and_then(|rest| rest.strip_suffix('.'));
            labels.is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
        } else {
            url.host() == self.host
        };
        let port_matches = match self.port {
            Some(port) => url.port() == port,
            None => url.is_loopback() || url.port() == 443,
        };
        host_matches && port_matches
    }
}

impl FromStr for HostPattern {
    type Err = HostPatternError;

    fn from_str(pattern: &str) -> Result<Self, HostPatternError> {
        let error = || HostPatternError(pattern.to_owned());
        let (pattern_host, port) = match pattern.rsplit_once(':') {
            // Not one of the colons in `[::1]`.
            Some((host, port)) if !port.ends_with(']') => {
                let port = port
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or_else(error)?;
                (host, Some(port))
            }
            _ => (pattern, None),
        };
        let (host, is_suffix) = match pattern_host.strip_prefix("*.") {
            Some(suffix) => (suffix, true),
            None => (pattern_host, false),
        };
        let host = normal_host(host).ok_or_else(error)?;
        // `*.net` allows half the world, and an address has no names below it.
        if is_suffix && (!host.contains('.') || !matches!(Host::parse(&host), Ok(Host::Domain(_))))
        {
            return Err(error());
        }
        Ok(Self {
            host,
            is_suffix,
            port,
        })
    }
}

/// A host in the form in which a parsed URL has it.
fn normal_host(host: &str) -> Option<String> {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return address
            .parse()
            .ok()
            .map(|address: Ipv6Addr| Host::<String>::Ipv6(address).to_string());
    }
    let label_is_plain = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if !host.split('.').all(label_is_plain) {
        return None;
    }
    Host::parse(host).ok().map(|host| host.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(patterns: &str, url: &str) -> bool {
        let hosts: AllowedHosts = patterns.parse().unwrap();
        hosts.allows(&BaseUrl::parse(url).unwrap())
    }

    #[test]
    fn wildcards_match_whole_labels_before_the_suffix() {
        assert_eq!(
            "*.atlassian.net,*.jira.com".parse(),
            Ok(AllowedHosts::atlassian_cloud())
        );
        assert_eq!(
            " *.Atlassian.NET , *.jira.com ".parse(),
            Ok(AllowedHosts::atlassian_cloud())
        );
        for (url, allowed) in [
            ("https://example.atlassian.net/wiki", true),
            ("https://EXAMPLE.atlassian.net/wiki", true),
            ("https://a.b.atlassian.net", true),
            ("https://example.jira.com/wiki", true),
            ("https://example.atlassian.net:443/wiki", true),
            ("https://example.atlassian.net:8443/wiki", false),
            ("https://atlassian.net", false),
            ("https://.atlassian.net", false),
            ("https://a..atlassian.net", false),
            ("https://evilatlassian.net", false),
            ("https://example.atlassian.net.evil.example", false),
            ("https://example.atlassian.net.", false),
            ("https://evil.example/example.atlassian.net", false),
            ("https://atlassian.net.example", false),
            ("https://localhost", false),
            ("http://localhost:8080", false),
            ("https://127.0.0.1", false),
        ] {
            // What a base URL can't even be is refused there.
            let found =
                BaseUrl::parse(url).is_ok_and(|url| AllowedHosts::atlassian_cloud().allows(&url));
            assert_eq!(found, allowed, "{url}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_nothing_beside_the_suffix_is_allowed(pattern in ".{0,20}", host in "[a-z.]{0,12}(atlassian.net)?[a-z.]{0,6}") {
            drop(pattern.parse::<AllowedHosts>());
            if let Ok(url) = BaseUrl::parse(&format!("https://{host}")) {
                let allowed = AllowedHosts::atlassian_cloud().allows(&url);
                prop_assert_eq!(allowed, host.ends_with(".atlassian.net") && !host.starts_with('.') && !host.contains(".."));
            }
        }
    }

    #[test]
    fn exact_hosts_and_ports() {
        for (patterns, url, allowed) in [
            (
                "confluence.example.com",
                "https://confluence.example.com/wiki",
                true,
            ),
            (
                "confluence.example.com",
                "https://other.confluence.example.com/wiki",
                false,
            ),
            (
                "confluence.example.com",
                "https://confluence.example.com:8443",
                false,
            ),
            (
                "confluence.example.com:8443",
                "https://confluence.example.com:8443",
                true,
            ),
            (
                "confluence.example.com:8443",
                "https://confluence.example.com",
                false,
            ),
            ("*.example.com:8443", "https://a.example.com:8443", true),
            ("*.example.com:8443", "https://a.example.com", false),
            ("localhost", "http://localhost:8080/wiki", true),
            ("localhost", "https://localhost", true),
            ("localhost", "http://127.0.0.1:8080", false),
            ("localhost:8080", "http://localhost:8080", true),
            ("localhost:8080", "http://localhost:8081", false),
            ("127.0.0.1", "http://127.0.0.1:3000", true),
            ("127.0.0.1", "http://127.0.0.2:3000", false),
            ("[::1]", "http://[::1]:3000", true),
            ("[::1]:3000", "http://[::1]:3000", true),
            ("[::1]:3000", "http://[::1]:3001", false),
            ("[0:0:0:0:0:0:0:1]", "http://[::1]:3000", true),
            (
                "*.atlassian.net,localhost:1",
                "https://a.atlassian.net",
                true,
            ),
        ] {
            assert_eq!(allows(patterns, url), allowed, "{patterns} {url}");
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for pattern in [
            "",
            ",",
            "a.example,",
            "*",
            "*.",
            "*.net",
            "*.*.net",
            "a.*.net",
            "*atlassian.net",
            ".atlassian.net",
            "a..net",
            "https://a.example",
            "a.example/wiki",
            "a@b.example",
            "a.example:",
            "a.example:0",
            "a.example:65536",
            "a.example:x",
            "*.127.0.0.1",
            "*.[::1]",
            "::1",
            "[::1",
            "ä.example",
            "a b.example",
        ] {
            assert!(pattern.parse::<AllowedHosts>().is_err(), "{pattern:?}");
        }
        assert_eq!(
            "*.net".parse::<AllowedHosts>().unwrap_err().to_string(),
            "`*.net` is not a host pattern, such as *.atlassian.net, confluence.example.com or localhost:8080"
        );
    }
}
