//! Why a run came to nothing, or nobody knows what it came to; and what follows from that.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::NotRun;
use thiserror::Error;

use super::account::Unfit;
use super::consent::{Circumstances, Consent, End, Revoker, Standing, Why};
use super::consent_event::Invalid;
use super::fingerprint::sha256;
use super::run::RunId;

/// How often a run is tried, at most.
pub const MOST_TRIES: u32 = 4;

/// The code of [`Failure::OutcomeUnknown`].
pub(super) const OUTCOME_UNKNOWN: &str = "outcome-unknown";

/// Before the second try; each further one waits four times as long.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// The same failure of so many runs in a row pauses a schedule. What its person can mend is soon clear; what passes by
/// itself is given more time.
const MENDED_BY_PEOPLE: u32 = 3;
const PASSES_BY_ITSELF: u32 = 10;

/// Why a run came to nothing. Nothing was done, but for [`Failure::OutcomeUnknown`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error(transparent)]
    Unfit(#[from] Unfit),
    #[error("Onbehalf is not installed in this site, or is switched off")]
    AppGone,
    /// With the admin's words.
    #[error("an admin has paused everything: {0}")]
    Paused(String),
    #[error("the admins of this site do not allow this any more")]
    NotAllowedByPolicy,
    #[error("the answers took too long, and no call was made")]
    TooSlow,
    #[error("the database did not answer in time, and no call was made")]
    StoreDown,
    /// The authorization server's OAuth error code.
    #[error("Atlassian refused a token: {0}")]
    TokenRefused(String),
    #[error("the call could not be prepared")]
    NotPrepared,
    #[error("Atlassian's authorization server did not answer")]
    AtlassianDown,
    #[error("{who} asks to slow down")]
    RateLimited {
        who: &'static str,
        retry_after: Option<Duration>,
    },
    #[error("Confluence did not answer, and nothing was done")]
    ConfluenceDown { retry_after: Option<Duration> },
    #[error("Confluence did not accept it (status {status})")]
    NotAccepted { status: u16 },
    #[error("Confluence did not permit it (status {status})")]
    NotPermitted { status: u16 },
    #[error("Confluence did not find it (status 404)")]
    NotFound,
    #[error("Confluence answered with status {status}")]
    Refused { status: u16 },
    #[error("there is no space to write in")]
    NoSpace,
    /// The call was sent, and whether it was carried out is not known.
    #[error("Confluence gave no clear answer")]
    OutcomeUnknown {
        /// Whether doing it again does no harm.
        idempotent: bool,
    },
}

/// Why the consent does not allow an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotAllowed {
    #[error("you have not allowed Onbehalf to act as you")]
    NoConsent,
    #[error("you have taken back your consent")]
    Revoked,
    #[error("an admin has taken back your consent")]
    RevokedByAdmin,
    #[error("your consent has ended")]
    Expired,
    #[error("your consent covers reading only")]
    ReadOnly,
    #[error("your consent ended because {}", in_words(*.0))]
    Invalid(Invalid),
}

impl Failure {
    /// For the record, in words for the person whose schedule it is.
    pub fn reason(&self) -> NotRun {
        let (code, remedy) = self.code_and_remedy();
        NotRun {
            code: code.into(),
            detail: sentence(&self.to_string()),
            remedy: remedy.into(),
        }
    }

