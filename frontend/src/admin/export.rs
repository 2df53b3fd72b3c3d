//! Files of what is listed.

use crate::day::Day;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    JsonLines,
}

impl Format {
    pub(super) const ALL: [Self; 2] = [Self::Csv, Self::JsonLines];

    /// As the backend calls it, and as its files end.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// As people call it, in every language.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::JsonLines => "JSON Lines",
        }
    }

    /// <https://www.iana.org/assignments/media-types/text/csv>; JSON Lines has no registered type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv;charset=utf-8",
            Self::JsonLines => "application/x-ndjson",
        }
    }
}

/// A name that says what is in the file and of when: `onbehalf-consents-2026-11-22.csv`.
pub(super) fn file_name(what: &str, day: Option<Day>, format: Format) -> String {
    let day = day.map(|day| format!("-{day}")).unwrap_or_default();
    ["onbehalf-", what, &day, ".", format.name()].concat()
}

/// Where a file goes on, by the `Link` header of a part: `<?cursor=…>; rel="next"`.
/// <https://www.rfc-editor.org/rfc/rfc8288>
pub(super) fn next_cursor(link: &str) -> Option<&str> {
    let (target, relation) = link.strip_prefix('<')?.split_once('>')?;
    let is_next = relation.contains("rel=\"next\"");
    target.strip_prefix("?cursor=").filter(|_| is_next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_is_in_it_and_of_when() {
        let day = Day::parse("2026-11-22");
        for (what, day, format, name) in [
            (
                "consents",
                day,
                Format::Csv,
                "onbehalf-consents-2026-11-22.csv",
            ),
            (
                "activity",
                day,
                Format::JsonLines,
                "onbehalf-activity-2026-11-22.jsonl",
            ),
            ("activity", None, Format::Csv, "onbehalf-activity.csv"),
        ] {
            assert_eq!(file_name(what, day, format), name);
        }
    }

    #[test]
    fn a_part_names_the_next_one_or_none() {
        assert_eq!(next_cursor("<?cursor=a%3A1>; rel=\"next\""), Some("a%3A1"));
        for other in [
            "",
            "<?cursor=a>; rel=\"prev\"",
            "<https://elsewhere>; rel=\"next\"",
            "?cursor=a",
        ] {
            assert_eq!(next_cursor(other), None, "{other}");
        }
    }
}
