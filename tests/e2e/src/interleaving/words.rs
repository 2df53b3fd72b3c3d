//! The words that the story of an interleaving is told in.

use std::fmt::{self, Display, Formatter};

use onbehalf::domain::agreement::Agreement;
use onbehalf::domain::consent::{Consent, Revoker};
use onbehalf::domain::consent_event::{ConsentEvent, What};
use onbehalf::domain::run::RunId;
use onbehalf_contract::Access;

use super::errand::{Answer, Errand};
use super::gate::Stop;

/// Something as the story says it.
pub(super) struct InWords<'a, T>(pub(super) &'a T);

impl Display for InWords<'_, Errand> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Errand::Grant {
                person,
                access,
                lasting,
                renews,
            } => {
                let access = access_in_words(*access);
                write!(f, "{person} allows to {access}, {lasting:?}")?;
                renews
                    .iter()
                    .try_for_each(|id| write!(f, ", in the place of {id}"))
            }
            Errand::Revoke { person, by } => match by {
                Revoker::Person => write!(f, "{person} takes their consent back"),
                Revoker::Admin { .. } => write!(f, "an admin takes back the consent of {person}"),
            },
            Errand::Run(run) => write!(f, "the message {} comes", InWords(run)),
            Errand::RunNow(run) => write!(f, "the person asks for {}", InWords(run)),
            Errand::Sweep => f.write_str("the sweep"),
            Errand::Tell { person, because } => {
                write!(f, "the product tells of {person}: {because:?}")
            }
            Errand::Remove => f.write_str("the app is removed"),
            Errand::Install => f.write_str("the app is installed"),
        }
    }
}

impl Display for InWords<'_, Answer> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Answer::Granted(consent) => write!(f, "given: {}", InWords(consent)),
            Answer::Revoked(None) => f.write_str("there is no consent"),
            Answer::Revoked(Some(consent)) => write!(f, "taken back: {}", InWords(consent)),
            Answer::Ran(result) => write!(f, "{result:?}"),
            Answer::Told | Answer::Swept | Answer::Removed | Answer::Installed => {
                f.write_str("done")
            }
            Answer::Not(reason) => write!(f, "no: {reason}"),
        }
    }
}

impl Display for InWords<'_, Consent> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Consent {
            agreement,
            ended,
            version,
            ..
        } = self.0;
        write!(f, "version {version}, {}", InWords(agreement))?;
        ended
            .iter()
            .try_for_each(|end| write!(f, ", ended by {:?}", end.why))
    }
}

impl Display for InWords<'_, Agreement> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Agreement {
            access,
            expires_at,
            notice,
            installation,
            ..
        } = self.0;
        let access = access_in_words(*access);
        write!(
            f,
            "to {access} until {expires_at}, notice {notice}, installation {installation}"
        )
    }
}

impl Display for InWords<'_, Vec<ConsentEvent>> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (place, event) in self.0.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { "; " })?;
            let number = event.number;
            match &event.what {
                What::Granted { agreement, .. } => {
                    write!(f, "{number} granted {}", InWords(agreement))
                }
                What::Renewed { agreement, .. } => {
                    write!(f, "{number} renewed {}", InWords(agreement))
                }
                What::Revoked { .. } => write!(f, "{number} revoked"),
                What::Expired => write!(f, "{number} expired"),
                What::Invalidated { because } => write!(f, "{number} invalid: {because:?}"),
            }?;
        }
        Ok(())
    }
}

impl Display for InWords<'_, RunId> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.0.text(), self.0.of.account)
    }
}

impl Display for InWords<'_, Stop> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Stop::Before(call) => write!(f, "before {call}"),
            Stop::After(call) => write!(f, "after {call}"),
            Stop::Resting => f.write_str("at rest"),
            Stop::Asleep(until) => write!(f, "asleep until {until}"),
        }
    }
}

fn access_in_words(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::ReadWrite => "read and write",
    }
}
