//! What truly happened to one person's consent, and what follows from it.

use jiff::Timestamp;
use onbehalf::domain::act::Act;
use onbehalf::domain::agreement::Agreement;
use onbehalf::domain::consent::{Change, Consent};
use onbehalf::domain::consent_event::{ConsentEvent, Invalid, What};
use onbehalf_contract::Access;

use super::errand::Errand;

/// What was written about a person's consent.
#[derive(Debug, Default)]
pub(super) struct PersonTruth {
    /// As it was written last.
    pub(super) consent: Option<Consent>,
    /// All that was written.
    pub(super) events: Vec<ConsentEvent>,
    /// The event that the present agreement is.
    agreed_in: u64,
    /// Somebody was told that this event, and all before it, are of a consent that has ended.
    ended_up_to: u64,
}

impl PersonTruth {
    /// A change is written, at this time and in this installation, by somebody on this errand. Answers what is wrong with
    /// that.
    pub(super) fn write(
        &mut self,
        errand: &Errand,
        change: &Change,
        now: Timestamp,
        installation: u64,
    ) -> Vec<String> {
        let Change {
            consent,
            events,
            replaces,
        } = change;
        let mut wrong = Vec::new();
        let newest = self.events.last().map_or(0, |event| event.number);
        if replaces.unwrap_or(0) != newest {
            wrong.push(format!(
                "replaced version {replaces:?} of the consent when {newest} was there: two have won"
            ));
        }
        if !events
            .iter()
            .map(|event| event.number)
            .eq(newest + 1..=consent.version)
        {
            wrong.push(format!(
                "wrote other events than from {newest} to {}",
                consent.version
            ));
        }
        if !is_entitled(errand, events) {
            wrong.push(format!("may not write {events:?}"));
        }
        for event in events {
            if self
                .events
                .last()
                .is_some_and(|before| before.at > event.at)
            {
                wrong.push("wrote an event that is older than the one before it".into());
            }
            if !self.is_true(&event.what, now, installation) {
                wrong.push(format!("wrote what is not true: {event:?}"));
            }
            if event.agreement().is_some() {
                self.agreed_in = event.number;
            }
            self.events.push(event.clone());
        }
        self.consent = Some(consent.clone());
        wrong
    }

    /// What speaks against the beginning of an act; nothing, if it is allowed. It was asked for at `asked_at`, by a process
    /// for which consents to these versions of the notice count.
    pub(super) fn against(
        &self,
        act: &Act,
        asked_at: Timestamp,
        installation: u64,
        counting: &[String],
    ) -> Vec<String> {
        let Some(Consent {
            agreement, ended, ..
        }) = &self.consent
        else {
            return vec!["there is no consent".into()];
        };
        let mut against = Vec::new();
        if let Some(end) = ended {
            against.push(format!("the consent has ended: {end:?}"));
        }
        if agreement.expires_at <= asked_at {
            against.push("the time of the consent is over".into());
        }
        if (agreement.access, act.access) == (Access::Read, Access::ReadWrite) {
            against.push("the consent is to read".into());
        }
        if agreement.installation != installation {
            against.push("the consent is for another installation".into());
        }
        if !counting.contains(&agreement.notice) {
            against.push("the consent is to another notice".into());
        }
        if self.agreed_in <= self.ended_up_to {
            against.push("somebody was told that this consent has ended".into());
        }
        against
    }

    /// Somebody was told that the consent with this event, or any before it, has ended.
    pub(super) fn said_to_have_ended(&mut self, event: u64) {
        self.ended_up_to = self.ended_up_to.max(event);
    }

    pub(super) fn has_agreed(&self, to: &Agreement) -> bool {
        self.agreements().any(|agreement| agreement == to)
    }

    fn agreements(&self) -> impl Iterator<Item = &Agreement> {
        let agreements = self.events.iter().filter_map(ConsentEvent::agreement);
        agreements.map(|(agreement, _)| agreement)
    }

    /// Whether the agreement of this moment has come to such an end.
    fn is_true(&self, what: &What, now: Timestamp, installation: u64) -> bool {
        let agreed = self.agreements().last();
        match what {
            What::Granted { .. } | What::Renewed { .. } => true,
            What::Expired => agreed.is_some_and(|agreed| agreed.expires_at <= now),
            What::Invalidated {
                because: Invalid::AppRemoved,
            } => agreed.is_some_and(|agreed| agreed.installation < installation),
            What::Revoked { .. } | What::Invalidated { .. } => agreed.is_some(),
        }
    }
}

/// Whether somebody on this errand may write these events.
fn is_entitled(errand: &Errand, events: &[ConsentEvent]) -> bool {
    let Some(ConsentEvent { what: last, .. }) = events.last() else {
        return false;
    };
    let is_person = matches!(errand, Errand::Grant { .. });
    if !is_person && events.iter().any(|event| event.agreement().is_some()) {
        return false;
    }
    match (errand, last) {
        (
            Errand::Grant { access, .. },
            What::Granted { agreement, .. } | What::Renewed { agreement, .. },
        ) => agreement.access == *access,
        (Errand::Revoke { .. }, What::Revoked { .. })
        | (Errand::Run(_) | Errand::RunNow(_), What::Invalidated { .. }) => true,
        (Errand::Tell { because: told, .. }, What::Invalidated { because }) if because == told => {
            true
        }
        // What has ended anyway, anybody may note.
        (
            _,
            What::Expired
            | What::Invalidated {
                because: Invalid::AppRemoved | Invalid::NoticeChanged,
            },
        ) => !is_person,
        _ => false,
    }
}