    /// A stable name for machines.
    pub fn code(&self) -> &'static str {
        self.code_and_remedy().0
    }

    /// When it is tried again, if this was try number `tried` of a run. `None`: not any more.
    ///
    /// Tried again is what passes by itself, and only if nothing was done or doing it twice does no harm. The pause grows,
    /// and differs from run to run, so that those who failed together do not come back together; it is never shorter than
    /// what was asked for.
    pub fn again_at(&self, run: &RunId, tried: u32, now: Timestamp) -> Option<Timestamp> {
        let asked_for = match self {
            Self::RateLimited { retry_after, .. } | Self::ConfluenceDown { retry_after } => {
                retry_after.unwrap_or_default()
            }
            Self::AtlassianDown
            | Self::TooSlow
            | Self::StoreDown
            | Self::NotPrepared
            | Self::OutcomeUnknown { idempotent: true } => Duration::ZERO,
            _ => return None,
        };
        if tried >= MOST_TRIES {
            return None;
        }
        let usual = FIRST_PAUSE * 4_u32.saturating_pow(tried.saturating_sub(1));
        // To the millisecond, as everything is stored: what is read must not be sooner than what was said.
        let pause = usual.mul_f64(jitter(run, tried)).as_millis();
        let pause = Duration::from_millis(u64::try_from(pause).ok()?).max(asked_for);
        now.checked_add(SignedDuration::try_from(pause).ok()?).ok()
    }

    /// After how many runs in a row that came to nothing the schedule pauses.
    pub fn pauses_after(&self) -> u32 {
        match self {
            // Nothing is wrong with the schedule.
            Self::Paused(_) => u32::MAX,
            Self::RateLimited { .. }
            | Self::ConfluenceDown { .. }
            | Self::AtlassianDown
            | Self::TooSlow
            | Self::StoreDown
            | Self::NotPrepared
            | Self::OutcomeUnknown { idempotent: true } => PASSES_BY_ITSELF,
            _ => MENDED_BY_PEOPLE,
        }
    }

    /// Whether the person cannot be impersonated, so that the app may act in their place if the schedule says so.
    pub fn is_about_the_person(&self) -> bool {
        matches!(self, Self::NotAllowed(_) | Self::Unfit(_))
    }

    fn code_and_remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotAllowed(why) => why.code_and_remedy(),
            Self::Unfit(unfit) => (unfit.code(), unfit.remedy()),
            Self::AppGone => (
                "app-not-installed",
                "Ask a Confluence admin to install it or to switch it on.",
            ),
            Self::Paused(_) => (
                "paused-by-admin",
                "It goes on by itself when an admin lets everything go on.",
            ),
            Self::NotAllowedByPolicy => (
                "not-allowed-by-policy",
                "Change or delete the schedule, or ask a Confluence admin.",
            ),
            Self::TooSlow => ("too-slow", "Run it again."),
            Self::StoreDown => ("store-down", "Try again later."),
            Self::TokenRefused(_) => (
                "token-refused",
                "Check that you can use Confluence. If you can, ask a Confluence admin to reinstall Onbehalf.",
            ),
            Self::NotPrepared => (
                "token-not-prepared",
                "Run it again. If this stays, tell a Confluence admin.",
            ),
            Self::AtlassianDown => ("atlassian-down", "Run it again later."),
            Self::RateLimited { .. } => ("rate-limited", "Run it again in a few minutes."),
            Self::ConfluenceDown { .. } => ("confluence-down", "Run it again later."),
            Self::NotAccepted { .. } => (
                "not-accepted",
                "Check the schedule: a page with this title may be there already.",
            ),
            Self::NotPermitted { .. } => (
                "not-permitted",
                "Check that you may do this in Confluence yourself.",
            ),
            Self::NotFound => (
                "not-found",
                "Check that the page or space is still there, and that you may do this there.",
            ),
            Self::Refused { .. } => ("refused", "Check the schedule, then run it again."),
            Self::NoSpace => (
                "no-space",
                "Create your personal space in Confluence, then run it again.",
            ),
            Self::OutcomeUnknown { .. } => (
                OUTCOME_UNKNOWN,
                "It may have been done, or not. Look in Confluence before you run it again.",
            ),
        }
    }
}

impl NotAllowed {
    /// What of this consent does not allow it; `None`: there is none.
    pub fn because_of(consent: Option<&Consent>, when: &Circumstances<'_>) -> Self {
        match consent.map(|consent| consent.standing(when)) {
            None => Self::NoConsent,
            Some(Standing::Active) => Self::ReadOnly,
            Some(Standing::Ended(End { why, .. })) => match why {
                Why::Expired => Self::Expired,
                Why::Revoked {
                    by: Revoker::Person,
                } => Self::Revoked,
                Why::Revoked {
                    by: Revoker::Admin { .. },
                } => Self::RevokedByAdmin,
                Why::Invalid(because) => Self::Invalid(because),
            },
        }
    }

