//! Yes or no, as Confluence said a moment ago.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::{AccountId, TenantKey};
use crate::domain::tenant::Tenant;

/// How long an answer is remembered. Whoever is made an admin or a member, or is one no longer, waits as long.
const KEPT: SignedDuration = SignedDuration::from_secs(60);

/// Past this many remembered answers all are forgotten.
const MOST_KEPT: usize = 10_000;

/// What Confluence said a moment ago of people. `Q` is what was asked of them, where there is a choice.
pub(super) struct Remembered<Q>(Mutex<HashMap<Asked<Q>, Told>>);

/// Whom we asked about. The generation makes a re-install ask anew.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Asked<Q> {
    tenant: TenantKey,
    generation: u64,
    account: AccountId,
    question: Q,
}

/// What we were told, and when.
#[derive(Clone, Copy)]
struct Told {
    yes: bool,
    at: Timestamp,
}

impl<Q> Asked<Q> {
    pub(super) fn of(tenant: &Tenant, account: &AccountId, question: Q) -> Self {
        Self {
            tenant: tenant.key.clone(),
            generation: tenant.generation,
            account: account.clone(),
            question,
        }
    }
}

impl<Q: Eq + Hash> Remembered<Q> {
    pub(super) fn get(&self, asked: &Asked<Q>, now: Timestamp) -> Option<bool> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = answers.get(asked)?;
        (now.duration_since(told.at) < KEPT).then_some(told.yes)
    }

    /// Remembers an answer to what was asked at a time.
    pub(super) fn put(&self, asked: Asked<Q>, yes: bool, at: Timestamp) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_KEPT {
            answers.clear();
        }
        answers.insert(asked, Told { yes, at });
    }
}

impl<Q> Default for Remembered<Q> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
