//! Plain text as Confluence's storage format, and back.
//!
//! <https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html>

/// A paragraph for each part of a text that blank lines set apart.
pub(crate) fn of_text(text: &str) -> String {
    let mut storage = String::new();
    let mut within = false;
    for line in text.lines() {
        if line.is_empty() {
            if within {
                storage.push_str("</p>");
            }
            within = false;
            continue;
        }
        storage.push_str(if within { "<br/>" } else { "<p>" });
        within = true;
        for letter in line.chars() {
            match letter {
                '&' => storage.push_str("&amp;"),
                '<' => storage.push_str("&lt;"),
                '>' => storage.push_str("&gt;"),
                _ => storage.push(letter),
            }
        }
    }
    if within {
        storage.push_str("</p>");
    }
    storage
}

/// What [`of_text`] writes, and what it writes that for. What begins with another comes before it.
const MARKS: [(&str, &str); 7] = [
    ("</p><p>", "\n\n"),
    ("</p>", ""),
    ("<p>", ""),
    ("<br/>", "\n"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&amp;", "&"),
];

/// The text that [`of_text`] makes this of, if there is one.
pub(crate) fn to_text(storage: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = storage;
    while !rest.is_empty() {
        let mark =
            |(mark, letters): &(&str, &'static str)| Some((rest.strip_prefix(mark)?, *letters));
        if let Some((after, letters)) = MARKS.iter().find_map(mark) {
            text.push_str(letters);
            rest = after;
        } else {
            let mut letters = rest.chars();
            text.extend(letters.next());
            rest = letters.as_str();
        }
    }
    (of_text(&text) == storage).then_some(text)
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
