//! What can go wrong between a press of a button and the answer, and what the person can do about it.

use onbehalf_contract::Problem;

use crate::words;

/// Why a call brought no answer that the page can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The backend said what is wrong.
    Told(Problem),
    /// The backend no longer takes this page's tokens.
    SessionEnded,
    /// Confluence gave no token: this page isn't inside Confluence, or lost touch with it.
    NoHost,
    /// No answer came over the network.
    Offline,
    /// An answer came, but not one that this page understands.
    Garbled,
}

/// The one thing that a message offers as a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cure {
    /// The same call may well work now.
    TryAgain,
    /// Only a fresh page helps.
    Reload,
    /// Repeating it would end the same way.
    Nothing,
}

impl Trouble {
    /// What an answer without success means; `problem` is its body, if that says.
    pub(crate) fn of_answer(status: u16, problem: Option<Problem>) -> Self {
        match problem {
            _ if status == 401 => Self::SessionEnded,
            Some(problem) => Self::Told(problem),
            None => Self::Garbled,
        }
    }

    /// Whether what the page shows is no longer how things are.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Told(problem) if problem.status == 409)
    }

    pub(crate) fn title(&self) -> String {
        match self {
            Self::Told(problem) => words::problem_title(problem),
            Self::SessionEnded => words::trouble_session_ended_title(),
            Self::NoHost => words::trouble_no_host_title(),
            Self::Offline => words::trouble_offline_title(),
            Self::Garbled => words::trouble_garbled_title(),
        }
    }

    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Told(problem) => words::problem_detail(problem),
            Self::SessionEnded => words::trouble_session_ended_detail(),
            Self::NoHost => words::trouble_no_host_detail(),
            Self::Offline => words::trouble_offline_detail(),
            Self::Garbled => words::trouble_garbled_detail(),
        }
    }

    pub(crate) fn remedy(&self) -> String {
        match self {
            Self::Told(problem) => words::problem_remedy(problem),
            Self::SessionEnded => words::trouble_session_ended_remedy(),
            Self::NoHost => words::trouble_no_host_remedy(),
            Self::Offline => words::trouble_offline_remedy(),
            Self::Garbled => words::trouble_garbled_remedy(),
        }
    }

    pub(crate) fn cure(&self) -> Cure {
        match self {
            Self::SessionEnded | Self::NoHost => Cure::Reload,
            Self::Offline | Self::Garbled => Cure::TryAgain,
            Self::Told(problem) => match problem.name() {
                // A log doesn't heal.
                "log-altered" => Cure::Nothing,
                // The page offers what is no longer to be had.
                "access-not-allowed" | "language-unknown" | "notice-unknown"
                | "no-such-schedule" | "no-such-run" => Cure::Reload,
                // The page has caught up by itself, or nothing but the person's own doing helps.
                "schedule-changed" | "too-many-schedules" => Cure::Nothing,
                _ => match problem.status {
                    408 | 425 | 429 | 500.. => Cure::TryAgain,
                    409 => Cure::Reload,
                    _ => Cure::Nothing,
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16) -> Trouble {
        named("brand-new", status)
    }

    fn named(name: &str, status: u16) -> Trouble {
        let problem = Problem {
            kind: format!("/problems/{name}"),
            title: "Only people can allow this".to_owned(),
            status,
            detail: "Build Bot is an app.".to_owned(),
            remedy: "Sign in as a person.".to_owned(),
        };
        Trouble::of_answer(status, Some(problem))
    }

    #[test]
    fn a_problem_speaks_for_itself() {
        let trouble = told(403);
        assert_eq!(trouble.title(), "Only people can allow this");
        assert_eq!(trouble.detail(), "Build Bot is an app.");
        assert_eq!(trouble.remedy(), "Sign in as a person.");
        assert_eq!(trouble.cure(), Cure::Nothing);
    }

    #[test]
    fn a_refused_token_means_that_the_session_has_ended_whatever_the_body_says() {
        assert_eq!(told(401), Trouble::SessionEnded);
        assert_eq!(Trouble::of_answer(401, None), Trouble::SessionEnded);
        assert_eq!(Trouble::SessionEnded.cure(), Cure::Reload);
    }

    #[test]
    fn what_passes_by_itself_can_be_tried_again_and_what_does_not_cannot() {
        for status in [429, 500, 502, 503] {
            assert_eq!(told(status).cure(), Cure::TryAgain, "{status}");
        }
        for status in [400, 403, 404, 413, 422] {
            assert_eq!(told(status).cure(), Cure::Nothing, "{status}");
        }
    }

    #[test]
    fn where_the_page_is_out_of_date_it_offers_to_reload() {
        for (name, status) in [
            ("notice-replaced", 409),
            ("notice-unknown", 422),
            ("language-unknown", 422),
            ("access-not-allowed", 422),
            ("no-such-schedule", 404),
        ] {
            assert_eq!(named(name, status).cure(), Cure::Reload, "{name}");
        }
    }

    #[test]
    fn what_only_the_person_can_put_right_is_left_to_them() {
        for name in ["schedule-changed", "too-many-schedules"] {
            assert_eq!(named(name, 409).cure(), Cure::Nothing, "{name}");
        }
    }

    #[test]
    fn an_altered_log_is_not_asked_for_again() {
        assert_eq!(named("log-altered", 500).cure(), Cure::Nothing);
    }

    #[test]
    fn only_a_409_is_a_conflict() {
        assert!(told(409).is_conflict());
        assert!(!told(422).is_conflict());
        assert!(!Trouble::Offline.is_conflict());
    }

    #[test]
    fn an_answer_that_says_nothing_is_garbled() {
        assert_eq!(Trouble::of_answer(502, None), Trouble::Garbled);
    }
}
