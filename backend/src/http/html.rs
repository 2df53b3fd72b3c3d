//! Pages that need no script: why the real page cannot be shown.

use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use onbehalf_contract::Problem;

use super::page::Page;
use crate::domain::language::Language;

/// Text as it may stand in HTML, between tags and in quoted attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            letter => html.push(letter),
        }
    }
    html
}

/// An HTML answer with its policy.
pub(super) fn answer(status: StatusCode, policy: &str, html: String) -> Response {
    let mut response = (status, html).into_response();
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    let policy =
        HeaderValue::from_str(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    response
}

/// A problem as a page of its own, in the language that the browser asks for, which can be asked for again in so many
/// seconds.
pub(super) fn problem(
    page: &Page,
    headers: &HeaderMap,
    problem: &Problem,
    retry_after: Option<u64>,
) -> Response {
    let language = language_of(headers);
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let words = page.words(language);
    let say = |part: &str, english: &str| {
        let key = format!("problem.{}.{part}", problem.name());
        escaped(words.get(&key).map_or(english, String::as_str))
    };
    let title = say("title", &problem.title);
    let body = format!(
        "<h1>{title}</h1>\n<p>{}</p>\n<p>{}</p>",
        say("detail", &problem.detail),
        say("remedy", &problem.remedy)
    );
    let mut response = answer(
        status,
        &page.plain_policy(None),
        page.plain(language, &title, &body),
    );
    if let Some(seconds) = retry_after {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The language that a browser asks for.
pub(super) fn language_of(headers: &HeaderMap) -> Language {
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|asked| asked.to_str().ok())
        .map(Language::preferred)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_text_can_leave_its_place() {
        let hostile = r#"</p><script>"'&"#;
        assert_eq!(
            super::escaped(hostile),
            "&lt;/p&gt;&lt;script&gt;&quot;&#39;&amp;"
        );
    }
}
