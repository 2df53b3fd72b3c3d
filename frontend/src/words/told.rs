//! What the backend says went wrong, in the person's language: by the name that it gives the matter.
//!
//! Where a name has no words here (it is new, or meant for other programs), the backend's own English is shown.

use onbehalf_contract::{NotRun, Problem};

use super::catalogue;

pub(crate) fn problem_title(problem: &Problem) -> String {
    told("problem", problem.name(), "title", &problem.title, &[])
}

/// What happened.
pub(crate) fn problem_detail(problem: &Problem) -> String {
    told("problem", problem.name(), "detail", &problem.detail, &[])
}

/// What the person can do about it.
pub(crate) fn problem_remedy(problem: &Problem) -> String {
    told("problem", problem.name(), "remedy", &problem.remedy, &[])
}

/// Why a run did nothing, or failed. The only words from here that may name the app.
pub(crate) fn reason_detail(reason: &NotRun, app: &str) -> String {
    let app = [("app", app)];
    told("reason", &reason.code, "detail", &reason.detail, &app)
}

/// What to do about it.
pub(crate) fn reason_remedy(reason: &NotRun, app: &str) -> String {
    let app = [("app", app)];
    told("reason", &reason.code, "remedy", &reason.remedy, &app)
}

fn told(kind: &str, name: &str, part: &str, given: &str, values: &[(&str, &str)]) -> String {
    catalogue::text_or(&[kind, ".", name, ".", part].concat(), given, values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(name: &str) -> Problem {
        Problem {
            kind: format!("/problems/{name}"),
            title: "A title".to_owned(),
            status: 403,
            detail: "A detail.".to_owned(),
            remedy: "A remedy.".to_owned(),
        }
    }

    #[test]
    fn a_problem_that_is_known_is_told_in_the_language() {
        let known = problem("account-inactive");
        assert_eq!(problem_title(&known), "This account cannot be impersonated");
        assert_eq!(problem_detail(&known), "This account is deactivated.");
        assert_eq!(
            problem_remedy(&known),
            "Ask a Confluence admin to reactivate the account."
        );
    }

    #[test]
    fn a_problem_that_is_not_known_speaks_for_itself() {
        for name in ["brand-new", "", "account-inactive.title"] {
            let unknown = problem(name);
            assert_eq!(problem_title(&unknown), "A title");
            assert_eq!(problem_detail(&unknown), "A detail.");
            assert_eq!(problem_remedy(&unknown), "A remedy.");
        }
    }

    #[test]
    fn a_reason_names_the_app() {
        let mut reason = NotRun {
            code: "no-consent".to_owned(),
            detail: "A detail.".to_owned(),
            remedy: "A remedy.".to_owned(),
        };
        assert_eq!(
            reason_detail(&reason, "Onbehalf"),
            "You have not allowed Onbehalf to act as you."
        );
        reason.code = "brand-new".to_owned();
        assert_eq!(reason_detail(&reason, "Onbehalf"), "A detail.");
        assert_eq!(reason_remedy(&reason, "Onbehalf"), "A remedy.");
    }
}
