//! A consent and its states. Every change goes through a function of this file, and every change is an event: a consent is
//! what its events say, and [`Consent::replay`] makes it from them.
//!
//! ```text
//!            grant                  revoke (the person, an admin)
//!   (none) ────────▶ active ───────────────────────────────────────▶ revoked
//!                    │  ▲  ╲ its time is over
//!              renew └──┘  │╲──────────────────────────────────────▶ expired
//!                          │ ╲ account, app or notice
//!                          │  ╲────────────────────────────────────▶ invalidated
//!                          └────────────── grant ───────────────────────┘
//! ```

use jiff::{SignedDuration, Timestamp};
use onbehalf_contract::Access;

use super::agreement::Agreement;
use super::consent_event::{Actor, ConsentEvent, EventHash, Invalid, LogAltered, What};
use super::ids::{AccountId, ConsentId, Subject};
use super::notice::{Notice, Notices};
use super::policy::{Policy, Terms};

/// How long before its end a person is told that a consent ends soon.
const SOON: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The consent of one account in one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub of: Subject,
    pub id: ConsentId,
    pub agreement: Agreement,
    pub granted_at: Timestamp,
    /// How it ended, once that is written down. It may have ended without: see [`Consent::standing`].
    pub ended: Option<End>,
    /// The number of its newest event. A change is written only while this is what is stored.
    pub version: u64,
    /// The hash of its newest event.
    pub newest_event: EventHash,
}

/// How a consent ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// `None`: some time before now.
    pub at: Option<Timestamp>,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    Expired,
    Revoked { by: Revoker },
    Invalid(Invalid),
}

/// Who takes a consent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revoker {
    /// The person whose consent it is.
    Person,
    Admin {
        account: AccountId,
        reason: String,
    },
}

/// What the standing of a consent depends on, beside the consent itself.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    pub now: Timestamp,
    /// The tenant's present installation.
    pub installation: u64,
    pub notices: &'a Notices,
    /// The tenant's policy.
    pub policy: &'a Policy,
}

/// Where a consent stands at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    Ended(End),
}

/// A change to be written: the consent as it will be, and the events that say why, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub consent: Consent,
    pub events: Vec<ConsentEvent>,
    /// The version that must be stored when this is written; `None`: there must be no consent yet.
    pub replaces: Option<u64>,
}

impl Consent {
    /// Gives a consent. What was there is superseded if it was active; if it had ended, that is written down first.
    /// `None`: what was there is of a later installation than is known here, and counts.
    pub fn grant(
        of: &Subject,
        existing: Option<&Self>,
        terms: &Terms,
        notice: &Notice<'_>,
        when: &Circumstances<'_>,
    ) -> Option<Change> {
        if existing.is_some_and(|existing| existing.is_ahead_of(when)) {
            return None;
        }
        let agreement = Agreement::to(terms, notice, when.installation);
        let purpose = notice.purpose.to_owned();
        let mut log = Log::after(of, existing);
        if let Some(end) = existing.and_then(|existing| existing.unwritten_end(when)) {
            log.add(end, Actor::Onbehalf, when.now);
        }
        let what = match existing {
            Some(existing) if existing.standing(when) == Standing::Active => What::Renewed {
                supersedes: existing.id.clone(),
                agreement,
                purpose,
            },
            _ => What::Granted { agreement, purpose },
        };
        log.add(what, Actor::Person, when.now);
        Some(log.change())
    }

    /// Takes a consent back. What has ended otherwise stays so. `None`: there is nothing to write.
    pub fn revoke(&self, by: &Revoker, when: &Circumstances<'_>) -> Option<Change> {
        let (actor, reason) = match by {
            Revoker::Person => (Actor::Person, None),
            Revoker::Admin { account, reason } => {
                (Actor::Admin(account.clone()), Some(reason.clone()))
            }
        };
        self.end(What::Revoked { reason }, actor, when)
    }

    /// Ends a consent because of something that was learned. What has ended otherwise stays so. `None`: there is nothing to
    /// write.
    pub fn invalidate(&self, because: Invalid, when: &Circumstances<'_>) -> Option<Change> {
        self.end(What::Invalidated { because }, Actor::Onbehalf, when)
    }

