//! Atlassian's query string hash, which binds a token to one request.
//!
//! <https://developer.atlassian.com/cloud/confluence/understanding-jwt-for-connect-apps/>

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What RFC 3986 leaves as it is, and nothing else.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The `qsh` of a request: `path_and_query` as it is on the wire, `base_path` the part of the path that belongs to
/// the base URL (of the app for calls to the app, `/wiki` for calls to Confluence) and isn't hashed.
#[must_use]
pub fn qsh(method: &str, path_and_query: &str, base_path: &str) -> String {
    let canonical = canonical_request(method, path_and_query, base_path);
    hex(digest::digest(&digest::SHA256, canonical.as_bytes()).as_ref())
}

/// The text that is hashed: `METHOD&path&query`.
#[must_use]
pub fn canonical_request(method: &str, path_and_query: &str, base_path: &str) -> String {
    let without_fragment = path_and_query.split('#').next().unwrap_or_default();
    let (path, query) = without_fragment
        .split_once('?')
        .unwrap_or((without_fragment, ""));
    let method = method.to_ascii_uppercase();
    format!(
        "{method}&{}&{}",
        canonical_path(path, base_path),
        canonical_query(query)
    )
}

/// Percent-encodes all but RFC 3986's unreserved characters, as the hash and the URLs of the host want it.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

fn canonical_path(path: &str, base_path: &str) -> String {
    let base = base_path.trim_end_matches('/');
    // Only whole segments are a base path: `/wikipedia` isn't below `/wiki`.
    let relative = match path.strip_prefix(base) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    };
    let trimmed = relative.strip_suffix('/').unwrap_or(relative);
    match trimmed.replace('&', "%26") {
        path if path.starts_with('/') => path,
        path => format!("/{path}"),
    }
}

fn canonical_query(query: &str) -> String {
    let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        parameters
            .entry(decode(name))
            .or_default()
            .push(decode(value));
    }
    parameters.remove("jwt");
    let pairs = parameters.into_iter().map(|(name, mut values)| {
        // The decoded values are sorted: sorting after encoding fails Atlassian's own vectors.
        values.sort();
        let values: Vec<_> = values.iter().map(|value| encode(value)).collect();
        format!("{}={}", encode(&name), values.join(","))
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// In a query `+` is a space.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        let vectors = [
            (
                "GET",
                "/",
                "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239",
            ),
            (
                "get",
                "/path",
                "799be84a7fa35570087163c0cd9af3abff7ac05c2c12ba0bb1d7eebc984b3ac2",
            ),
            (
                "GET",
                "/something",
                "90b8cc6920375d6a6d133bd65be2d802a20e3544bf5704a1a80151210078798d",
            ),
            (
                "POST",
                "/something?simple=key",
                "eafb48e8c78a5b09bc2ce7b0b86289ee4a7bd58179e47006d0141b33d5165af7",
            ),
        ];
        for (method, path, expected) in vectors {
            assert_eq!(qsh(method, path, ""), expected, "{method} {path}");
        }
    }

    #[test]
    fn canonical_requests() {
        let cases = [
            ("/wiki", "/wiki", "GET&/&"),
            ("/wiki/", "/wiki", "GET&/&"),
            (
                "/wiki/rest/api/user?accountId=557058%3Aab",
                "/wiki",
                "GET&/rest/api/user&accountId=557058%3Aab",
            ),
            ("/wikipedia/x", "/wiki", "GET&/wikipedia/x&"),
            ("/a&b/%20c/", "", "GET&/a%26b/%20c&"),
            ("/p?b=2&a=1&jwt=secret#frag", "", "GET&/p&a=1&b=2"),
            ("/p?a=.2&a=.1&a=%3A2&a=:1", "", "GET&/p&a=.1,.2,%3A1,%3A2"),
            (
                "/p?name&x=a+b%2B*~'()!,",
                "",
                "GET&/p&name=&x=a%20b%2B%2A~%27%28%29%21%2C",
            ),
            ("/p?b=1&B=2&A=3", "", "GET&/p&A=3&B=2&b=1"),
        ];
        for (url, base, expected) in cases {
            assert_eq!(canonical_request("GET", url, base), expected, "{url}");
        }
    }
}
