//! An admin looks at one person's consent: its terms, what happened to it, and what was and will be done.

use thiserror::Error;

use super::list_acts::list_acts;
use super::list_schedules::list_schedules;
use crate::capabilities::store::{
    ActsPage, KeepAsks, ReadActs, ReadConsentLogs, ReadConsents, ReadRuns, ReadSchedules,
    StoreError,
};
use crate::domain::ask::Ask;
use crate::domain::consent::Consent;
use crate::domain::consent_event::{ConsentEvent, LogAltered, verified};
use crate::domain::ids::Subject;
use crate::domain::run::Run;
use crate::domain::schedule::Schedule;

/// What there is of a person.
#[derive(Debug)]
pub struct Seen {
    pub consent: Option<Consent>,
    /// Oldest first.
    pub events: Vec<ConsentEvent>,
    pub schedules: Vec<(Schedule, Option<Run>)>,
    pub acts: ActsPage,
    pub ask: Option<Ask>,
}

#[derive(Debug, Error)]
pub enum SeeError {
    /// What is stored is not what was written.
    #[error(transparent)]
    Altered(#[from] LogAltered),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// All of it, with the newest `acts`.
pub async fn see_person(
    store: &(impl ReadConsents + ReadConsentLogs + ReadSchedules + ReadRuns + ReadActs + KeepAsks),
    of: &Subject,
    acts: u32,
    now: jiff::Timestamp,
) -> Result<Seen, SeeError> {
    let (consent, log, schedules, acts, ask) = tokio::join!(
        store.consent(of),
        store.consent_log(of),
        list_schedules(store, of, now),
        list_acts(store, of, acts, None),
        store.ask(of),
    );
    Ok(Seen {
        consent: consent?,
        events: verified(of, &log?)?,
        schedules: schedules?,
        acts: acts?,
        ask: ask?,
    })
}
