//! The access tokens that the authorization server has issued.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::clock::SimClock;
use crate::random;
use crate::scopes::Scope;

/// How long an access token lives.
pub(crate) const LIFE: SignedDuration = SignedDuration::from_secs(900);
/// So many tokens are no burden, expired or not.
const FEW: usize = 1_000;

#[derive(Debug)]
pub(crate) struct AccessTokens {
    clock: SimClock,
    grants: Mutex<BTreeMap<String, Grant>>,
    /// With so many, those that have expired are dropped.
    crowded: AtomicUsize,
}

/// What an access token stands for.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    pub(crate) app_key: String,
    pub(crate) account_id: String,
    pub(crate) scopes: BTreeSet<Scope>,
    expires_at: Timestamp,
}

impl AccessTokens {
    pub(crate) fn new(clock: SimClock) -> Self {
        Self {
            clock,
            grants: Mutex::default(),
            crowded: AtomicUsize::new(FEW),
        }
    }

    pub(crate) fn issue(
        &self,
        app_key: &str,
        account_id: &str,
        scopes: BTreeSet<Scope>,
    ) -> Result<String, aws_lc_rs::error::Unspecified> {
        let token = random::secret()?;
        let now = self.clock.now();
        let expires_at = now + LIFE;
        let (app_key, account_id) = (app_key.to_owned(), account_id.to_owned());
        let mut grants = self.lock();
        if grants.len() >= self.crowded.load(Ordering::Relaxed) {
            grants.retain(|_, grant| now < grant.expires_at);
            let crowded = FEW.max(2 * grants.len());
            self.crowded.store(crowded, Ordering::Relaxed);
        }
        grants.insert(
            token.clone(),
            Grant {
                app_key,
                account_id,
                scopes,
                expires_at,
            },
        );
        Ok(token)
    }

    /// What a token stands for, if it was issued and is still good.
    pub(crate) fn get(&self, token: &str) -> Option<Grant> {
        self.lock()
            .get(token)
            .filter(|grant| self.clock.now() < grant.expires_at)
            .cloned()
    }

    /// Ends the tokens of an app.
    pub(crate) fn revoke_app(&self, app_key: &str) {
        self.lock().retain(|_, grant| grant.app_key != app_key);
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Grant>> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
