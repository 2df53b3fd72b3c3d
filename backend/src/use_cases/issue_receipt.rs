//! A person wants to have in hand what they agreed to, and what became of it.

use thiserror::Error;

use crate::capabilities::store::{ReadConsentLogs, StoreError};
use crate::domain::consent::{Circumstances, Consent, Standing};
use crate::domain::consent_event::{ConsentEvent, LogAltered, verified};
use crate::domain::ids::{ConsentId, Subject};

/// One agreement, with everything that happened to it.
#[derive(Debug)]
pub struct Receipt {
    /// The consent as these events left it.
    pub consent: Consent,
    /// Why the app asked, as the person read it.
    pub purpose: String,
    /// From the agreement on; if it was superseded, up to and with the agreement that took its place.
    pub events: Vec<ConsentEvent>,
    pub now: Now,
}

/// Where the agreement stands at this moment.
#[derive(Debug, PartialEq, Eq)]
pub enum Now {
    Superseded,
    Standing(Standing),
}

#[derive(Debug, Error)]
pub enum ReceiptError {
    /// This person has agreed to no such thing. Nobody is told whether somebody else has.
    #[error("you have no consent of this id")]
    NoReceipt,
    /// What cannot be trusted is not certified.
    #[error(transparent)]
    Altered(#[from] LogAltered),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The receipt of one of the person's agreements; without `id`, of the newest.
pub async fn issue_receipt(
    store: &impl ReadConsentLogs,
    of: &Subject,
    id: Option<&ConsentId>,
    when: &Circumstances<'_>,
) -> Result<Receipt, ReceiptError> {
    let events = verified(of, &store.consent_log(of).await?)?;
    let begins = events
        .iter()
        .rposition(|event| {
            event.agreement().is_some() && id.is_none_or(|id| event.consent_id(of) == *id)
        })
        .ok_or(ReceiptError::NoReceipt)?;
    let next = events[begins + 1..]
        .iter()
        .position(|event| event.agreement().is_some())
        .map(|next| begins + 1 + next);
    // A new agreement after an end is another matter; one that supersedes belongs to this one's story.
    let (ends, superseded) = match next {
        None => (events.len(), None),
        Some(next) => {
            let ended = Consent::replay(of, &events[..next])?
                .is_some_and(|consent| consent.ended.is_some());
            (next, (!ended).then(|| events[next].clone()))
        }
    };
    let consent = Consent::replay(of, &events[..ends])?.ok_or(LogAltered::Missing { number: 1 })?;
    let (_, purpose) = events[begins].agreement().ok_or(ReceiptError::NoReceipt)?;
    Ok(Receipt {
        purpose: purpose.to_owned(),
        now: match superseded {
            Some(_) => Now::Superseded,
            None => Now::Standing(consent.standing(when)),
        },
        events: events[begins..ends]
            .iter()
            .cloned()
            .chain(superseded)
            .collect(),
        consent,
    })
}
