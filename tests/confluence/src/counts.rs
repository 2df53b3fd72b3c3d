//! How many there were of each kind: what is left of calls once their records are dropped.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::calls::{Call, Exchange};

/// Counts that go on until they are cleared. Clones share them, and so do all sites of a simulator.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts(Arc<Mutex<State>>);

/// What has been counted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tally {
    pub calls: Vec<CallCount>,
    pub exchanges: ExchangeCount,
}

/// So many calls of a kind.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallCount {
    #[serde(flatten)]
    pub kind: CallKind,
    pub count: u64,
}

/// What calls are told apart by.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallKind {
    pub method: String,
    /// The route with its placeholders, such as `/wiki/api/v2/pages/{id}`.
    pub endpoint: String,
    /// `user`, `app`, `session` or `anonymous`.
    pub caller: String,
    /// Absent when the connection was closed without an answer.
    pub status: Option<u16>,
}

/// The requests for access tokens.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeCount {
    /// How many there were of each status.
    pub by_status: BTreeMap<u16, u64>,
    /// How many accounts tokens were issued for, each tenant's counted apart.
    pub accounts: usize,
    /// How many tokens were issued for the account with the most.
    pub most_for_one_account: u64,
}

#[derive(Debug, Default)]
struct State {
    calls: HashMap<CallKind, u64>,
    exchanges: BTreeMap<u16, u64>,
    issued: HashMap<String, u64>,
}

impl Counts {
    pub(crate) fn call(&self, call: &Call, endpoint: &str) {
        let kind = CallKind {
            method: call.method.clone(),
            endpoint: endpoint.to_owned(),
            caller: call.caller.split(':').next().unwrap_or_default().to_owned(),
            status: call.status,
        };
        *self.lock().calls.entry(kind).or_default() += 1;
    }

    pub(crate) fn exchange(&self, exchange: &Exchange, client_key: &str) {
        let mut state = self.lock();
        *state.exchanges.entry(exchange.status).or_default() += 1;
        if let (200, Some(account_id)) = (exchange.status, &exchange.account_id) {
            let account = format!("{client_key} {account_id}");
            *state.issued.entry(account).or_default() += 1;
        }
    }

    pub(crate) fn tally(&self) -> Tally {
        let state = self.lock();
        let count = |(kind, count): (&CallKind, &u64)| CallCount {
            kind: kind.clone(),
            count: *count,
        };
        let mut calls: Vec<_> = state.calls.iter().map(count).collect();
        calls.sort_by(|left, right| left.kind.cmp(&right.kind));
        Tally {
            calls,
            exchanges: ExchangeCount {
                by_status: state.exchanges.clone(),
                accounts: state.issued.len(),
                most_for_one_account: state.issued.values().copied().max().unwrap_or_default(),
            },
        }
    }

    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
