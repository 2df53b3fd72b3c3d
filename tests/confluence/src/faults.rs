//! Faults: what tests may do to a call on its way in, or to its answer on the way out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// What to do to which calls. The oldest fault that matches a call takes it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fault {
    /// Only calls with this method; absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The path without its query, in which `*` stands for any text: `/oauth2/token`, `/wiki/rest/*`,
    /// `/install-keys/*`.
    pub path: String,
    /// How many calls it takes; absent: all, until it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// How long to wait first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_ms: u64,
    #[serde(default)]
    pub when: When,
    #[serde(default)]
    pub effect: Effect,
}

/// On which side of the real work a fault stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Before: the call has no effect unless the fault lets it pass.
    #[default]
    Before,
    /// After: the call has had its effect, and its answer is lost or replaced.
    After,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(
    rename_all = "camelCase",
    tag = "kind",
    rename_all_fields = "camelCase"
)]
pub enum Effect {
    /// The call goes on: for faults that only delay or count.
    #[default]
    Pass,
    /// This answer instead of the real one.
    Respond {
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Text is sent as it is, anything else as JSON.
        #[serde(default)]
        body: serde_json::Value,
    },
    /// The connection is closed without an answer.
    Reset,
    /// The call waits until the fault is released (or removed), and then goes on.
    Hold,
}

impl Fault {
    /// A fault for calls with this method and path (`*` stands for any text).
    #[must_use]
    pub fn on(method: &str, path: &str) -> Self {
        let method = Some(method.to_owned());
        Self {
            method,
            path: path.to_owned(),
            times: None,
            delay_ms: 0,
            when: When::Before,
            effect: Effect::Pass,
        }
    }

    /// Only for so many calls.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self {
            times: Some(times),
            ..self
        }
    }

    /// Only for one call.
    #[must_use]
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// After the call has had its effect.
    #[must_use]
    pub fn after(self) -> Self {
        Self {
            when: When::After,
            ..self
        }
    }

    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self {
            delay_ms: u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            ..self
        }
    }

    /// Answers with this status and JSON body.
    #[must_use]
    pub fn respond(self, status: u16, body: serde_json::Value) -> Self {
        Self {
            effect: Effect::Respond {
                status,
                headers: BTreeMap::new(),
                body,
            },
            ..self
        }
    }

    /// Answers 429 with `Retry-After: <seconds>`.
    #[must_use]
    pub fn too_many_requests(self, retry_after_seconds: u32) -> Self {
        let headers = BTreeMap::from([("Retry-After".to_owned(), retry_after_seconds.to_string())]);
        Self {
            effect: Effect::Respond {
                status: 429,
                headers,
                body: serde_json::Value::Null,
            },
            ..self
        }
    }

    /// Closes the connection.
    #[must_use]
    pub fn reset(self) -> Self {
        Self {
            effect: Effect::Reset,
            ..self
        }
    }

    /// Makes the call wait until [`FaultHandle::release`].
    #[must_use]
    pub fn hold(self) -> Self {
        Self {
            effect: Effect::Hold,
            ..self
        }
    }
}

/// The faults of a running simulator. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Rules>>);

/// A fault that has been added.
#[derive(Clone, Debug)]
pub struct FaultHandle {
    pub id: u64,
    hits: watch::Sender<u32>,
    released: watch::Sender<bool>,
}

/// A fault as the control API lists it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultStatus {
    pub id: u64,
    #[serde(flatten)]
    pub fault: Fault,
    /// How many calls it has taken.
    pub hits: u32,
}

#[derive(Debug, Default)]
struct Rules {
    last_id: u64,
    rules: Vec<(Fault, FaultHandle)>,
}

/// A fault that took a call.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) fault: Fault,
    pub(crate) handle: FaultHandle,
}

impl Faults {
    pub fn add(&self, fault: Fault) -> FaultHandle {
        let mut rules = self.lock();
        rules.last_id += 1;
        let handle = FaultHandle {
            id: rules.last_id,
            hits: watch::Sender::new(0),
            released: watch::Sender::new(false),
        };
        rules.rules.push((fault, handle.clone()));
        handle
    }

    #[must_use]
    pub fn all(&self) -> Vec<FaultStatus> {
        let status = |(fault, handle): &(Fault, FaultHandle)| FaultStatus {
            id: handle.id,
            fault: fault.clone(),
            hits: handle.hits(),
        };
        self.lock().rules.iter().map(status).collect()
    }

