//! Records of what reached the simulator and of what it sent, kept for tests and for the page that shows them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;

use crate::scopes::Scope;

/// How many records of a kind are kept of the simulator's own site; older ones are dropped.
const KEPT: usize = 10_000;
/// The same of each tenant of a crowd.
const KEPT_OF_TENANT: usize = 100;

/// Records in the order in which they were made. Clones share them.
#[derive(Debug)]
pub struct Log<T> {
    records: Arc<Mutex<VecDeque<T>>>,
    most: usize,
    count: watch::Sender<u64>,
}

/// The calls received by the REST API, the plugin interface, the authorization server and the install keys.
pub type Calls = Log<Call>;
/// The requests for access tokens and what became of them.
pub type Exchanges = Log<Exchange>;
/// The lifecycle callbacks and webhooks sent to apps.
pub type Deliveries = Log<Delivery>;
/// The accounts that apps have reported, of which they keep personal data.
pub type Reports = Log<Report>;

/// A call that the simulator received.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    pub at: Timestamp,
    pub method: String,
    /// With its query.
    pub path: String,
    /// `user:<accountId>` (an access token), `app` (an app's own token), `session` (a browser), or `anonymous`, which
    /// also stands for credentials that were refused.
    pub caller: String,
    /// The account as whom the call was made, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The app whose token it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
    /// What the access token was good for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// Absent when the connection was closed without an answer.
    pub status: Option<u16>,
    /// Why it was refused, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The fault that took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<u64>,
    /// The body that came with it, if it was text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// A request for an access token.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exchange {
    pub at: Timestamp,
    /// Where the assertion got far enough to name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The `scope` asked for; absent means all that the app has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_scope: Option<String>,
    pub status: u16,
    /// The scopes of the token that was issued.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Scope>,
    /// The OAuth error code, if it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_description: Option<String>,
}

/// A callback or webhook that the simulator sent.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    pub at: Timestamp,
    pub app_key: String,
    /// `installed`, `enabled`, `user_deactivated` and so on.
    pub event: String,
    pub url: String,
    /// The app's answer; absent when there was none.
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// An account that an app has reported. A refused report leaves none.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub at: Timestamp,
    pub app_key: String,
    pub account_id: String,
    /// How old the app says that its data is.
    pub updated_at: Timestamp,
    /// What the app was told; absent when there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<ReportStatus>,
}

/// What an app is told to do about the data that it keeps of an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ReportStatus {
    /// Erase it.
    Closed,
    /// Erase it, or ask for it again.
    Updated,
}

impl<T: Clone> Log<T> {
    /// The records of one of many tenants.
    pub(crate) fn of_tenant() -> Self {
        Self {
            most: KEPT_OF_TENANT,
            ..Self::default()
        }
    }

    #[must_use]
    pub fn all(&self) -> Vec<T> {
        self.lock().iter().cloned().collect()
    }

    /// Those for which `wanted` holds.
    pub fn filter(&self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        self.lock()
            .iter()
            .filter(|record| wanted(record))
            .cloned()
            .collect()
    }

    /// The first one for which `wanted` holds; waits until there is one.
    pub async fn wait_for(&self, wanted: impl Fn(&T) -> bool) -> T {
        let mut count = self.count.subscribe();
        loop {
            count.borrow_and_update();
            if let Some(found) = self.lock().iter().find(|record| wanted(record)).cloned() {
                return found;
            }
            // Can't fail: the sender is `self.count`.
            drop(count.changed().await);
        }
    }

    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, record: T) {
        let mut records = self.lock();
        if records.len() == self.most {
            records.pop_front();
        }
        records.push_back(record);
        drop(records);
        self.count.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<T>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Calls {
    /// The calls made with access tokens of this account.
    #[must_use]
    pub fn as_user(&self, account_id: &str) -> Vec<Call> {
        let caller = format!("user:{account_id}");
        self.filter(|call| call.caller == caller)
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Self {
        Self {
            records: self.records.clone(),
            most: self.most,
            count: self.count.clone(),
        }
    }
}

impl<T> Default for Log<T> {
    fn default() -> Self {
        Self {
            records: Arc::default(),
            most: KEPT,
            count: watch::Sender::new(0),
        }
    }
}
