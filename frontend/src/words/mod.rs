//! What the contract's values are called on the page.

mod when;

use onbehalf_contract::{Access, Action, ConsentState, Outcome, RunResult};

pub(crate) use when::when;

/// How a result is coloured. The words beside it always say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Moving,
    Good,
    Bad,
}

pub(crate) fn access(access: Access) -> &'static str {
    match access {
        Access::Read => "Read",
        Access::ReadWrite => "Read and write",
    }
}

/// A duration: `1 day`, `30 days`, `1 year`.
pub(crate) fn duration(days: i64) -> String {
    let (count, unit) = match days {
        days if days > 0 && days % 365 == 0 => (days / 365, "year"),
        days => (days, "day"),
    };
    counted(count, unit)
}

/// A number and its unit: `1 day`, `2 days`.
fn counted(count: i64, unit: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// That a consent has ended, and how; `on` is the day in the person's own language.
/// Nothing for a consent that was never given or is still active.
pub(crate) fn how_it_ended(state: ConsentState, on: Option<&str>) -> Option<(String, String)> {
    let (title, why) = match state {
        ConsentState::None | ConsentState::Active => return None,
        ConsentState::Expired => (
            "Your permission has expired",
            "The time that you chose is over.",
        ),
        ConsentState::Revoked => (
            "Your permission was taken back",
            "You did this, or an admin. What had already begun ends within ten seconds; nothing new begins.",
        ),
        ConsentState::Invalidated => (
            "Your permission is no longer valid",
            "Your account, the app or its terms have changed since you gave it.",
        ),
    };
    let on = on
        .map(|day| format!("It ended on {day}. "))
        .unwrap_or_default();
    Some((title.to_owned(), format!("{on}{why}")))
}

/// What a schedule does.
pub(crate) fn action(action: &Action) -> String {
    let Action::CreatePage { title, .. } = action;
    format!("Creates the page “{title}” in your own space")
}

pub(crate) fn run_result(result: RunResult) -> (&'static str, Tone) {
    match result {
        RunResult::Started => ("Running", Tone::Moving),
        RunResult::Done => ("Done", Tone::Good),
        RunResult::Refused => ("Refused", Tone::Bad),
        RunResult::Failed => ("Failed", Tone::Bad),
        RunResult::Unknown => ("Outcome unknown", Tone::Neutral),
    }
}

pub(crate) fn outcome(outcome: Outcome) -> (&'static str, Tone) {
    match outcome {
        Outcome::Started => ("Under way", Tone::Moving),
        Outcome::Done => ("Done", Tone::Good),
        Outcome::Failed => ("Failed", Tone::Bad),
        Outcome::Unknown => ("Outcome unknown", Tone::Neutral),
    }
}

/// What needs saying about an act beyond its outcome.
pub(crate) fn outcome_detail(outcome: Outcome, status: Option<u16>) -> Option<String> {
    match (outcome, status) {
        (Outcome::Failed, Some(status)) => {
            Some(format!("Confluence answered {status}. Nothing was done."))
        }
        (Outcome::Failed, None) => {
            Some("Confluence could not be reached. Nothing was done.".to_owned())
        }
        (Outcome::Unknown, _) => {
            Some("No answer came back. It may or may not have happened.".to_owned())
        }
        (Outcome::Started | Outcome::Done, _) => None,
    }
}

/// A link that is safe to put on the page. Whatever else stands in its place (`javascript:`, a relative path, which
/// would lead to the app and not to Confluence) isn't shown as a link.
pub(crate) fn link(link: Option<String>) -> Option<String> {
    link.filter(|link| link.starts_with("https://") || link.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counted_in_the_largest_unit_that_fits() {
        for (days, words) in [
            (1, "1 day"),
            (7, "7 days"),
            (30, "30 days"),
            (364, "364 days"),
            (365, "1 year"),
            (730, "2 years"),
        ] {
            assert_eq!(duration(days), words);
        }
    }

    #[test]
    fn every_end_is_said_with_its_day() {
        for state in [
            ConsentState::Expired,
            ConsentState::Revoked,
            ConsentState::Invalidated,
        ] {
            let (_, text) = how_it_ended(state, Some("22 November 2026")).unwrap();
            assert!(text.starts_with("It ended on 22 November 2026. "), "{text}");
        }
    }

    #[test]
    fn an_end_without_a_known_day_is_still_a_sentence() {
        let (title, text) = how_it_ended(ConsentState::Expired, None).unwrap();
        assert_eq!(title, "Your permission has expired");
        assert_eq!(text, "The time that you chose is over.");
    }

    #[test]
    fn what_has_not_ended_has_no_end() {
        assert_eq!(how_it_ended(ConsentState::None, None), None);
        assert_eq!(how_it_ended(ConsentState::Active, None), None);
    }

    #[test]
    fn only_absolute_web_addresses_become_links() {
        let address = "https://acme.atlassian.net/wiki/spaces/A/pages/1";
        assert_eq!(link(Some(address.to_owned())).as_deref(), Some(address));
        for bad in ["javascript:alert(1)", "/wiki/x", "data:text/html,x", ""] {
            assert_eq!(link(Some(bad.to_owned())), None, "{bad}");
        }
        assert_eq!(link(None), None);
    }

    #[test]
    fn a_failure_says_what_confluence_answered() {
        assert_eq!(
            outcome_detail(Outcome::Failed, Some(403)).unwrap(),
            "Confluence answered 403. Nothing was done."
        );
        assert_eq!(outcome_detail(Outcome::Done, Some(200)), None);
    }
}
