use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::{Flight, InstallKey, InstallKeyError};
use crate::{Kid, UnixSeconds};

/// How long a key is kept, in seconds. A key that Atlassian withdraws is believed for as long at most.
pub const KEPT_FOR: i64 = 3600;

/// How many keys are kept. Atlassian signs with a handful.
pub const KEPT_KEYS: usize = 64;

/// How long a key that no host knows is not asked for again, in seconds.
pub const COOLDOWN: i64 = 60;

/// How many lookups may fail within [`COOLDOWN`] seconds, over all key ids, before no further one is made.
///
/// Without it, whoever sends callbacks with ever new key ids would have this app hammer Atlassian's host. Keys that are
/// at hand go on working meanwhile.
pub const FAILED_LOOKUPS: usize = 32;

/// What is known about keys, and who is waiting for which.
#[derive(Default)]
pub(super) struct Cache {
    kept: HashMap<Kid, Kept>,
    /// Lookups that failed within the last [`COOLDOWN`], the earliest first; at most [`FAILED_LOOKUPS`].
    failed: VecDeque<Failed>,
    flights: HashMap<Kid, Flight>,
}

struct Kept {
    key: InstallKey,
    since: UnixSeconds,
}

struct Failed {
    kid: Kid,
    at: UnixSeconds,
    /// All hosts said that there is no such key.
    unknown: bool,
}

pub(super) enum Lookup {
    Kept(InstallKey),
    Flight(Flight),
}

impl Cache {
    /// The key, or the lookup to wait for, which may have to be made.
    pub(super) fn look_up(
        &mut self,
        kid: &Kid,
        now: UnixSeconds,
    ) -> Result<Lookup, InstallKeyError> {
        let kept = self.kept.get(kid);
        if let Some(Kept { key, since }) = kept
            && now.since(*since) < KEPT_FOR
        {
            return Ok(Lookup::Kept(key.clone()));
        }
        self.failed.retain(|failed| now.since(failed.at) < COOLDOWN);
        if self
            .failed
            .iter()
            .any(|failed| failed.unknown && failed.kid == *kid)
        {
            return Err(InstallKeyError::Unknown(kid.clone()));
        }
        // A lookup under way may yet fail. A key that was true an hour ago is no stranger, and is always looked up.
        let doubtful = self.failed.len() + self.flights.len();
        if kept.is_none() && !self.flights.contains_key(kid) && doubtful >= FAILED_LOOKUPS {
            return Err(InstallKeyError::TooManyLookups);
        }
        Ok(Lookup::Flight(Arc::clone(
            self.flights.entry(kid.clone()).or_default(),
        )))
    }

    /// Remembers how a lookup ended.
    pub(super) fn record(
        &mut self,
        kid: &Kid,
        result: &Result<InstallKey, InstallKeyError>,
        now: UnixSeconds,
    ) {
        match result {
            Ok(key) => {
                if self.kept.len() >= KEPT_KEYS && !self.kept.contains_key(kid) {
                    self.drop_oldest();
                }
                self.kept.insert(
                    kid.clone(),
                    Kept {
                        key: key.clone(),
                        since: now,
                    },
                );
            }
            Err(error) => {
                let unknown = matches!(error, InstallKeyError::Unknown(_));
                if unknown {
                    self.kept.remove(kid);
                }
                if self.failed.len() >= FAILED_LOOKUPS {
                    self.failed.pop_front();
                }
                self.failed.push_back(Failed {
                    kid: kid.clone(),
                    at: now,
                    unknown,
                });
            }
        }
    }

    /// One who waited leaves. With the last of them goes the flight.
    pub(super) fn leave(&mut self, kid: &Kid, flight: &Flight) {
        // Flights are shared out under the lock that is held here: one reference is the map's, one the leaver's.
        let is_last = Arc::strong_count(flight) <= 2;
        if is_last
            && self
                .flights
                .get(kid)
                .is_some_and(|current| Arc::ptr_eq(current, flight))
        {
            self.flights.remove(kid);
        }
    }

    fn drop_oldest(&mut self) {
        let oldest = self
            .kept
            .iter()
            .min_by_key(|(_, kept)| kept.since)
            .map(|(kid, _)| kid.clone());
        if let Some(kid) = oldest {
            self.kept.remove(&kid);
        }
    }

    /// How many wait for a key.
    #[cfg(test)]
    pub(super) fn waiting(&self, kid: &Kid) -> usize {
        self.flights
            .get(kid)
            .map_or(0, |flight| Arc::strong_count(flight) - 1)
    }

    /// How many keys are kept, lookups have failed, and lookups are under way.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        (self.kept.len(), self.failed.len(), self.flights.len())
    }
}
