//! Plain text as Confluence's storage format, and back.
//!
//! <https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html>

const SPECIAL: [(char, &str); 4] = [
    // First, since the others bring more of it.
    ('&', "&amp;"),
    ('<', "&lt;"),
    ('>', "&gt;"),
    ('\n', "<br/>"),
];

/// A paragraph for each part of a text that blank lines set apart.
pub(crate) fn of_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let parts = text.split("\n\n").map(|part| part.trim_matches('\n'));
    let parts = parts.filter(|part| !part.is_empty());
    parts
        .map(|part| format!("<p>{}</p>", escaped(part)))
        .collect()
}

/// The text that [`of_text`] makes this of, if there is one.
pub(crate) fn to_text(storage: &str) -> Option<String> {
    let parts = storage.replace("</p><p>", "\n\n");
    let parts = parts.strip_prefix("<p>").unwrap_or(&parts);
    let mut text = parts.strip_suffix("</p>").unwrap_or(parts).to_owned();
    for (letter, name) in SPECIAL.iter().rev() {
        text = text.replace(name, letter.encode_utf8(&mut [0; 4]));
    }
    (of_text(&text) == storage).then_some(text)
}

fn escaped(text: &str) -> String {
    let mut text = text.to_owned();
    for (letter, name) in SPECIAL {
        text = text.replace(letter, name);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_paragraphs_and_lines_and_nothing_else() {
        for (text, storage) in [
            ("", ""),
            ("One line, {date}", "<p>One line, {date}</p>"),
            ("One\nTwo", "<p>One<br/>Two</p>"),
            ("One\n\nTwo", "<p>One</p><p>Two</p>"),
            ("1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
            ("<script>&lt;", "<p>&lt;script&gt;&amp;lt;</p>"),
        ] {
            assert_eq!(of_text(text), storage);
            assert_eq!(to_text(storage).as_deref(), Some(text));
        }
        assert_eq!(
            of_text("\r\nOne\r\n\r\n\r\n\r\nTwo\n"),
            "<p>One</p><p>Two</p>"
        );
    }

    #[test]
    fn what_is_more_than_text_stays_storage_format() {
        for storage in [
            "<p>One <strong>two</strong></p>",
            "<p>One</p> <p>Two</p>",
            "<p/>",
            "<p>&nbsp;</p>",
            "One",
            "<p>One<br /></p>",
        ] {
            assert_eq!(to_text(storage), None, "{storage}");
        }
    }
}