    /// Writes down that it has ended, where nobody did: its time is over, the app was removed, the notice has changed.
    /// `None`: there is nothing to write down.
    pub fn note_end(&self, when: &Circumstances<'_>) -> Option<Change> {
        let what = self.unwritten_end(when)?;
        let mut log = Log::after(&self.of, Some(self));
        log.add(what, Actor::Onbehalf, when.now);
        Some(log.change())
    }

    /// Where it stands. A consent ends at its time, with the installation, and with the notice that it was given to,
    /// whether or not anybody wrote that down; and when the tenant's policy allows no longer one.
    pub fn standing(&self, when: &Circumstances<'_>) -> Standing {
        let Agreement {
            expires_at,
            notice,
            installation,
            ..
        } = &self.agreement;
        let ended = |at, why| Standing::Ended(End { at, why });
        if let Some(end) = &self.ended {
            Standing::Ended(end.clone())
        } else if *expires_at <= when.now {
            ended(Some(*expires_at), Why::Expired)
        } else if *installation != when.installation {
            ended(None, Why::Invalid(Invalid::AppRemoved))
        } else if !when.notices.counts(notice) {
            ended(None, Why::Invalid(Invalid::NoticeChanged))
        } else if when.policy.ends_at(self.granted_at) <= when.now {
            let at = when.policy.ends_at(self.granted_at);
            ended(Some(at), Why::Invalid(Invalid::PolicyChanged))
        } else {
            Standing::Active
        }
    }

    /// When it ends if nothing else ends it: at its own time, or earlier if the policy says so.
    pub fn ends_at(&self, when: &Circumstances<'_>) -> Timestamp {
        let by_policy = when.policy.ends_at(self.granted_at);
        self.agreement.expires_at.min(by_policy)
    }

    /// What it covers, as far as the policy allows it.
    pub fn access(&self, when: &Circumstances<'_>) -> Access {
        match self.agreement.access {
            given if when.policy.allows(given) => given,
            _ => Access::Read,
        }
    }

    /// Whether it is active, and ends within three days.
    pub fn ends_soon(&self, when: &Circumstances<'_>) -> bool {
        self.standing(when) == Standing::Active
            && self.ends_at(when).duration_since(when.now) <= SOON
    }

    /// The consent that these events, the whole log of a person, make. `None`: there are none.
    pub fn replay(of: &Subject, events: &[ConsentEvent]) -> Result<Option<Self>, LogAltered> {
        events.iter().try_fold(None, |consent, event| {
            let number = event.number;
            Self::after(consent.as_ref(), of, event)
                .map(Some)
                .ok_or(LogAltered::Impossible { number })
        })
    }

    /// The consent after an event. `None`: that event cannot follow.
    fn after(before: Option<&Self>, of: &Subject, event: &ConsentEvent) -> Option<Self> {
        let active = before.is_some_and(|before| before.ended.is_none());
        let why = match (&event.what, &event.by) {
            (What::Granted { agreement, .. }, Actor::Person) if !active => {
                return Some(Self::begun(of, event, agreement));
            }
            (
                What::Renewed {
                    supersedes,
                    agreement,
                    ..
                },
                Actor::Person,
            ) if active && before.is_some_and(|before| before.id == *supersedes) => {
                return Some(Self::begun(of, event, agreement));
            }
            (What::Revoked { reason: None }, Actor::Person) => Why::Revoked {
                by: Revoker::Person,
            },
            (
                What::Revoked {
                    reason: Some(reason),
                },
                Actor::Admin(account),
            ) => Why::Revoked {
                by: Revoker::Admin {
                    account: account.clone(),
                    reason: reason.clone(),
                },
            },
            (What::Expired, Actor::Onbehalf) => Why::Expired,
            (What::Invalidated { because }, Actor::Onbehalf) => Why::Invalid(*because),
            _ => return None,
        };
        let before = before.filter(|_| active)?;
        // An expiry is noted some time after it happened.
        let at = match why {
            Why::Expired => before.agreement.expires_at,
            _ => event.at,
        };
        Some(Self {
            ended: Some(End { at: Some(at), why }),
            version: event.number,
            newest_event: event.hash(of),
            ..before.clone()
        })
    }