    #[must_use]
    pub fn get(&self, id: u64) -> Option<FaultHandle> {
        self.lock()
            .rules
            .iter()
            .find(|(_, handle)| handle.id == id)
            .map(|(_, handle)| handle.clone())
    }

    /// Removes a fault and lets go of the calls that it holds. Answers whether there was one.
    pub fn remove(&self, id: u64) -> bool {
        let mut rules = self.lock();
        let before = rules.rules.len();
        rules.rules.retain(|(_, handle)| {
            handle.id != id || {
                handle.release();
                false
            }
        });
        rules.rules.len() < before
    }

    /// Removes all faults.
    pub fn clear(&self) {
        let removed = std::mem::take(&mut self.lock().rules);
        removed.iter().for_each(|(_, handle)| handle.release());
    }

    /// The fault for this call, counted as having taken it.
    pub(crate) fn take(&self, method: &str, path: &str) -> Option<Taken> {
        let rules = self.lock();
        let live = |(fault, handle): &&(Fault, FaultHandle)| {
            fault.times.is_none_or(|times| handle.hits() < times) && fault.matches(method, path)
        };
        let (fault, handle) = rules.rules.iter().find(live)?;
        handle.hits.send_modify(|hits| *hits += 1);
        Some(Taken {
            fault: fault.clone(),
            handle: handle.clone(),
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FaultHandle {
    /// How many calls it has taken.
    #[must_use]
    pub fn hits(&self) -> u32 {
        *self.hits.borrow()
    }

    /// Waits until it has taken a call.
    pub async fn arrived(&self) {
        self.arrived_times(1).await;
    }

    /// Waits until it has taken so many calls.
    pub async fn arrived_times(&self, times: u32) {
        wait(&self.hits, |hits| *hits >= times).await;
    }

    /// Lets go of the calls that it holds, and of those to come.
    pub fn release(&self) {
        self.released.send_replace(true);
    }

    pub(crate) async fn until_released(&self) {
        wait(&self.released, |released| *released).await;
    }
}

impl Fault {
    fn matches(&self, method: &str, path: &str) -> bool {
        self.method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && glob(&self.path, path)
    }
}

async fn wait<T>(channel: &watch::Sender<T>, reached: impl FnMut(&T) -> bool) {
    // The sender lives in `channel`, so the wait can only end by being met.
    drop(channel.subscribe().wait_for(reached).await);
}

/// Whether `text` is `pattern`, in which `*` stands for any text.
fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|tail| {
            let mut starts = tail.char_indices().map(|(at, _)| at).chain([tail.len()]);
            starts.any(|at| glob(rest, &tail[at..]))
        }),
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        assert!(glob("/wiki/rest/*", "/wiki/rest/api/user"));
        assert!(glob("/wiki/*/user", "/wiki/rest/api/user"));
        assert!(glob("*", ""));
        assert!(!glob("/wiki/rest/*", "/wiki/api/v2/pages"));
        assert!(!glob("/oauth2/token", "/oauth2/token/x"));
    }

    #[test]
    fn a_fault_takes_as_many_calls_as_it_says() {
        let faults = Faults::default();
        let handle = faults.add(
            Fault::on("POST", "/oauth2/token")
                .respond(503, serde_json::Value::Null)
                .times(2),
        );
        assert!(faults.take("GET", "/oauth2/token").is_none());
        assert!(faults.take("POST", "/oauth2/token").is_some());
        assert!(faults.take("post", "/oauth2/token").is_some());
        assert!(faults.take("POST", "/oauth2/token").is_none());
        assert_eq!(handle.hits(), 2);
        assert!(faults.remove(handle.id));
        assert!(!faults.remove(handle.id));
    }

    #[test]
    fn the_json_form() {
        let fault: Fault = serde_json::from_value(serde_json::json!({
            "path": "/wiki/rest/*", "times": 1, "delayMs": 5, "when": "after",
            "effect": {"kind": "respond", "status": 429, "headers": {"Retry-After": "2"}}
        }))
        .unwrap();
        assert_eq!(fault.when, When::After);
        assert!(matches!(fault.effect, Effect::Respond { status: 429, .. }));
    }
}
