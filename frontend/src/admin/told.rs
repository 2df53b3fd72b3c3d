//! What the contract's values are called where somebody reads about others.

use onbehalf_contract::{
    Action, Activity, ConsentState, EndedBecause, NotRun, Outcome, PolicyEffects, Run,
};

use super::draft::is_harmless;
use crate::{
    intl,
    words::{self, Tone, admin as say},
};

pub(super) fn state(state: ConsentState) -> (String, Tone) {
    match state {
        ConsentState::None => (say::state_none(), Tone::Neutral),
        ConsentState::Active => (say::state_active(), Tone::Good),
        ConsentState::Expired => (say::state_expired(), Tone::Neutral),
        ConsentState::Revoked => (say::state_revoked(), Tone::Bad),
        ConsentState::Invalidated => (say::state_invalidated(), Tone::Bad),
    }
}

/// Why a consent ended.
pub(super) fn because(because: EndedBecause) -> String {
    match because {
        EndedBecause::Expired => say::because_expired(),
        EndedBecause::RevokedByPerson => say::because_by_person(),
        EndedBecause::RevokedByAdmin => say::because_by_admin(),
        EndedBecause::AccountDeactivated => say::because_deactivated(),
        EndedBecause::AccountClosed => say::because_closed(),
        EndedBecause::AccountUnfit => say::because_unfit(),
        EndedBecause::AccessLost => say::because_access(),
        EndedBecause::AppRemoved => say::because_app(),
        EndedBecause::NoticeChanged => say::because_notice(),
        EndedBecause::PolicyChanged => say::because_policy(),
    }
}

/// What happened to a consent: the backend's own word where there is none here.
pub(super) fn event(what: &str) -> String {
    match what {
        "granted" => say::event_granted(),
        "renewed" => say::event_renewed(),
        "revoked" => say::event_revoked(),
        "expired" => say::event_expired(),
        "invalidated" => say::event_invalidated(),
        other => other.to_owned(),
    }
}

/// What a schedule does.
pub(super) fn action(action: &Action) -> String {
    match action {
        Action::CreatePage {
            title,
            space_id: None,
            ..
        } => say::schedules_own_space(title),
        other => words::action(other),
    }
}

/// Why a run did nothing, or failed, in a few words.
pub(super) fn why(reason: &NotRun) -> String {
    match reason.code.as_str() {
        "no-consent" => say::why_none(),
        "consent-revoked" | "consent-revoked-by-admin" => say::why_revoked(),
        "consent-expired" => say::why_expired(),
        "consent-read-only" | "consent-covers-reading-only" => say::why_read_only(),
        "paused-by-admin" => say::why_paused(),
        "not-allowed-by-policy" => say::why_policy(),
        "not-accepted" | "refused" => say::why_not_accepted(),
        "not-permitted" | "token-refused" => say::why_not_permitted(),
        "not-found" | "no-space" => say::why_not_found(),
        "outcome-unknown" => say::why_unknown(),
        code if code.starts_with("consent-invalidated") => say::why_invalidated(),
        code if code.starts_with("account-") => say::why_account(),
        "too-slow" | "token-not-prepared" | "rate-limited" | "atlassian-down" | "store-down"
        | "confluence-down" => say::why_down(),
        _ => reason.detail.clone(),
    }
}

/// What needs saying about a run beyond its result.
pub(super) fn run_notes(run: &Run, app: &str) -> Vec<String> {
    let notes = [
        run.reason.as_ref().map(why),
        run.as_app.then(|| say::activity_as_app(app)),
        run.settled.then(say::activity_settled),
    ];
    notes.into_iter().flatten().collect()
}

/// What needs saying about an act beyond its outcome.
pub(super) fn act_notes(act: &Activity, app: &str) -> Vec<String> {
    let detail = match (act.settled, act.outcome) {
        (true, _) => Some(say::activity_settled()),
        (false, Outcome::Unknown) => Some(say::activity_no_answer()),
        (false, _) => words::outcome_detail(act),
    };
    let as_app = act.as_app.then(|| say::activity_as_app(app));
    [as_app, detail].into_iter().flatten().collect()
}

/// Why something was not done for somebody, and how often: `no-consent`, `ended-before`, … or, of an account that was
/// asked for its consent, what keeps it from consenting.
pub(super) fn not_done(code: &str, count: u32) -> String {
    let count = intl::count(count);
    match code {
        "no-consent" => say::not_no_consent(&count),
        "ended-before" => say::not_ended_before(&count),
        "changed" => say::not_changed(&count),
        "has-consented" => say::not_has_consented(&count),
        code if code.starts_with("account-") => say::not_account(&count),
        _ => say::not_failed(&count),
    }
}

/// What a change of the policy does, one line each.
pub(super) fn effects(effects: &PolicyEffects) -> Vec<String> {
    if is_harmless(effects) {
        return vec![say::policy_no_effects()];
    }
    let line = |count, say: fn(&str) -> String| (count > 0).then(|| say(&intl::count(count)));
    let lines = [
        line(effects.end_now, say::policy_end_now),
        line(effects.end_earlier, say::policy_end_earlier),
        line(effects.lose_writing, say::policy_lose_writing),
        line(effects.schedules_refused, say::policy_refused),
    ];
    lines.into_iter().flatten().collect()
}
