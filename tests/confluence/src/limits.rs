//! Quotas: points of the REST API by the hour, and access tokens by five minutes.
//!
//! <https://developer.atlassian.com/cloud/confluence/rate-limiting/>

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::SimClock;

const HOUR: i64 = 3600;
const FIVE_MINUTES: i64 = 300;

/// The quotas of each app.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Points for the REST API, from one full hour to the next.
    pub rest_points_per_hour: u32,
    /// Requests for access tokens in five minutes. Atlassian's number isn't known for certain.
    pub tokens_per_five_minutes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rest_points_per_hour: 65_000,
            tokens_per_five_minutes: 500,
        }
    }
}

/// Counts what apps use up.
#[derive(Debug)]
pub(crate) struct Meter {
    clock: SimClock,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    limits: Limits,
    used: BTreeMap<(Kind, String), Window>,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    Rest,
    Token,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    begin: i64,
    used: u32,
}

/// Where an app stands with a quota.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    limit: u32,
    used: u32,
    /// When the quota begins anew, in seconds since 1970, and how far off that is.
    resets_at: i64,
    resets_in: i64,
}

impl Meter {
    pub(crate) fn new(clock: SimClock) -> Self {
        Self {
            clock,
            state: Mutex::default(),
        }
    }

    pub(crate) fn limits(&self) -> Limits {
        self.lock().limits
    }

    pub(crate) fn set_limits(&self, limits: Limits) {
        self.lock().limits = limits;
    }

    pub(crate) fn reset(&self) {
        *self.lock() = State::default();
    }

    pub(crate) fn rest(&self, app_key: &str) -> Standing {
        self.spend(Kind::Rest, app_key, 0)
    }

    pub(crate) fn spend_rest(&self, app_key: &str, points: u32) -> Standing {
        self.spend(Kind::Rest, app_key, points)
    }

    /// Counts a request for an access token; the answer is over its limit if it is one too many.
    pub(crate) fn spend_token(&self, app_key: &str) -> Standing {
        self.spend(Kind::Token, app_key, 1)
    }

    fn spend(&self, kind: Kind, app_key: &str, amount: u32) -> Standing {
        let mut state = self.lock();
        let (limit, length) = match kind {
            Kind::Rest => (state.limits.rest_points_per_hour, HOUR),
            Kind::Token => (state.limits.tokens_per_five_minutes, FIVE_MINUTES),
        };
        let now = self.clock.epoch_seconds();
        let begin = now - now.rem_euclid(length);
        let window = state
            .used
            .entry((kind, app_key.to_owned()))
            .or_insert(Window { begin, used: 0 });
        if window.begin != begin {
            *window = Window { begin, used: 0 };
        }
        window.used = window.used.saturating_add(amount);
        Standing {
            limit,
            used: window.used,
            resets_at: begin + length,
            resets_in: begin + length - now,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Standing {
    /// Nothing is left for another call.
    pub(crate) fn is_used_up(self) -> bool {
        self.used >= self.limit
    }

    /// More was used than there was.
    pub(crate) fn is_exceeded(self) -> bool {
        self.used > self.limit
    }

    pub(crate) fn retry_after(self) -> i64 {
        self.resets_in
    }

    fn remaining(self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// The headers that every answer carries.
    pub(crate) fn write_headers(self, headers: &mut HeaderMap) {
        let Self {
            limit, resets_in, ..
        } = self;
        let remaining = self.remaining();
        let reset = Timestamp::from_second(self.resets_at).unwrap_or(Timestamp::MAX);
        let near = u64::from(remaining) * 5 < u64::from(limit);
        let values = [
            ("x-ratelimit-limit", limit.to_string()),
            ("x-ratelimit-remaining", remaining.to_string()),
            ("x-ratelimit-reset", reset.to_string()),
            ("x-ratelimit-nearlimit", near.to_string()),
            (
                "ratelimit-policy",
                format!("\"global-app-quota\";q={limit};w={HOUR}"),
            ),
            (
                "ratelimit",
                format!("\"global-app-quota\";r={remaining};t={resets_in}"),
            ),
        ];
        for (name, value) in values {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_quota_begins_anew_at_the_full_hour() {
        let clock = SimClock::frozen("2026-11-22T10:59:00Z".parse().unwrap());
        let meter = Meter::new(clock.clone());
        meter.set_limits(Limits {
            rest_points_per_hour: 3,
            ..Limits::default()
        });
        assert!(!meter.spend_rest("app", 2).is_used_up());
        assert!(meter.spend_rest("app", 1).is_used_up());
        assert!(!meter.rest("other").is_used_up());
        assert_eq!(meter.rest("app").retry_after(), 60);
        clock.advance(SignedDuration::from_secs(60));
        assert!(!meter.rest("app").is_used_up());
    }

    #[test]
    fn the_headers() {
        let meter = Meter::new(SimClock::frozen("2026-11-22T10:50:00Z".parse().unwrap()));
        let mut headers = HeaderMap::new();
        meter.spend_rest("app", 60_000).write_headers(&mut headers);
        assert_eq!(headers["x-ratelimit-remaining"], "5000");
        assert_eq!(headers["x-ratelimit-nearlimit"], "true");
        assert_eq!(headers["x-ratelimit-reset"], "2026-11-22T11:00:00Z");
        assert_eq!(headers["ratelimit"], "\"global-app-quota\";r=5000;t=600");
    }
}
