//! An operator checks that every consent is what its events say, and that no event was altered, removed or moved.
//!
//! It finds what is altered in one place and not in all of them. Somebody who may write to the table and rewrites a whole
//! log, each hash and the consent included, makes another whole log: then the receipts that people keep say otherwise.

use thiserror::Error;

use crate::capabilities::store::{
    LogOwner, ReadAllLogs, StoreError, StoredConsent, StoredEvent, StoredLog,
};
use crate::domain::consent::Consent;
use crate::domain::consent_event::{LogAltered, verified};
use crate::domain::ids::Subject;

/// How often a log is read that does not seem to be whole: it may have been changed between two reads.
const READS: u32 = 3;

/// What was checked, and what was found.
#[derive(Debug, Default)]
pub struct LogCheck {
    pub consents: u64,
    pub events: u64,
    pub findings: Vec<Finding>,
}

/// A log that is not as the app has written it, and the first sign of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub owner: LogOwner,
    pub what: Altered,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Altered {
    #[error(transparent)]
    Log(#[from] LogAltered),
    #[error("event {number} has another time beside it than in it")]
    Time { number: u64 },
    #[error("there is an event under the key {key}, or what once was one")]
    EventUnreadable { key: String },
    #[error("the consent is missing; its events are there, {events} in number")]
    NoConsent { events: usize },
    #[error("the events of the consent are missing")]
    NoEvents,
    #[error("the consent cannot be read: {reason}")]
    ConsentUnreadable { reason: String },
    #[error("the consent is not written as the app writes it")]
    ConsentForm,
    #[error("a consent or an event is kept under a key that names no person")]
    Nobody,
}

/// Checks everybody's log.
pub async fn verify_log(store: &impl ReadAllLogs) -> Result<LogCheck, StoreError> {
    let mut check = LogCheck::default();
    for owner in store.log_owners().await? {
        let found = match &owner {
            LogOwner::Nobody { .. } => Err(Altered::Nobody),
            LogOwner::Person(of) => check_person(store, of, &mut check).await?,
        };
        if let Err(what) = found {
            check.findings.push(Finding { owner, what });
        }
    }
    Ok(check)
}

async fn check_person(
    store: &impl ReadAllLogs,
    of: &Subject,
    check: &mut LogCheck,
) -> Result<Result<(), Altered>, StoreError> {
    let mut log = store.stored_log(of).await?;
    for _ in 1..READS {
        if whole(of, &log).is_ok() {
            break;
        }
        log = store.stored_log(of).await?;
    }
    check.consents += u64::from(log.consent.is_some());
    check.events += log.events.len() as u64;
    Ok(whole(of, &log))
}

fn whole(of: &Subject, log: &StoredLog) -> Result<(), Altered> {
    let StoredLog { consent, events } = log;
    let mut entries = Vec::with_capacity(events.len());
    let mut times = Vec::with_capacity(events.len());
    for (expected, event) in (1..).zip(events) {
        match event {
            StoredEvent::Unreadable { key } => {
                return Err(Altered::EventUnreadable { key: key.clone() });
            }
            StoredEvent::Readable { number, .. } if *number != expected => {
                return Err(LogAltered::Missing { number: expected }.into());
            }
            StoredEvent::Readable { at, entry, .. } => {
                times.push(*at);
                entries.push(entry.clone());
            }
        }
    }
    let events = verified(of, &entries)?;
    for (event, at) in events.iter().zip(times) {
        if event.at != at {
            return Err(Altered::Time {
                number: event.number,
            });
        }
    }
    let (consent, as_written) = match consent {
        // Nothing was left of either, or the person was erased just now.
        None if events.is_empty() => return Ok(()),
        None => {
            return Err(Altered::NoConsent {
                events: events.len(),
            });
        }
        Some(StoredConsent::Unreadable { reason }) => {
            return Err(Altered::ConsentUnreadable {
                reason: reason.clone(),
            });
        }
        Some(StoredConsent::Readable {
            consent,
            as_written,
        }) => (consent, *as_written),
    };
    let Some(replayed) = Consent::replay(of, &events)? else {
        return Err(Altered::NoEvents);
    };
    if consent.version > replayed.version {
        // The newest events can go without leaving a gap, but the consent remembers how many there were.
        let number = replayed.version + 1;
        return Err(LogAltered::Missing { number }.into());
    }
    if **consent != replayed {
        return Err(LogAltered::Consent.into());
    }
    if !as_written {
        return Err(Altered::ConsentForm);
    }
    Ok(())
}