    fn begun(of: &Subject, event: &ConsentEvent, agreement: &Agreement) -> Self {
        Self {
            of: of.clone(),
            id: event.consent_id(of),
            agreement: agreement.clone(),
            granted_at: event.at,
            ended: None,
            version: event.number,
            newest_event: event.hash(of),
        }
    }

    /// Writes an end down. What has ended already is written down as that, if nobody has: whoever is told that it is
    /// over must not depend on what another process knows of the time, the installation or the notice.
    fn end(&self, what: What, by: Actor, when: &Circumstances<'_>) -> Option<Change> {
        if self.standing(when) != Standing::Active && !self.is_ahead_of(when) {
            return self.note_end(when);
        }
        let mut log = Log::after(&self.of, Some(self));
        log.add(what, by, when.now);
        Some(log.change())
    }

    /// Whether it is of a later installation than is known here. Nothing is done with it then, but it has not ended by
    /// that: it may be taken back, and nothing else.
    fn is_ahead_of(&self, when: &Circumstances<'_>) -> bool {
        self.ended.is_none()
            && self.agreement.expires_at > when.now
            && self.agreement.installation > when.installation
    }

    fn unwritten_end(&self, when: &Circumstances<'_>) -> Option<What> {
        if self.is_ahead_of(when) {
            return None;
        }
        match (&self.ended, self.standing(when)) {
            (None, Standing::Ended(End { why, .. })) => match why {
                Why::Expired => Some(What::Expired),
                Why::Invalid(because) => Some(What::Invalidated { because }),
                // Never without being written.
                Why::Revoked { .. } => None,
            },
            _ => None,
        }
    }
}

/// A log that grows.
struct Log {
    of: Subject,
    replaces: Option<u64>,
    consent: Option<Consent>,
    events: Vec<ConsentEvent>,
}

impl Log {
    fn after(of: &Subject, existing: Option<&Consent>) -> Self {
        Self {
            of: of.clone(),
            replaces: existing.map(|consent| consent.version),
            consent: existing.cloned(),
            events: Vec::new(),
        }
    }

    fn add(&mut self, what: What, by: Actor, now: Timestamp) {
        let newest = self.consent.as_ref();
        let event = ConsentEvent {
            number: newest.map_or(0, |consent| consent.version) + 1,
            at: now,
            by,
            what,
            previous: newest.map_or_else(EventHash::of_nothing, |consent| {
                consent.newest_event.clone()
            }),
        };
        self.consent = Consent::after(newest, &self.of, &event);
        self.events.push(event);
    }

    fn change(self) -> Change {
        Change {
            consent: self.consent.expect("only events that can follow are added"),
            events: self.events,
            replaces: self.replaces,
        }
    }
}