    fn code_and_remedy(self) -> (&'static str, &'static str) {
        match self {
            Self::NoConsent => (
                "no-consent",
                "Press “Allow impersonation” if you want this schedule to run.",
            ),
            Self::Revoked => (
                "consent-revoked",
                "Press “Allow impersonation” if you want this schedule to run again.",
            ),
            Self::RevokedByAdmin => (
                "consent-revoked-by-admin",
                "Ask the admin, or press “Allow impersonation” if you want this schedule to run again.",
            ),
            Self::Expired => ("consent-expired", "Press “Allow impersonation” to go on."),
            Self::ReadOnly => (
                "consent-read-only",
                "Allow “Read and write” if you want this schedule to run.",
            ),
            Self::Invalid(because) => match because {
                Invalid::AccountDeactivated | Invalid::AccountClosed | Invalid::AccountUnfit => (
                    "consent-invalidated-account",
                    "When you can use your account again, press “Allow impersonation”.",
                ),
                Invalid::AccessLost => (
                    "consent-invalidated-access",
                    "Ask a Confluence admin for access, then press “Allow impersonation”.",
                ),
                Invalid::AppRemoved => (
                    "consent-invalidated-app-removed",
                    "Press “Allow impersonation” if you want this schedule to run again.",
                ),
                Invalid::NoticeChanged => (
                    "consent-invalidated-notice",
                    "Read what it asks for now, then press “Allow impersonation” to go on.",
                ),
                Invalid::PolicyChanged => (
                    "consent-invalidated-policy",
                    "Press “Allow impersonation” to go on. The admins allow a shorter time now.",
                ),
            },
        }
    }
}

fn in_words(because: Invalid) -> &'static str {
    match because {
        Invalid::AccountDeactivated => "your account was deactivated",
        Invalid::AccountClosed => "your account was closed",
        Invalid::AccountUnfit => "your account is not a person's",
        Invalid::AccessLost => "your account lost its access to Confluence",
        Invalid::AppRemoved => "Onbehalf was removed from this site in between",
        Invalid::NoticeChanged => "what Onbehalf asks for has changed",
        Invalid::PolicyChanged => "the admins of this site allow a shorter time now",
    }
}

/// An error's text as a sentence for people.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

/// Over how long those come back who were held back together.
const SPREAD: SignedDuration = SignedDuration::from_secs(10);

/// Some time after this, which differs from run to run.
pub fn spread_after(time: Timestamp, run: &RunId) -> Timestamp {
    let portion = (jitter(run, 0) - 0.7) / 0.6;
    let later = SignedDuration::from_secs_f64(SPREAD.as_secs_f64() * portion);
    time.saturating_add(later).unwrap_or(time)
}

