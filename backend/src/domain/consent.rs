//! A consent and its states. Every change goes through a function of this file, and every change is an event.
//!
//! ```text
//!            grant                 revoke
//!   (none) ────────▶ active ─────────────────▶ revoked
//!                    │  ▲  ╲ time is over
//!              renew └──┘   ╲────────────────▶ expired
//!                       ▲ grant                  │
//!                       └────────────────────────┘ (and from revoked)
//! ```

use jiff::Timestamp;
use onbehalf_contract::Access;

use super::consent_event::{Actor, ConsentEvent, EventHash, What};
use super::ids::Subject;
use super::notice::Notice;
use super::policy::Days;

/// The consent of one account in one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub of: Subject,
    pub access: Access,
    pub granted_at: Timestamp,
    pub expires_at: Timestamp,
    /// The version of the notice that was agreed to.
    pub notice: String,
    pub state: State,
    /// When it stopped being active.
    pub ended_at: Option<Timestamp>,
    /// The number of its newest event. A change is written only while this is what is stored.
    pub version: u64,
    /// The hash of its newest event.
    pub newest_event: EventHash,
}

/// The state as it was last written. Whether an active consent is still live depends on the time: see [`Consent::state_at`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Active,
    Expired,
    Revoked,
}

/// What a person agrees to.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub access: Access,
    pub days: Days,
    pub notice: &'static Notice,
}

/// A change to be written: the consent as it will be, and the event that says why, in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub consent: Consent,
    pub event: ConsentEvent,
    /// The version that must be stored when this is written; `None`: there must be no consent yet.
    pub replaces: Option<u64>,
}

impl Consent {
    /// Gives a consent, or renews it: a new agreement takes the place of whatever was there.
    pub fn grant(of: &Subject, existing: Option<&Self>, terms: Terms, now: Timestamp) -> Change {
        let Terms {
            access,
            days,
            notice,
        } = terms;
        let expires_at = now
            .saturating_add(days.duration())
            .unwrap_or(Timestamp::MAX);
        let notice = notice.version.to_owned();
        let renews = existing.is_some_and(|consent| consent.state_at(now) == State::Active);
        let what = if renews {
            What::Renewed {
                access,
                expires_at,
                notice: notice.clone(),
            }
        } else {
            What::Granted {
                access,
                expires_at,
                notice: notice.clone(),
            }
        };
        let event = next_event(existing, what, Actor::Person, now);
        Change {
            consent: Self {
                of: of.clone(),
                access,
                granted_at: now,
                expires_at,
                notice,
                state: State::Active,
                ended_at: None,
                version: event.number,
                newest_event: event.hash(of),
            },
            event,
            replaces: existing.map(|consent| consent.version),
        }
    }

    /// Takes a consent back. `None`: there is nothing to take back.
    pub fn revoke(&self, now: Timestamp) -> Option<Change> {
        (self.state_at(now) == State::Active)
            .then(|| self.end(State::Revoked, What::Revoked, Actor::Person, now))
    }

    /// Writes down that its time is over. `None`: it is not, or it ended otherwise.
    pub fn expire(&self, now: Timestamp) -> Option<Change> {
        (self.state == State::Active && self.state_at(now) == State::Expired)
            .then(|| self.end(State::Expired, What::Expired, Actor::Onbehalf, now))
    }

    /// The state at this moment. A consent ends at its time whether or not anybody wrote that down.
    pub fn state_at(&self, now: Timestamp) -> State {
        match self.state {
            State::Active if self.expires_at <= now => State::Expired,
            state => state,
        }
    }

    /// When it ended, or `None` while it is active.
    pub fn ended_by(&self, now: Timestamp) -> Option<Timestamp> {
        match self.state_at(now) {
            State::Active => None,
            State::Expired => Some(self.expires_at),
            State::Revoked => self.ended_at,
        }
    }

    fn end(&self, state: State, what: What, by: Actor, now: Timestamp) -> Change {
        let event = next_event(Some(self), what, by, now);
        Change {
            consent: Self {
                state,
                ended_at: Some(now),
                version: event.number,
                newest_event: event.hash(&self.of),
                ..self.clone()
            },
            event,
            replaces: Some(self.version),
        }
    }
}