/// Whether a consent to `given` covers an act that needs `needed`.
pub fn covers(given: Access, needed: Access) -> bool {
    given == Access::ReadWrite || needed == Access::Read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use std::sync::LazyLock;

    use super::*;
    use crate::domain::consent_event::{LogEntry, verified};
    use crate::domain::ids::TenantKey;
    use crate::domain::language::Language;
    use crate::domain::notice::Purpose;
    use crate::domain::policy::{Lasting, Policy};
    use onbehalf_contract::AdminPolicy;

    static POLICY: LazyLock<Policy> = LazyLock::new(Policy::default);

    fn alice() -> Subject {
        Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        }
    }

    fn ada() -> Revoker {
        Revoker::Admin {
            account: AccountId::parse("ada").unwrap(),
            reason: "Left the team.".into(),
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    /// Two releases of the app: the second does not keep the notice of the first.
    fn releases() -> [Notices; 2] {
        [
            Notices::default(),
            Notices::new(Some(Purpose::parse("It reports.").unwrap()), []),
        ]
    }

    fn then(hours: i64, notices: &Notices) -> Circumstances<'_> {
        Circumstances {
            now: at(hours),
            installation: 1,
            notices,
            policy: &POLICY,
        }
    }

    fn grant(
        existing: Option<&Consent>,
        access: Access,
        days: i64,
        when: &Circumstances<'_>,
    ) -> Change {
        let terms = Policy::default()
            .check(access, Lasting::Days(days), when.now)
            .unwrap();
        let notice = when.notices.in_language(Language::En);
        Consent::grant(&alice(), existing, &terms, &notice, when).unwrap()
    }

    fn why(consent: &Consent, when: &Circumstances<'_>) -> Option<Why> {
        match consent.standing(when) {
            Standing::Active => None,
            Standing::Ended(end) => Some(end.why),
        }
    }

    #[test]
    fn a_consent_ends_at_its_time_even_if_nobody_wrote_that_down() {
        let notices = Notices::default();
        let then = |hours| then(hours, &notices);
        let consent = grant(None, Access::Read, 1, &then(0)).consent;
        assert_eq!(consent.standing(&then(23)), Standing::Active);
        assert_eq!(why(&consent, &then(24)), Some(Why::Expired));
        let revoked = consent.revoke(&Revoker::Person, &then(24)).unwrap().consent;
        assert_eq!(
            why(&revoked, &then(24)),
            Some(Why::Expired),
            "there is nothing left to take back, and that is written down"
        );
        assert_eq!(revoked.revoke(&Revoker::Person, &then(25)), None);
        assert_eq!(consent.note_end(&then(23)), None);
        let noted = consent.note_end(&then(30)).unwrap().consent;
        let end = noted.ended.clone().unwrap();
        assert_eq!((end.at, end.why), (Some(at(24)), Why::Expired));
        assert_eq!(noted.note_end(&then(31)), None);
    }

    #[test]
    fn it_ends_soon_for_three_days() {
        let notices = Notices::default();
        let consent = grant(None, Access::Read, 7, &then(0, &notices)).consent;
        for (hours, soon) in [
            (0, false),
            (95, false),
            (96, true),
            (167, true),
            (168, false),
        ] {
            assert_eq!(consent.ends_soon(&then(hours, &notices)), soon, "{hours}");
        }
    }

    #[test]
    fn a_renewal_is_a_new_agreement_that_supersedes() {
        let notices = Notices::default();
        let first = grant(None, Access::ReadWrite, 30, &then(0, &notices)).consent;
        let renewed = grant(Some(&first), Access::Read, 1, &then(1, &notices));
        assert_eq!(renewed.replaces, Some(1));
        assert_eq!(renewed.consent.agreement.access, Access::Read);
        assert_eq!(renewed.consent.agreement.expires_at, at(25));
        assert_ne!(renewed.consent.id, first.id);
        let [
            ConsentEvent {
                what: What::Renewed { supersedes, .. },
                ..
            },
        ] = &renewed.events[..]
        else {
            panic!("{:?}", renewed.events);
        };
        assert_eq!(*supersedes, first.id);
    }

    #[test]
    fn it_does_not_outlive_the_installation_or_the_notice() {
        let [old, new] = releases();
        let consent = grant(None, Access::Read, 30, &then(0, &old)).consent;
        let removed = Circumstances {
            installation: 2,
            ..then(1, &old)
        };
        assert_eq!(
            why(&consent, &removed),
            Some(Why::Invalid(Invalid::AppRemoved))
        );
        assert_eq!(
            why(&consent, &then(1, &new)),
            Some(Why::Invalid(Invalid::NoticeChanged))
        );
        let again = grant(Some(&consent), Access::Read, 30, &removed);
        let kinds: Vec<_> = again.events.iter().map(|event| &event.what).collect();
        assert!(
            matches!(
                kinds[..],
                [
                    What::Invalidated {
                        because: Invalid::AppRemoved
                    },
                    What::Granted { .. }
                ]
            ),
            "its end is written down before the new beginning: {kinds:?}"
        );
    }

    /// The app was removed and installed again, and somebody still knows only of the time before.
    #[test]
    fn a_consent_to_a_later_installation_can_be_taken_back_and_nothing_else() {
        let notices = Notices::default();
        let installed_again = Circumstances {
            installation: 2,
            ..then(1, &notices)
        };
        let consent = grant(None, Access::Read, 30, &installed_again).consent;
        let before = then(1, &notices);
        assert_ne!(consent.standing(&before), Standing::Active);
        assert_eq!(consent.note_end(&before), None);
        let terms = Policy::default().check(Access::Read, Lasting::Days(1), at(1));
        let notice = notices.in_language(Language::En);
        let again = Consent::grant(&alice(), Some(&consent), &terms.unwrap(), &notice, &before);
        assert_eq!(again, None);
        let revoked = consent.revoke(&Revoker::Person, &before).unwrap().consent;
        let by = Revoker::Person;
        assert_eq!(revoked.ended.unwrap().why, Why::Revoked { by });
    }

    /// Whoever takes it back is told that it has ended. Another process may know nothing of that end.
    #[test]
    fn taking_back_what_has_ended_writes_the_end_down() {
        let [old, new] = releases();
        let consent = grant(None, Access::Read, 1, &then(0, &old)).consent;
        for (when, expected) in [
            (then(24, &old), Why::Expired),
            (then(1, &new), Why::Invalid(Invalid::NoticeChanged)),
        ] {
            for change in [
                consent.revoke(&Revoker::Person, &when),
                consent.invalidate(Invalid::AccountClosed, &when),
            ] {
                let ended = change.unwrap().consent.ended.unwrap();
                assert_eq!(ended.why, expected);
            }
        }
    }

    #[test]
    fn an_end_says_who_and_why() {
        let notices = Notices::default();
        let consent = grant(None, Access::Read, 30, &then(0, &notices)).consent;
        let revoked = consent.revoke(&ada(), &then(1, &notices)).unwrap();
        assert_eq!(
            why(&revoked.consent, &then(2, &notices)),
            Some(Why::Revoked { by: ada() })
        );
        let gone = consent.invalidate(Invalid::AccountClosed, &then(1, &notices));
        assert_eq!(
            why(&gone.unwrap().consent, &then(2, &notices)),
            Some(Why::Invalid(Invalid::AccountClosed))
        );
    }

    #[test]
    fn events_that_cannot_follow_make_no_consent() {
        let notices = Notices::default();
        let granted = grant(None, Access::Read, 30, &then(0, &notices));
        let revoked = granted.consent.revoke(&Revoker::Person, &then(1, &notices));
        let [granted, revoked] =
            [granted.events, revoked.unwrap().events].map(|mut it| it.remove(0));
        let by_nobody = ConsentEvent {
            by: Actor::Onbehalf,
            ..granted.clone()
        };
        for (events, number) in [
            (vec![revoked.clone()], 2),
            (vec![granted.clone(), granted.clone()], 1),
            (vec![granted.clone(), revoked.clone(), revoked.clone()], 2),
            (vec![by_nobody], 1),
        ] {
            assert_eq!(
                Consent::replay(&alice(), &events),
                Err(LogAltered::Impossible { number })
            );
        }
        Consent::replay(&alice(), &[granted, revoked]).unwrap();
    }

    #[test]
    fn read_does_not_cover_writing() {
        assert!(covers(Access::Read, Access::Read));
        assert!(covers(Access::ReadWrite, Access::Read));
        assert!(covers(Access::ReadWrite, Access::ReadWrite));
        assert!(!covers(Access::Read, Access::ReadWrite));
    }

    #[derive(Clone, Debug)]
    enum Step {
        Grant(Access, i64),
        Revoke,
        RevokeByAdmin,
        Invalidate(Invalid),
        NoteEnd,
        Wait(i64),
        Remove,
        Release,
    }

    fn step() -> impl Strategy<Value = Step> {
        let access = prop_oneof![Just(Access::Read), Just(Access::ReadWrite)];
        prop_oneof![
            4 => (access, 1..=90i64).prop_map(|(access, days)| Step::Grant(access, days)),
            2 => Just(Step::Revoke),
            1 => Just(Step::RevokeByAdmin),
            1 => prop_oneof![
                Just(Invalid::AccountDeactivated),
                Just(Invalid::AccountClosed),
                Just(Invalid::AccountUnfit),
                Just(Invalid::AccessLost),
            ]
            .prop_map(Step::Invalidate),
            2 => Just(Step::NoteEnd),
            2 => (0..3000i64).prop_map(Step::Wait),
            1 => Just(Step::Remove),
            1 => Just(Step::Release),
        ]
    }

    #[test]
    fn a_shorter_policy_ends_what_is_older_at_once_and_narrows_what_it_covers() {
        let notices = Notices::default();
        let when = then(0, &notices);
        let consent = grant(None, Access::ReadWrite, 30, &when).consent;
        let wanted = AdminPolicy {
            longest_days: 7,
            access: vec![Access::Read],
            ..Policy::default().as_admins_see_it()
        };
        let policy = Policy::parse(&wanted).unwrap();
        let under = |hours| Circumstances {
            policy: &policy,
            ..then(hours, &notices)
        };
        assert_eq!(consent.standing(&under(7 * 24 - 1)), Standing::Active);
        assert_eq!(consent.access(&under(1)), Access::Read);
        assert_eq!(consent.ends_at(&under(1)), at(7 * 24));
        assert_eq!(
            consent.standing(&under(7 * 24)),
            Standing::Ended(End {
                at: Some(at(7 * 24)),
                why: Why::Invalid(Invalid::PolicyChanged),
            })
        );
        let noted = consent.note_end(&under(8 * 24)).unwrap().consent;
        // Once it is written down, no other policy makes it active again.
        assert_ne!(noted.standing(&then(8 * 24, &notices)), Standing::Active);
    }

    proptest! {
        /// Whatever happens in whatever order: the log is whole and makes the very consent, and that is active only when
        /// the last thing that happened to it was an agreement whose time, installation and notice still stand.
        #[test]
        fn any_sequence_of_events_keeps_the_rules(steps in prop::collection::vec(step(), 0..40)) {
            let releases = releases();
            let mut consent: Option<Consent> = None;
            let mut log: Vec<LogEntry> = Vec::new();
            let (mut now, mut installation, mut release) = (0, 1, 0);
            // The model: what the last agreement needs to stand, while nobody has ended it.
            let mut standing: Option<(i64, u64, usize)> = None;
            for step in steps {
                let when = Circumstances { now: at(now), installation, notices: &releases[release], policy: &POLICY };
                let active = standing.is_some_and(|agreed| {
                    let (until, in_installation, of_release) = agreed;
                    until > now && in_installation == installation && of_release == release
                });
                let existing = consent.as_ref();
                let change = match step {
                    Step::Wait(hours) => { now += hours; None }
                    Step::Remove => { installation += 1; None }
                    Step::Release => { release = 1 - release; None }
                    Step::Grant(access, days) => {
                        standing = Some((now + 24 * days, installation, release));
                        let change = grant(existing, access, days, &when);
                        let renews = matches!(change.events[0].what, What::Renewed { .. });
                        prop_assert_eq!(renews, active);
                        Some(change)
                    }
                    Step::Revoke => existing.and_then(|it| it.revoke(&Revoker::Person, &when)),
                    Step::RevokeByAdmin => existing.and_then(|it| it.revoke(&ada(), &when)),
                    Step::Invalidate(because) => existing.and_then(|it| it.invalidate(because, &when)),
                    Step::NoteEnd => {
                        let change = existing.and_then(|it| it.note_end(&when));
                        prop_assert!(change.is_none() || !active);
                        change
                    }
                };
                if let Some(change) = change {
                    prop_assert_eq!(change.replaces, existing.map(|it| it.version));
                    log.extend(change.events.iter().map(|event| LogEntry {
                        text: event.text(),
                        hash: event.hash(&alice()).as_str().into(),
                    }));
                    if change.consent.ended.is_some() {
                        standing = None;
                    }
                    consent = Some(change.consent);
                }
                let when = Circumstances { now: at(now), installation, notices: &releases[release], policy: &POLICY };
                let active = standing.is_some_and(|(until, in_installation, of_release)| {
                    until > now && in_installation == installation && of_release == release
                });
                let is_active = consent.as_ref().is_some_and(|it| it.standing(&when) == Standing::Active);
                prop_assert_eq!(is_active, active);
                let events = verified(&alice(), &log).unwrap();
                prop_assert_eq!(&Consent::replay(&alice(), &events).unwrap(), &consent);
            }
        }
    }
}
