//! What the contract's values are called on the page, in the person's language.

mod catalogue;
// Lists of words are written as the macro in there takes them.
#[macro_use]
mod keys;

pub(crate) mod admin;
#[cfg(test)]
mod languages;
mod soon;
mod told;
mod when;

use onbehalf_contract::{
    Access, Action, Activity, Consent, ConsentState, Deed, EndedBecause, Method, Outcome,
    RunResult, ScheduleState,
};

use crate::json;

pub(crate) use catalogue::{Part, speak};
pub(crate) use keys::*;
pub(crate) use soon::soon;
pub(crate) use told::{
    problem_detail, problem_remedy, problem_title, reason_detail, reason_remedy,
};
pub(crate) use when::when;

/// How a result is coloured. The words beside it always say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Moving,
    Good,
    Bad,
}

pub(crate) fn access(access: Access) -> String {
    match access {
        Access::Read => access_read(),
        Access::ReadWrite => access_read_write(),
    }
}

/// That a consent has ended: why, and the way back. Nothing for one that was never given or is still active.
pub(crate) fn how_it_ended(consent: &Consent, app: &str) -> Option<(String, String)> {
    if matches!(consent.state, ConsentState::None | ConsentState::Active) {
        return None;
    }
    Some(match consent.ended_because {
        Some(EndedBecause::Expired) => (ended_expired_title(), ended_expired_text()),
        Some(EndedBecause::RevokedByPerson) => (ended_revoked_title(), ended_revoked_text()),
        Some(EndedBecause::RevokedByAdmin) => (
            ended_revoked_by_admin_title(),
            ended_revoked_by_admin_text(),
        ),
        Some(EndedBecause::AccountDeactivated) => (
            ended_account_deactivated_title(),
            ended_account_deactivated_text(),
        ),
        Some(EndedBecause::AccountClosed) => {
            (ended_account_closed_title(), ended_account_closed_text())
        }
        Some(EndedBecause::AccountUnfit) => {
            (ended_account_unfit_title(), ended_account_unfit_text())
        }
        Some(EndedBecause::AccessLost) => (ended_access_lost_title(), ended_access_lost_text()),
        Some(EndedBecause::AppRemoved) => (ended_app_removed_title(app), ended_app_removed_text()),
        Some(EndedBecause::NoticeChanged) => {
            (ended_notice_changed_title(app), ended_notice_changed_text())
        }
        Some(EndedBecause::PolicyChanged) => {
            (ended_policy_changed_title(), ended_policy_changed_text())
        }
        None => (ended_other_title(), ended_other_text()),
    })
}

/// What a schedule does.
pub(crate) fn action(action: &Action) -> String {
    match action {
        Action::CreatePage {
            title, space_id, ..
        } => match space_id {
            Some(space) => schedules_create_page_in(title, space),
            None => schedules_create_page(title),
        },
        Action::AppendToPage { page_id, .. } => schedules_append_to_page(page_id),
        Action::CommentOnPage { page_id, .. } => schedules_comment_on_page(page_id),
        Action::Request { method, path, .. } => schedules_request(&request(*method, path)),
    }
}

/// What was done, or was set out to be done.
pub(crate) fn deed(deed: &Deed) -> String {
    match deed {
        Deed::CreatePage { title } => activity_create_page(title),
        Deed::AppendToPage { page_id } => activity_append_to_page(page_id),
        Deed::CommentOnPage { page_id } => activity_comment_on_page(page_id),
        Deed::Request { method, path } => request(*method, path),
    }
}

/// `GET /wiki/api/v2/pages`, which is the same in every language.
fn request(method: Method, path: &str) -> String {
    [json::name(&method, &json::METHODS), " ", path].concat()
}

pub(crate) fn run_result(result: RunResult) -> (String, Tone) {
    match result {
        RunResult::Started => outcome(Outcome::Started),
        RunResult::Waiting => (run_waiting(), Tone::Moving),
        RunResult::Done => outcome(Outcome::Done),
        RunResult::Refused => (outcome_refused(), Tone::Bad),
        RunResult::Failed => outcome(Outcome::Failed),
        RunResult::Unknown => outcome(Outcome::Unknown),
    }
}

pub(crate) fn outcome(outcome: Outcome) -> (String, Tone) {
    match outcome {
        Outcome::Started => (outcome_started(), Tone::Moving),
        Outcome::Done => (outcome_done(), Tone::Good),
        Outcome::Failed => (outcome_failed(), Tone::Bad),
        Outcome::Unknown => (outcome_unknown(), Tone::Neutral),
    }
}

