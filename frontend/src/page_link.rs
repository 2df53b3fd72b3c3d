//! The page of Confluence that a person means by a link or a number.

/// The number of the page, if this is a link to one; otherwise what was written, for the backend to judge.
pub(crate) fn page_id(written: &str) -> &str {
    let written = written.trim();
    let after = ["pageId=", "/pages/edit-v2/", "/pages/"]
        .into_iter()
        .find_map(|mark| Some(written.split_once(mark)?.1));
    let id = after.and_then(|rest| rest.get(..digits(rest)));
    id.filter(|id| !id.is_empty()).unwrap_or(written)
}

/// How many digits a text begins with.
fn digits(text: &str) -> usize {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    end.unwrap_or(text.len())
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
