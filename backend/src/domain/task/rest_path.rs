//! The path of a request that people write themselves. It must not lead anywhere but into Confluence's REST API, however
//! it is read: by us, by a proxy, or by Confluence.

use thiserror::Error;

/// Where Confluence answers REST calls. <https://developer.atlassian.com/cloud/confluence/rest/>
const ROOTS: [&str; 2] = ["/wiki/rest/api/", "/wiki/api/v2/"];

/// What every path begins with, and what a site's base URL ends in.
const PRODUCT: &str = "/wiki";

const LONGEST: usize = 2000;

/// A path and query below a site, within its REST API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestPath(String);

/// A path that is refused, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadPath {
    #[error("the path must begin with /wiki/rest/api/ or /wiki/api/v2/")]
    Root,
    #[error("the path must stay where it is: no empty part, no . and no ..")]
    Dots,
    #[error("the path may hold only what stands for itself in an address; encode the rest with %")]
    Characters,
    #[error(
        "in the path, % must be followed by two hex digits, and must not hide a character that means something there"
    )]
    Encoding,
    #[error("the path is longer than {LONGEST} characters")]
    Long,
}

impl RestPath {
    pub fn parse(text: &str) -> Result<Self, BadPath> {
        if text.len() > LONGEST {
            return Err(BadPath::Long);
        }
        if !text.bytes().all(stands_for_itself) {
            return Err(BadPath::Characters);
        }
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let below = ROOTS
            .iter()
            .find_map(|root| path.strip_prefix(root))
            .ok_or(BadPath::Root)?;
        // Some servers drop what follows a semicolon, and then see another path.
        if below.contains(';') {
            return Err(BadPath::Characters);
        }
        decoded(query)?;
        let inside = decoded(below)?;
        // What is encoded is data: never a separator, and never the beginning of another encoding.
        let encoded = inside.iter().filter(|byte| byte.encoded);
        for byte in encoded {
            if byte.value.is_ascii_control() || b"/\\.;?#%".contains(&byte.value) {
                return Err(BadPath::Encoding);
            }
        }
        if below.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(BadPath::Dots);
        }
        Ok(Self(text.to_owned()))
    }

    /// As it was written: `/wiki/api/v2/pages?limit=5`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without the query, which may hold what is nobody's business.
    pub fn path(&self) -> &str {
        self.0.split_once('?').map_or(&self.0, |(path, _)| path)
    }

    /// What follows a site's base URL: `/api/v2/pages?limit=5`.
    pub fn below_site(&self) -> &str {
        self.0.strip_prefix(PRODUCT).unwrap_or_default()
    }
}

/// What a parser of addresses leaves as it is: <https://url.spec.whatwg.org/#percent-encoded-bytes>. A semicolon is checked
/// where it means something.
fn stands_for_itself(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&()*+,;=:@/?%".contains(&byte)
}

struct Byte {
    value: u8,
    encoded: bool,
}

