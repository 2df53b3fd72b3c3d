//! What is asked for in a URL.

use crate::api::encoded;

/// A path with a query that grows. Values without anything in them are left out.
pub(super) struct Query(String);

impl Query {
    pub(super) fn new(path: &str) -> Self {
        Self(path.to_owned())
    }

    pub(super) fn with(self, key: &str, value: &str) -> Self {
        self.add(key, value, encoded)
    }

    pub(super) fn end(self) -> String {
        self.0
    }

    fn add(mut self, key: &str, value: &str, encode: impl Fn(&str) -> String) -> Self {
        if !value.is_empty() {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(key);
            self.0.push('=');
            self.0.push_str(&encode(value));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_is_asked_for() {
        let same = str::to_owned;
        let query = Query::new("/api/admin/consents")
            .add("search", "", same)
            .add("state", "active", same)
            .add("sort", "-until", same);
        assert_eq!(query.end(), "/api/admin/consents?state=active&sort=-until");
        assert_eq!(Query::new("/a").add("b", "", same).end(), "/a");
    }
}
