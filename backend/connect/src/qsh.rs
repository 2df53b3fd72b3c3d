//! The query string hash (`qsh`): the claim that ties a token to one request.
//!
//! A token with the hash of `GET /page?id=1` is no good for `GET /page?id=2` or `POST /page?id=1`. What the hash does
//! not cover is the body: that rests on TLS alone.
//!
//! Source: [Creating a query string hash](https://developer.atlassian.com/cloud/confluence/understanding-jwt-for-connect-apps/#creating-a-query-string-hash).
//! Where that page leaves a choice (the order of repeated values, what `+` is), this does as Atlassian's own
//! `atlassian-jwt` library.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use aws_lc_rs::digest;
use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

use crate::hex;

/// The query string hash of one request.
///
/// ```
/// use atlassian_connect::Qsh;
/// use http::Method;
///
/// let here = Qsh::of(&Method::GET, "/app/consent?state=a%20b&jwt=x.y.z", "/app");
/// assert_eq!(here, Qsh::of(&Method::GET, "/consent/?state=a+b", ""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Qsh(String);

impl Qsh {
    /// The hash of a request: its method, its path and query as they are on the wire, and the base path, which is not
    /// hashed: [`BaseUrl::path`](crate::BaseUrl::path) of whoever receives the request.
    ///
    /// A proxy that decodes or tidies the path on the way breaks the hash: hand in what the product sent.
    pub fn of(method: &Method, path_and_query: &str, base_path: &str) -> Self {
        let canonical = canonical_request(method, path_and_query, base_path);
        Self(hex::encode(
            digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref(),
        ))
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

/// The text that is hashed: `METHOD&path&query`. For a log, when a hash is not the one expected.
pub fn canonical_request(method: &Method, path_and_query: &str, base_path: &str) -> String {
    let without_fragment = path_and_query.split('#').next().unwrap_or_default();
    let (path, query) = without_fragment
        .split_once('?')
        .unwrap_or((without_fragment, ""));
    format!(
        "{}&{}&{}",
        method.as_str().to_ascii_uppercase(),
        canonical_path(path, base_path),
        canonical_query(query)
    )
}

/// RFC 3986: everything but the unreserved characters is encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn canonical_path(path: &str, base_path: &str) -> String {
    let base_path = base_path.strip_suffix('/').unwrap_or(base_path);
    let path = match path.strip_prefix(base_path) {
        // `/wikipedia` does not lie below `/wiki`.
        Some(below) if below.is_empty() || below.starts_with('/') => below,
        _ => path,
    };
    let path = path.strip_suffix('/').unwrap_or(path);
    // Or `/a&b=c?d=e` would have the hash of `/a?b=c&d=e`. Nothing else is re-encoded.
    let path = path.replace('&', "%26");
    if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    }
}

/// The name of the one parameter that is not hashed: it carries the token itself.
pub(crate) const TOKEN_PARAMETER: &[u8] = b"jwt";

fn canonical_query(query: &str) -> String {
    let mut parameters = BTreeMap::<Cow<'_, [u8]>, Vec<Cow<'_, [u8]>>>::new();
    for (name, value) in parameters_of(query) {
        if name.as_ref() != TOKEN_PARAMETER {
            parameters.entry(name).or_default().push(value);
        }
    }
    let pairs = parameters.into_iter().map(|(name, mut values)| {
        // Decoded values are sorted, and bytes of UTF-8 sort as the characters do.
        values.sort();
        let values: Vec<String> = values.iter().map(|value| encoded(value)).collect();
        format!("{}={}", encoded(&name), values.join(","))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The parameters of a query, decoded, in the order of the URL.
///
/// Decoded as bytes: a value need not be UTF-8. An escape that is none (`%zz`) stands for itself.
pub(crate) fn parameters_of(query: &str) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
}

fn decoded(text: &str) -> Cow<'_, [u8]> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        Cow::Owned(percent_decode(spaced.as_bytes()).collect())
    } else {
        percent_decode(text.as_bytes()).into()
    }
}