/// The bytes that a text with percent-encodings stands for.
fn decoded(text: &str) -> Result<Vec<Byte>, BadPath> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let encoded = byte == b'%';
        let value = if encoded {
            let mut digit = || {
                let digit = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(digit).ok()
            };
            let (high, low) = digit().zip(digit()).ok_or(BadPath::Encoding)?;
            high << 4 | low
        } else {
            byte
        };
        decoded.push(Byte { value, encoded });
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_rest_api_are_taken() {
        for path in [
            "/wiki/api/v2/pages",
            "/wiki/api/v2/pages?limit=5&title=a%20b%2Fc",
            "/wiki/rest/api/content/123/label",
            "/wiki/rest/api/search?cql=title~%22x%22%20and%20type=page",
            "/wiki/rest/api/space/~alice",
            "/wiki/rest/api/content/J%C3%BCrgen",
            "/wiki/api/v2/pages/1.2",
            "/wiki/api/v2/pages?next=../x",
        ] {
            let parsed = RestPath::parse(path).unwrap();
            assert_eq!(parsed.as_str(), path);
            assert_eq!(format!("/wiki{}", parsed.below_site()), path);
            let whole = format!("https://example.atlassian.net{path}");
            assert_eq!(url::Url::parse(&whole).unwrap().as_str(), whole);
        }
        let searched = RestPath::parse("/wiki/api/v2/pages?title=secret").unwrap();
        assert_eq!(searched.path(), "/wiki/api/v2/pages");
    }

    #[test]
    fn nothing_leads_out_of_the_rest_api() {
        for (path, because) in [
            ("", BadPath::Root),
            ("/", BadPath::Root),
            ("/wiki", BadPath::Root),
            ("/wiki/rest/api", BadPath::Root),
            (
                "/wiki/rest/atlassian-connect/latest/report-accounts",
                BadPath::Root,
            ),
            ("/wiki/plugins/servlet/x", BadPath::Root),
            ("/wiki/admin/", BadPath::Root),
            ("/WIKI/api/v2/pages", BadPath::Root),
            ("/wiki//api/v2/pages", BadPath::Root),
            ("wiki/api/v2/pages", BadPath::Root),
            ("//evil.example/wiki/api/v2/pages", BadPath::Root),
            ("https://evil.example/wiki/api/v2/pages", BadPath::Root),
            ("@evil.example/wiki/api/v2/pages", BadPath::Root),
            ("/wiki/%61pi/v2/pages", BadPath::Root),
            ("/wiki/api/v2/", BadPath::Dots),
            ("/wiki/api/v2//pages", BadPath::Dots),
            ("/wiki/api/v2/pages/", BadPath::Dots),
            ("/wiki/api/v2/../../admin", BadPath::Dots),
            ("/wiki/api/v2/./pages", BadPath::Dots),
            ("/wiki/api/v2/..", BadPath::Dots),
            ("/wiki/api/v2/%2e%2e/%2e%2e/admin", BadPath::Encoding),
            ("/wiki/api/v2/.%2E/admin", BadPath::Encoding),
            ("/wiki/api/v2/..%2fadmin", BadPath::Encoding),
            ("/wiki/api/v2/%252e%252e/admin", BadPath::Encoding),
            ("/wiki/api/v2/%5c..%5cadmin", BadPath::Encoding),
            ("/wiki/api/v2/pages%3Fx=1", BadPath::Encoding),
            ("/wiki/api/v2/pages%00", BadPath::Encoding),
            ("/wiki/api/v2/pages%0d%0aHost:x", BadPath::Encoding),
            ("/wiki/api/v2/pages%", BadPath::Encoding),
            ("/wiki/api/v2/pages%2", BadPath::Encoding),
            ("/wiki/api/v2/pages%zz", BadPath::Encoding),
            ("/wiki/api/v2/pages?x=%zz", BadPath::Encoding),
            ("/wiki/api/v2/..;/admin", BadPath::Characters),
            ("/wiki/api/v2/pages;jsessionid=1", BadPath::Characters),
            ("/wiki/api/v2/pages#top", BadPath::Characters),
            ("/wiki/api/v2/pages?x=1#top", BadPath::Characters),
            ("/wiki/api/v2/..\\admin", BadPath::Characters),
            ("/wiki/api/v2/a b", BadPath::Characters),
            ("/wiki/api/v2/search?cql=title='x'", BadPath::Characters),
            ("/wiki/api/v2/{id}", BadPath::Characters),
            (
                "/wiki/api/v2/pages\r\nHost: evil.example",
                BadPath::Characters,
            ),
            ("/wiki/api/v2/pagés", BadPath::Characters),
        ] {
            assert_eq!(RestPath::parse(path), Err(because), "{path}");
        }
        let long = format!("/wiki/api/v2/{}", "x".repeat(2000));
        assert_eq!(RestPath::parse(&long), Err(BadPath::Long));
    }
}
