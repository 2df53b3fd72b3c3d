//! Who was an admin a moment ago.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::domain::ids::{AccountId, TenantKey};

/// How long it is remembered that somebody is an admin. Whoever is made one, or is one no longer, waits as long.
const ADMIN_KEPT: SignedDuration = SignedDuration::from_secs(60);

/// Past this many remembered answers all are forgotten.
const ADMINS_KEPT: usize = 10_000;

/// Who was an admin a moment ago.
#[derive(Default)]
pub(super) struct Admins(Mutex<HashMap<Asked, Told>>);

/// Whom we asked about. The generation makes a re-install ask anew.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) tenant: TenantKey,
    pub(super) generation: u64,
    pub(super) account: AccountId,
}

/// What we were told, and when.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) is_admin: bool,
    pub(super) at: Timestamp,
}

impl Admins {
    pub(super) fn get(&self, asked: &Asked, now: Timestamp) -> Option<bool> {
        let admins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let told = admins.get(asked)?;
        (now.duration_since(told.at) < ADMIN_KEPT).then_some(told.is_admin)
    }

    pub(super) fn put(&self, asked: Asked, told: Told) {
        let mut admins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if admins.len() >= ADMINS_KEPT {
            admins.clear();
        }
        admins.insert(asked, told);
    }
}