fn encoded(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(path_and_query: &str, base_path: &str) -> String {
        canonical_request(&Method::GET, path_and_query, base_path)
    }

    /// Pairs of canonical request and hash that other implementations publish.
    #[test]
    fn published_hashes() {
        for (method, url, canonical, qsh) in [
            (
                Method::GET,
                "/",
                "GET&/&",
                "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239",
            ),
            (
                Method::GET,
                "/path",
                "GET&/path&",
                "799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2",
            ),
            (
                Method::GET,
                "/something",
                "GET&/something&",
                "90b8cc6920375d6a6d133bd65be2d802a20e3544bf5704a1a80151210078798d",
            ),
            (
                Method::POST,
                "/something?simple=key",
                "POST&/something&simple=key",
                "eafb48e8c78a5b09bc2ce7b0b86289ee4a7bd58179e47006d0141b33d5165af7",
            ),
        ] {
            assert_eq!(canonical_request(&method, url, ""), canonical);
            assert_eq!(Qsh::of(&method, url, "").as_str(), qsh);
        }
    }

    #[test]
    fn methods_are_upper_case() {
        let lower = Method::from_bytes(b"get").unwrap();
        assert_eq!(canonical_request(&lower, "/a", ""), "GET&/a&");
    }

    #[test]
    fn paths() {
        for (path, base_path, expected) in [
            ("", "", "/"),
            ("/", "", "/"),
            ("a", "", "/a"),
            ("/a/", "", "/a"),
            ("/a//", "", "/a/"),
            ("//", "", "/"),
            ("/a&b", "", "/a%26b"),
            ("/a%26b", "", "/a%26b"),
            ("/a%2Fb%2f", "", "/a%2Fb%2f"),
            ("/a#b", "", "/a"),
            ("/wiki", "/wiki", "/"),
            ("/wiki/", "/wiki", "/"),
            ("/wiki/rest/api", "/wiki", "/rest/api"),
            ("/wiki/rest/api", "/wiki/", "/rest/api"),
            ("/wiki/wiki/a", "/wiki", "/wiki/a"),
            ("/wikipedia", "/wiki", "/wikipedia"),
            ("/rest/wiki", "/wiki", "/rest/wiki"),
            ("/rest", "/", "/rest"),
        ] {
            assert_eq!(
                canonical(path, base_path),
                format!("GET&{expected}&"),
                "{path} below {base_path}"
            );
        }
    }

    #[test]
    fn queries() {
        for (query, expected) in [
            ("", ""),
            ("&", ""),
            ("a", "a="),
            ("a=", "a="),
            ("=b", "=b"),
            ("a=b=c", "a=b%3Dc"),
            ("b=2&a=1", "a=1&b=2"),
            ("a=1&&b=2&", "a=1&b=2"),
            // Upper case sorts before lower case.
            ("a=1&A=2&B=3", "A=2&B=3&a=1"),
            // Space, both ways; and a plus.
            ("q=a+b", "q=a%20b"),
            ("q=a%20b", "q=a%20b"),
            ("q=a%2Bb", "q=a%2Bb"),
            ("a+b=1", "a%20b=1"),
            // Unreserved characters stay or are decoded; all others are encoded, in upper case.
            ("q=-._~", "q=-._~"),
            ("q=%2D%2e%5F%7e", "q=-._~"),
            ("q=*'()!,:/@", "q=%2A%27%28%29%21%2C%3A%2F%40"),
            ("q=%c3%a4", "q=%C3%A4"),
            ("q=ä", "q=%C3%A4"),
            // Escapes that are none.
            ("q=%", "q=%25"),
            ("q=%zz%4", "q=%25zz%254"),
            // Not UTF-8.
            ("q=%ff%00", "q=%FF%00"),
            // Repeated names: one pair, values sorted decoded. Sorting them encoded would put `%3A1` first.
            ("a=2&a=1", "a=1,2"),
            ("a=%3A1&a=.1&a=%3A2&a=.2", "a=.1,.2,%3A1,%3A2"),
            ("a=1&b=&a=1", "a=1,1&b="),
            // One value with a comma is not two values.
            ("a=1%2C2", "a=1%2C2"),
            // The token is left out, and nothing else.
            ("jwt=x.y.z", ""),
            ("a=1&jwt=x&b=2&jwt=y", "a=1&b=2"),
            ("%6Awt=x", ""),
            ("JWT=x&jwt2=y&jwt%20=z", "JWT=x&jwt%20=z&jwt2=y"),
        ] {
            assert_eq!(
                canonical(&format!("/?{query}"), ""),
                format!("GET&/&{expected}"),
                "{query}"
            );
        }
    }

    #[test]
    fn a_page_load_as_confluence_makes_it() {
        let url = "/consent?request=ab%3Acd&xdm_e=https%3A%2F%2Fexample.atlassian.net&xdm_c=channel-my.app__consent\
                   &cp=%2Fwiki&xdm_deprecated_addon_key_do_not_use=my.app&lic=none&cv=1001.0.0-SNAPSHOT&jwt=x.y.z";
        insta::assert_snapshot!(
            canonical(url, ""),
            @"GET&/consent&cp=%2Fwiki&cv=1001.0.0-SNAPSHOT&lic=none&request=ab%3Acd&xdm_c=channel-my.app__consent&xdm_deprecated_addon_key_do_not_use=my.app&xdm_e=https%3A%2F%2Fexample.atlassian.net"
        );
    }

    type Parameters = Vec<(String, String)>;

    fn url(path: &str, parameters: &Parameters) -> String {
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| {
                format!("{}={}", encoded(name.as_bytes()), encoded(value.as_bytes()))
            })
            .collect();
        format!("{path}?{}", pairs.join("&"))
    }

    /// The same query, encoded as lavishly as can be: every byte escaped, in lower case, and spaces as `+`.
    fn lavish(path: &str, parameters: &Parameters) -> String {
        let escaped = |text: &str| -> String {
            text.bytes()
                .map(|byte| {
                    if byte == b' ' {
                        "+".to_owned()
                    } else {
                        format!("%{byte:02x}")
                    }
                })
                .collect()
        };
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        format!("{path}?{}", pairs.join("&"))
    }

    fn parameters() -> impl Strategy<Value = Parameters> {
        let name = ".{1,8}".prop_filter("the token is another test", |name| name != "jwt");
        proptest::collection::vec((name, ".{0,8}"), 0..6)
    }

    proptest! {
        #[test]
        fn nothing_panics(
            path_and_query in any::<String>(),
            base_path in any::<String>(),
            raw in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            Qsh::of(&Method::GET, &path_and_query, &base_path);
            Qsh::of(&Method::POST, &String::from_utf8_lossy(&raw), &base_path);
        }

        #[test]
        fn the_order_of_parameters_does_not_matter(
            (parameters, shuffled) in parameters().prop_flat_map(|p| (Just(p.clone()), Just(p).prop_shuffle())),
        ) {
            prop_assert_eq!(canonical(&url("/a", &parameters), ""), canonical(&url("/a", &shuffled), ""));
        }

        #[test]
        fn how_a_parameter_is_encoded_does_not_matter(parameters in parameters()) {
            prop_assert_eq!(canonical(&url("/a", &parameters), ""), canonical(&lavish("/a", &parameters), ""));
        }

        #[test]
        fn the_token_does_not_matter(parameters in parameters(), token in "[A-Za-z0-9_.-]{0,40}", at in any::<prop::sample::Index>()) {
            let mut with_token = parameters.clone();
            with_token.insert(at.index(parameters.len() + 1), ("jwt".to_owned(), token));
            prop_assert_eq!(canonical(&url("/a", &parameters), ""), canonical(&url("/a", &with_token), ""));
        }

        #[test]
        fn any_other_parameter_matters(parameters in parameters(), other in (".{1,8}", ".{0,8}")) {
            prop_assume!(other.0 != "jwt");
            let mut more = parameters.clone();
            more.push(other);
            prop_assert_ne!(canonical(&url("/a", &parameters), ""), canonical(&url("/a", &more), ""));
        }

        #[test]
        fn a_changed_value_matters(parameters in parameters(), at in any::<prop::sample::Index>(), suffix in ".{1,4}") {
            prop_assume!(!parameters.is_empty());
            let mut changed = parameters.clone();
            changed[at.index(parameters.len())].1.push_str(&suffix);
            prop_assert_ne!(canonical(&url("/a", &parameters), ""), canonical(&url("/a", &changed), ""));
        }

        #[test]
        fn the_path_and_the_query_are_not_confused(name in "[a-z&=]{1,8}", value in "[a-z&=]{0,8}") {
            // Whatever stands in a path, its canonical form has no `&` that a query could be told by.
            let request = canonical(&format!("/{name}={value}"), "");
            prop_assert_eq!(request.matches('&').count(), 2);
        }

        #[test]
        fn the_base_path_is_dropped_and_nothing_else(path in "(/[a-z&%.]{1,6}){1,4}", query in "[a-z=&]{0,12}") {
            let url = format!("{path}?{query}");
            prop_assert_eq!(canonical(&format!("/wiki{url}"), "/wiki"), canonical(&url, ""));
        }
    }
}
