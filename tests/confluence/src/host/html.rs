//! Writing HTML safely: text goes through [`esc`], everywhere.

use std::fmt;

use axum::response::{Html, IntoResponse, Response};
use http::{StatusCode, header};
use serde_json::Value;

/// Text, written so that it stays text in elements and in quoted attributes.
pub(super) struct Escaped<'a>(&'a str);

pub(super) fn esc(text: &str) -> Escaped<'_> {
    Escaped(text)
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

/// JSON for a `<script type="application/json">`, which nothing in it can end.
pub(super) fn script_json(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// A page that is never kept by the browser.
pub(super) fn respond(status: StatusCode, html: String) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(
            esc("<a href='x'>&\"").to_string(),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"
        );
    }

    #[test]
    fn json_cannot_end_its_script() {
        let json = script_json(&serde_json::json!({"x": "</script>"}));
        assert!(!json.contains('<'));
        assert_eq!(
            serde_json::from_str::<Value>(&json).unwrap()["x"],
            "</script>"
        );
    }
}
