//! Confluence's storage format as HTML: plain structure is kept, macros and all attributes but safe links are not.

use super::html::esc;

const KEPT: [&str; 27] = [
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "u",
    "s",
    "sub",
    "sup",
    "code",
    "pre",
    "blockquote",
    "table",
    "tbody",
    "thead",
    "tr",
    "th",
    "td",
];

pub(super) fn to_html(storage: &str) -> String {
    let mut html = String::with_capacity(storage.len());
    let mut rest = storage;
    while let Some((text, from_tag)) = rest.split_once('<') {
        html.push_str(&text_of(text));
        match from_tag.split_once('>') {
            Some((tag, after)) => {
                html.push_str(&tag_of(tag));
                rest = after;
            }
            None => {
                html.push_str("&lt;");
                rest = from_tag;
            }
        }
    }
    html.push_str(&text_of(rest));
    html
}

/// Text, in which the format has the entities of XHTML already.
fn text_of(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", "\u{a0}"),
        ("&amp;", "&"),
    ] {
        plain = plain.replace(entity, character);
    }
    esc(&plain).to_string()
}

fn tag_of(tag: &str) -> String {
    let (closing, tag) = tag.strip_prefix('/').map_or(("", tag), |tag| ("/", tag));
    let name = tag
        .split([' ', '/', '\n', '\t'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match name.as_str() {
        "a" if closing.is_empty() => format!("<a href=\"{}\" rel=\"noopener\">", esc(link(tag))),
        "a" => "</a>".to_owned(),
        kept if KEPT.contains(&kept) => format!("<{closing}{kept}>"),
        _ => String::new(),
    }
}

/// The target of a link, if it is one that can do no harm.
fn link(tag: &str) -> &str {
    let target = tag
        .split_once("href=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map_or("#", |(target, _)| target);
    let safe = ["https://", "http://", "/", "#"]
        .iter()
        .any(|start| target.starts_with(start));
    if safe { target } else { "#" }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn structure_is_kept() {
        assert_eq!(
            to_html("<p>a &amp; <strong>b</strong></p>"),
            "<p>a &amp; <strong>b</strong></p>"
        );
        assert_eq!(
            to_html("<a href=\"https://x.example/?a\">x</a>"),
            "<a href=\"https://x.example/?a\" rel=\"noopener\">x</a>"
        );
    }

    proptest! {
        #[test]
        fn whatever_comes_only_known_tags_leave(storage in "[<>/a-z:\"'= &;-]{0,60}") {
            let html = to_html(&storage);
            for tag in html.split('<').skip(1) {
                let (tag, _) = tag.split_once('>').unwrap();
                let name = tag.trim_start_matches('/');
                prop_assert!(KEPT.contains(&name) || name == "a" || name.starts_with("a href=\""), "{}", html);
            }
        }
    }

    #[test]
    fn nothing_runs() {
        assert_eq!(to_html("<script>alert(1)</script>"), "alert(1)");
        assert_eq!(to_html("<p onclick=\"x()\">y</p>"), "<p>y</p>");
        assert_eq!(
            to_html("<a href=\"javascript:x()\">y</a>"),
            "<a href=\"#\" rel=\"noopener\">y</a>"
        );
        assert_eq!(to_html("<img src=x onerror=x()>1 < 2"), "1 &lt; 2");
    }
}