fn next_event(after: Option<&Consent>, what: What, by: Actor, now: Timestamp) -> ConsentEvent {
    ConsentEvent {
        number: after.map_or(0, |consent| consent.version) + 1,
        at: now,
        by,
        what,
        previous: after.map_or_else(EventHash::of_nothing, |consent| {
            consent.newest_event.clone()
        }),
    }
}

/// Whether a consent to `given` covers an act that needs `needed`.
pub fn covers(given: Access, needed: Access) -> bool {
    given == Access::ReadWrite || needed == Access::Read
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::ids::{AccountId, TenantKey};
    use crate::domain::notice;
    use crate::domain::policy::Policy;

    fn alice() -> Subject {
        Subject {
            tenant: TenantKey::parse("tenant").unwrap(),
            account: AccountId::parse("alice").unwrap(),
        }
    }

    fn terms(access: Access, days: i64) -> Terms {
        Terms {
            access,
            days: Policy::default().check(access, days).unwrap(),
            notice: &notice::CURRENT,
        }
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(hours * 3600).unwrap()
    }

    #[test]
    fn a_consent_ends_at_its_time_even_if_nobody_wrote_that_down() {
        let consent = Consent::grant(&alice(), None, terms(Access::Read, 1), at(0)).consent;
        assert_eq!(consent.state_at(at(23)), State::Active);
        assert_eq!(consent.state_at(at(24)), State::Expired);
        assert_eq!(
            consent.revoke(at(24)),
            None,
            "there is nothing left to take back"
        );
        assert_eq!(consent.expire(at(23)), None);
        assert_eq!(
            consent.expire(at(25)).unwrap().consent.state,
            State::Expired
        );
    }

    #[test]
    fn a_renewal_replaces_the_terms() {
        let first = Consent::grant(&alice(), None, terms(Access::ReadWrite, 30), at(0)).consent;
        let renewed = Consent::grant(&alice(), Some(&first), terms(Access::Read, 1), at(1));
        assert_eq!(renewed.replaces, Some(1));
        assert_eq!(renewed.consent.access, Access::Read);
        assert_eq!(renewed.consent.expires_at, at(25));
        assert!(matches!(renewed.event.what, What::Renewed { .. }));
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
        Expire,
        Wait(i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (
                prop_oneof![Just(Access::Read), Just(Access::ReadWrite)],
                1..=90i64
            )
                .prop_map(|(access, days)| Step::Grant(access, days)),
            Just(Step::Revoke),
            Just(Step::Expire),
            (0..3000i64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        /// Whatever happens in whatever order: the log has no gap and no break, and a consent is active only when the
        /// last thing that happened to it was an agreement whose time is not over.
        #[test]
        fn any_sequence_of_events_keeps_the_rules(steps in prop::collection::vec(step(), 0..40)) {
            let mut now = at(0);
            let mut consent: Option<Consent> = None;
            let mut log: Vec<ConsentEvent> = Vec::new();
            for step in steps {
                let change = match step {
                    Step::Wait(hours) => {
                        now += jiff::SignedDuration::from_hours(hours);
                        None
                    }
                    Step::Grant(access, days) => {
                        Some(Consent::grant(&alice(), consent.as_ref(), terms(access, days), now))
                    }
                    Step::Revoke => consent.as_ref().and_then(|consent| consent.revoke(now)),
                    Step::Expire => consent.as_ref().and_then(|consent| consent.expire(now)),
                };
                if let Some(change) = change {
                    prop_assert_eq!(change.replaces, consent.as_ref().map(|consent| consent.version));
                    prop_assert_eq!(change.event.number, log.len() as u64 + 1);
                    let previous = log.last().map_or_else(EventHash::of_nothing, |event| event.hash(&alice()));
                    prop_assert_eq!(&change.event.previous, &previous);
                    prop_assert_eq!(&change.consent.newest_event, &change.event.hash(&alice()));
                    log.push(change.event);
                    consent = Some(change.consent);
                }
                let agreed_until = log.last().and_then(|event| match &event.what {
                    What::Granted { expires_at, .. } | What::Renewed { expires_at, .. } => Some(*expires_at),
                    What::Revoked | What::Expired => None,
                });
                let active = consent.as_ref().is_some_and(|consent| consent.state_at(now) == State::Active);
                prop_assert_eq!(active, agreed_until.is_some_and(|until| now < until));
            }
        }
    }
}