/// 0.7 to 1.3, the spread that Atlassian asks for. It hangs on the run and the try alone, so that it needs no dice.
/// <https://developer.atlassian.com/cloud/confluence/rate-limiting/>
fn jitter(run: &RunId, tried: u32) -> f64 {
    let seed = format!(
        "{}#{}#{}#{tried}",
        run.of.tenant,
        run.of.account,
        run.text()
    );
    let hash = sha256(seed.as_bytes());
    let portion = hash
        .get(..4)
        .and_then(|digits| u16::from_str_radix(digits, 16).ok())
        .map_or(0.5, |number| f64::from(number) / f64::from(u16::MAX));
    0.7 + 0.6 * portion
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::ids::{AccountId, ScheduleId, Subject, TenantKey};

    fn run(account: &str) -> RunId {
        let of = Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse(account).unwrap(),
        };
        RunId::new(of, ScheduleId::of_starter(), Timestamp::UNIX_EPOCH)
    }

    fn wait(failure: &Failure, tried: u32) -> Option<i64> {
        failure
            .again_at(&run("alice"), tried, Timestamp::UNIX_EPOCH)
            .map(|at| at.as_second())
    }

    const DOWN: Failure = Failure::ConfluenceDown { retry_after: None };

    /// One of each. The `match` does not compile without a variant that is new, so that it is put into the list as well.
    fn one_of_each() -> Vec<Failure> {
        let not_allowed = [
            NotAllowed::NoConsent,
            NotAllowed::Revoked,
            NotAllowed::RevokedByAdmin,
            NotAllowed::Expired,
            NotAllowed::ReadOnly,
            NotAllowed::Invalid(Invalid::AccountDeactivated),
            NotAllowed::Invalid(Invalid::AccountClosed),
            NotAllowed::Invalid(Invalid::AccountUnfit),
            NotAllowed::Invalid(Invalid::AccessLost),
            NotAllowed::Invalid(Invalid::AppRemoved),
            NotAllowed::Invalid(Invalid::NoticeChanged),
            NotAllowed::Invalid(Invalid::PolicyChanged),
        ];
        let unfit = [
            Unfit::App,
            Unfit::Customer,
            Unfit::Inactive,
            Unfit::Closed,
            Unfit::Unknown,
        ];
        let others = [
            Failure::AppGone,
            Failure::Paused(String::new()),
            Failure::NotAllowedByPolicy,
            Failure::TooSlow,
            Failure::StoreDown,
            Failure::TokenRefused(String::new()),
            Failure::NotPrepared,
            Failure::AtlassianDown,
            Failure::RateLimited {
                who: "Confluence",
                retry_after: None,
            },
            DOWN,
            Failure::NotAccepted { status: 400 },
            Failure::NotPermitted { status: 403 },
            Failure::NotFound,
            Failure::Refused { status: 418 },
            Failure::NoSpace,
            Failure::OutcomeUnknown { idempotent: false },
        ];
        for failure in &others {
            match failure {
                Failure::NotAllowed(_)
                | Failure::Unfit(_)
                | Failure::AppGone
                | Failure::Paused(_)
                | Failure::NotAllowedByPolicy
                | Failure::TooSlow
                | Failure::StoreDown
                | Failure::TokenRefused(_)
                | Failure::NotPrepared
                | Failure::AtlassianDown
                | Failure::RateLimited { .. }
                | Failure::ConfluenceDown { .. }
                | Failure::NotAccepted { .. }
                | Failure::NotPermitted { .. }
                | Failure::NotFound
                | Failure::Refused { .. }
                | Failure::NoSpace
                | Failure::OutcomeUnknown { .. } => {}
            }
        }
        let not_allowed = not_allowed.map(Failure::NotAllowed).into_iter();
        let unfit = unfit.map(Failure::Unfit);
        not_allowed.chain(unfit).chain(others).collect()
    }

    #[test]
    fn the_page_has_words_for_each_and_for_no_other() {
        let words = include_str!("../../../frontend/words/en.json");
        let words: BTreeMap<String, String> = serde_json::from_str(words).unwrap();
        for part in [".detail", ".remedy"] {
            let there: BTreeSet<_> = words
                .keys()
                .filter_map(|key| key.strip_prefix("reason.")?.strip_suffix(part))
                .collect();
            let all = one_of_each();
            let codes: BTreeSet<_> = all.iter().map(Failure::code).collect();
            assert_eq!(there, codes, "{part}");
        }
    }

    #[test]
    fn pauses_grow_and_end() {
        for (tried, usual) in [(1, 30), (2, 120), (3, 480)] {
            let waits = wait(&DOWN, tried).unwrap();
            assert!(
                (usual * 7 / 10..=usual * 13 / 10).contains(&waits),
                "{waits}"
            );
        }
        assert_eq!(wait(&DOWN, MOST_TRIES), None);
    }

    #[test]
    fn those_who_fail_together_do_not_come_back_together() {
        let mut waits: Vec<_> = (0..100)
            .filter_map(|number| {
                DOWN.again_at(&run(&format!("account-{number}")), 2, Timestamp::UNIX_EPOCH)
            })
            .collect();
        waits.sort();
        waits.dedup();
        assert!(waits.len() > 90, "{}", waits.len());
    }

    #[test]
    fn nobody_comes_back_sooner_than_was_asked_for() {
        let asked = |seconds| Failure::RateLimited {
            who: "Confluence",
            retry_after: Some(Duration::from_secs(seconds)),
        };
        assert_eq!(wait(&asked(3600), 1), Some(3600));
        assert!(wait(&asked(1), 1).unwrap() >= 21);
    }

    #[test]
    fn what_may_have_been_done_is_repeated_only_if_that_does_no_harm() {
        let unknown = |idempotent| Failure::OutcomeUnknown { idempotent };
        assert_eq!(wait(&unknown(false), 1), None);
        assert!(wait(&unknown(true), 1).is_some());
        assert_eq!(wait(&Failure::NotPermitted { status: 403 }, 1), None);
        assert_eq!(wait(&Failure::NotAllowed(NotAllowed::NoConsent), 1), None);
    }
}