pub(crate) fn schedule_state(state: ScheduleState) -> String {
    match state {
        ScheduleState::Active => run_active(),
        ScheduleState::Paused => run_paused(),
    }
}

/// What needs saying about an act beyond its outcome.
pub(crate) fn outcome_detail(act: &Activity) -> Option<String> {
    if act.settled {
        return Some(activity_settled());
    }
    match (act.outcome, act.status) {
        (Outcome::Failed, Some(status)) => Some(outcome_refused_by(&status.to_string())),
        (Outcome::Failed, None) => Some(outcome_unreachable()),
        (Outcome::Unknown, _) => Some(outcome_no_answer()),
        (Outcome::Started | Outcome::Done, _) => None,
    }
}

/// A link that is safe to put on the page. Whatever else stands in its place (`javascript:`, a relative path, which
/// would lead to the app and not to Confluence) isn't shown as a link.
pub(crate) fn link(link: Option<&str>) -> Option<&str> {
    link.filter(|link| link.starts_with("https://") || link.starts_with("http://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(state: ConsentState, ended_because: Option<EndedBecause>) -> Option<(String, String)> {
        let consent = Consent {
            state,
            ended_because,
            ..crate::json::sample::consent()
        };
        how_it_ended(&consent, "Onbehalf")
    }

    #[test]
    fn each_reason_has_words_of_its_own() {
        let mut titles = std::collections::BTreeSet::new();
        for because in [
            EndedBecause::Expired,
            EndedBecause::RevokedByPerson,
            EndedBecause::RevokedByAdmin,
            EndedBecause::AccountDeactivated,
            EndedBecause::AccountClosed,
            EndedBecause::AccountUnfit,
            EndedBecause::AccessLost,
            EndedBecause::AppRemoved,
            EndedBecause::NoticeChanged,
            EndedBecause::PolicyChanged,
        ] {
            let (title, _) = ended(ConsentState::Invalidated, Some(because)).unwrap();
            assert!(titles.insert(title.clone()), "{title}");
        }
    }

    #[test]
    fn an_end_without_a_reason_is_still_an_end() {
        let (title, _) = ended(ConsentState::Expired, None).unwrap();
        assert_eq!(title, "Your permission has ended");
    }

    #[test]
    fn what_has_not_ended_has_no_end() {
        assert_eq!(ended(ConsentState::None, None), None);
        assert_eq!(ended(ConsentState::Active, None), None);
    }

    #[test]
    fn only_absolute_web_addresses_become_links() {
        let address = "https://acme.atlassian.net/wiki/spaces/A/pages/1";
        assert_eq!(link(Some(address)), Some(address));
        for bad in ["javascript:alert(1)", "/wiki/x", "data:text/html,x", ""] {
            assert_eq!(link(Some(bad)), None, "{bad}");
        }
        assert_eq!(link(None), None);
    }

    #[test]
    fn a_failure_says_what_confluence_answered() {
        assert_eq!(
            outcome_detail(&act(Outcome::Failed, Some(403), false)).unwrap(),
            "Confluence answered 403. Nothing was done."
        );
        assert_eq!(outcome_detail(&act(Outcome::Done, Some(200), false)), None);
    }

    #[test]
    fn what_the_person_said_about_an_end_goes_before_what_was_heard_of_it() {
        for outcome in [Outcome::Done, Outcome::Failed] {
            let detail = outcome_detail(&act(outcome, None, true)).unwrap();
            assert_eq!(detail, "You said how it ended.");
        }
    }

    fn act(outcome: Outcome, status: Option<u16>, settled: bool) -> Activity {
        let [act] = crate::json::sample::activity().items.try_into().unwrap();
        Activity {
            outcome,
            status,
            settled,
            ..act
        }
    }

    #[test]
    fn each_kind_of_act_and_of_schedule_has_words() {
        let said = crate::json::sample::actions().map(|it| action(&it));
        assert_eq!(
            said,
            [
                "Creates the page “Note “{date}”” in space 99",
                "Adds to page 7",
                "Comments on page 7",
                "Sends PUT /wiki/api/v2/pages/7?draft=false to Confluence",
            ]
        );
        let page_id = "7".to_owned();
        for (done, said) in [
            (
                Deed::AppendToPage {
                    page_id: page_id.clone(),
                },
                "Add to page 7",
            ),
            (Deed::CommentOnPage { page_id }, "Comment on page 7"),
            (
                Deed::Request {
                    method: Method::Get,
                    path: "/wiki/api/v2/pages".to_owned(),
                },
                "GET /wiki/api/v2/pages",
            ),
        ] {
            assert_eq!(deed(&done), said);
        }
    }
}
