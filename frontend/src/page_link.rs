//! The page of Confluence that a person means by a link or a number.

/// What stands before the number of a page in a link to it.
const MARKS: [&str; 3] = ["pages", "edit-v2", "pageId"];

/// The number of the page, if this is a link to one; otherwise what was written, for the backend to judge.
pub(crate) fn page_id(written: &str) -> &str {
    let written = written.trim();
    let mut before = "";
    for part in written.split(['/', '?', '&', '=', '#']) {
        if MARKS.contains(&before) && is_number(part) {
            return part;
        }
        before = part;
    }
    written
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_in_its_links() {
        for written in [
            "123",
            " 123 ",
            "https://acme.atlassian.net/wiki/spaces/A/pages/123/Weekly+notes",
            "https://acme.atlassian.net/wiki/spaces/A/pages/123",
            "https://acme.atlassian.net/wiki/spaces/A/pages/edit-v2/123?draftShareId=1",
            "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=123#top",
            "/wiki/spaces/~1/pages/123#comments",
        ] {
            assert_eq!(page_id(written), "123", "{written}");
        }
    }

    #[test]
    fn what_is_no_link_to_a_page_stays() {
        for written in [
            "",
            "notes",
            "https://acme.atlassian.net/wiki/x/AbC",
            "/pages/x",
        ] {
            assert_eq!(page_id(written), written);
        }
    }
}
