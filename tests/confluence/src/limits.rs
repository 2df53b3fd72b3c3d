//! Limits: points of the REST API by the hour, calls by the second, and access tokens by five minutes.
//!
//! <https://developer.atlassian.com/cloud/confluence/rate-limiting/>

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, HeaderValue, Method, header};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock::SimClock;

const HOUR: i64 = 3600;
const FIVE_MINUTES: i64 = 300;

/// What apps may use up. A tenant can have limits of its own, see [`TenantLimits`].
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Points for the REST API, from one full hour to the next: those of an app in all its tenants together.
    pub rest_points_per_hour: u32,
    /// Requests for access tokens in five minutes, of each app in each tenant. Atlassian's number isn't known for
    /// certain.
    pub tokens_per_five_minutes: u32,
    /// Points for the REST API by the hour, of each app in each tenant; absent: no such quota.
    pub tenant_points_per_hour: Option<u32>,
    /// Calls by the second, of each endpoint in each tenant; absent: bursts aren't limited.
    pub bursts: Option<Bursts>,
}

/// What apps may use up in one tenant, in the place of what [`Limits`] says about each.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TenantLimits {
    /// Absent: no such quota.
    pub points_per_hour: Option<u32>,
    /// Absent: bursts aren't limited.
    pub bursts: Option<Bursts>,
}

/// How many calls a second an endpoint of a tenant takes with a method, in the long run and at once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Bursts {
    pub get: u32,
    pub post: u32,
    /// Of `PATCH` too.
    pub put: u32,
    pub delete: u32,
}

/// A call of an app, as far as limits go.
#[derive(Clone, Debug)]
pub(crate) struct Metered<'a> {
    pub(crate) app_key: &'a str,
    pub(crate) client_key: &'a str,
    pub(crate) method: &'a Method,
    /// The route with its placeholders: all pages are one endpoint.
    pub(crate) endpoint: &'a str,
}

/// Counts what apps use up.
#[derive(Debug)]
pub(crate) struct Meter {
    clock: SimClock,
    state: Mutex<State>,
}

/// Where a call stands with all that limits it.
#[derive(Clone, Debug)]
pub(crate) struct Standings {
    /// The app's quota, then the tenant's, if it has one.
    quotas: Vec<Standing>,
    burst: Option<Standing>,
    refused: Option<Standing>,
}

/// Where an app stands with one limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    policy: Policy,
    limit: u32,
    used: u32,
    /// When there is all of it again, in seconds since 1970, and how far off that is.
    resets_at: i64,
    resets_in: i64,
    /// How far off a next call is, in seconds, once nothing is left.
    retry_after: i64,
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Policy {
    App,
    Tenant,
    Burst,
    Tokens,
}

#[derive(Debug, Default)]
struct State {
    limits: Limits,
    tenants: BTreeMap<String, TenantLimits>,
    windows: HashMap<(Policy, String), Window>,
    buckets: HashMap<String, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    begin: i64,
    used: u32,
}

/// A bucket that fills by so many tokens a second, up to a second's worth.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// In thousandths of a token: as many come in a millisecond as tokens come in a second.
    level: i64,
    /// In milliseconds since 1970.
    at: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rest_points_per_hour: 65_000,
            tokens_per_five_minutes: 500,
            tenant_points_per_hour: None,
            bursts: None,
        }
    }
}

impl Default for Bursts {
    fn default() -> Self {
        Self {
            get: 100,
            post: 100,
            put: 50,
            delete: 50,
        }
    }
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

    /// The limits of a tenant: its own, or those of each.
    pub(crate) fn tenant_limits(&self, client_key: &str) -> TenantLimits {
        self.lock().tenant(client_key)
    }

    /// Gives a tenant limits of its own; `None` takes them away.
    pub(crate) fn set_tenant_limits(&self, client_key: &str, limits: Option<TenantLimits>) {
        let tenants = &mut self.lock().tenants;
        match limits {
            Some(limits) => tenants.insert(client_key.to_owned(), limits),
            None => tenants.remove(client_key),
        };
    }

    pub(crate) fn reset(&self) {
        *self.lock() = State::default();
    }

    /// Lets a call in, or doesn't. One that is let in takes its token from the bucket; its points are told by
    /// [`Meter::spend`], once they are known.
    pub(crate) fn admit(&self, call: &Metered<'_>) -> Standings {
        let mut state = self.lock();
        let now = self.clock.now();
        let quotas = state.quotas(call, 0, now);
        let used_up = quotas.iter().copied().find(Standing::is_used_up);
        let (burst, empty) = match state.bucket(call, now, used_up.is_none()) {
            Some((burst, taken)) => (Some(burst), (!taken).then_some(burst)),
            None => (None, None),
        };
        Standings {
            quotas,
            burst,
            refused: used_up.or(empty),
        }
    }

    /// Takes the points of a call from the quotas.
    pub(crate) fn spend(&self, call: &Metered<'_>, points: u32, standings: &mut Standings) {
        let now = self.clock.now();
        standings.quotas = self.lock().quotas(call, points, now);
    }

    /// Counts a request for an access token; the answer is the time to wait, in seconds, if it is one too many.
    pub(crate) fn spend_token(&self, app_key: &str, client_key: &str) -> Option<i64> {
        let mut state = self.lock();
        let limit = state.limits.tokens_per_five_minutes;
        let whose = format!("{app_key} {client_key}");
        let standing = state.window(Policy::Tokens, &whose, limit, 1, self.clock.now());
        (standing.used > limit).then_some(standing.resets_in)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tenant(&self, client_key: &str) -> TenantLimits {
        let each = TenantLimits {
            points_per_hour: self.limits.tenant_points_per_hour,
            bursts: self.limits.bursts,
        };
        self.tenants.get(client_key).copied().unwrap_or(each)
    }

    fn quotas(&mut self, call: &Metered<'_>, points: u32, now: Timestamp) -> Vec<Standing> {
        let Metered {
            app_key,
            client_key,
            ..
        } = *call;
        let limit = self.limits.rest_points_per_hour;
        let mut quotas = vec![self.window(Policy::App, app_key, limit, points, now)];
        if let Some(limit) = self.tenant(client_key).points_per_hour {
            let whose = format!("{app_key} {client_key}");
            quotas.push(self.window(Policy::Tenant, &whose, limit, points, now));
        }
        quotas
    }

    /// Uses up some of a window that begins anew at full hours, or every five minutes.
    fn window(
        &mut self,
        policy: Policy,
        whose: &str,
        limit: u32,
        amount: u32,
        now: Timestamp,
    ) -> Standing {
        let length = match policy {
            Policy::Tokens => FIVE_MINUTES,
            Policy::App | Policy::Tenant | Policy::Burst => HOUR,
        };
        let now = now.as_second();
        let begin = now - now.rem_euclid(length);
        let window = self
            .windows
            .entry((policy, whose.to_owned()))
            .or_insert(Window { begin, used: 0 });
        if window.begin != begin {
            *window = Window { begin, used: 0 };
        }
        window.used = window.used.saturating_add(amount);
        Standing {
            policy,
            limit,
            used: window.used,
            resets_at: begin + length,
            resets_in: begin + length - now,
            retry_after: begin + length - now,
        }
    }

    /// Where the bucket of a call stands, and whether there was a token for it, which is taken if `take`. Nothing, if
    /// bursts aren't limited.
    fn bucket(
        &mut self,
        call: &Metered<'_>,
        now: Timestamp,
        take: bool,
    ) -> Option<(Standing, bool)> {
        let Metered {
            client_key,
            method,
            endpoint,
            ..
        } = *call;
        let limit = self.tenant(client_key).bursts?.of(method);
        let (rate, now) = (i64::from(limit), now.as_millisecond());
        let full = rate * 1000;
        let bucket = self
            .buckets
            .entry(format!("{client_key} {method} {endpoint}"))
            .or_insert(Bucket {
                level: full,
                at: now,
            });
        let passed = (now - bucket.at).max(0);
        bucket.level = passed
            .saturating_mul(rate)
            .saturating_add(bucket.level)
            .min(full);
        bucket.at = now;
        let there = bucket.level >= 1000;
        if take && there {
            bucket.level -= 1000;
        }
        let missing = (1000 - bucket.level).max(0);
        let until_full = seconds(full - bucket.level, rate);
        let standing = Standing {
            policy: Policy::Burst,
            limit,
            used: limit
                - u32::try_from(bucket.level / 1000)
                    .unwrap_or(limit)
                    .min(limit),
            resets_at: now.div_euclid(1000) + until_full,
            resets_in: until_full,
            retry_after: seconds(missing, rate).max(1),
        };
        Some((standing, there))
    }
}

/// Whole seconds in which so many thousandths come at this rate; a bucket that never fills is asked for again in a minute.
fn seconds(thousandths: i64, rate: i64) -> i64 {
    match rate {
        0 => 60,
        rate => (thousandths + rate * 1000 - 1) / (rate * 1000),
    }
}

impl Bursts {
    fn of(self, method: &Method) -> u32 {
        match *method {
            Method::POST => self.post,
            Method::PUT | Method::PATCH => self.put,
            Method::DELETE => self.delete,
            _ => self.get,
        }
    }
}

impl Standings {
    /// The limit for which the call isn't let in: why, and for how many seconds.
    pub(crate) fn refusal(&self) -> Option<(&'static str, i64)> {
        let refused = self.refused?;
        let reason = match refused.policy {
            Policy::App => "the app's quota is used up",
            Policy::Tenant => "the app's quota in this tenant is used up",
            Policy::Burst | Policy::Tokens => "too many calls a second of this endpoint",
        };
        Some((reason, refused.retry_after))
    }

    /// The headers that every answer carries, and those of a refusal if it is one.
    ///
    /// `X-RateLimit-Limit`, `-Remaining` and `-Reset` tell of the limit that refuses the call; else of the endpoint's, if
    /// bursts are limited; else of the quota that is nearest to its end.
    pub(crate) fn write_headers(&self, headers: &mut HeaderMap) {
        let nearest = || {
            let share = |quota: &&Standing| {
                u64::from(quota.remaining()) * 1_000_000 / u64::from(quota.limit.max(1))
            };
            self.quotas.iter().min_by_key(share).copied()
        };
        let policies: Vec<_> = self.all().map(Standing::policy_item).collect();
        let items: Vec<_> = self.all().map(Standing::limit_item).collect();
        // It isn't used for bursts.
        let near = self.quotas.iter().any(|quota| quota.is_near());
        let mut values = vec![
            ("x-ratelimit-nearlimit", near.to_string()),
            ("ratelimit-policy", policies.join(",")),
            ("ratelimit", items.join(",")),
        ];
        if let Some(shown) = self.refused.or(self.burst).or_else(nearest) {
            let reset = Timestamp::from_second(shown.resets_at).unwrap_or(Timestamp::MAX);
            values.extend([
                ("x-ratelimit-limit", shown.limit.to_string()),
                ("x-ratelimit-remaining", shown.remaining().to_string()),
                ("x-ratelimit-reset", reset.to_string()),
            ]);
        }
        if let Some(refused) = self.refused {
            values.extend([
                (
                    header::RETRY_AFTER.as_str(),
                    refused.retry_after.to_string(),
                ),
                ("ratelimit-reason", refused.policy.reason().to_owned()),
            ]);
        }
        for (name, value) in values {
            if let Ok(value) = HeaderValue::try_from(value) {
                // A fault may have said something else.
                headers.entry(name).or_insert(value);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Standing> {
        self.quotas.iter().chain(&self.burst)
    }
}

impl Standing {
    fn is_used_up(&self) -> bool {
        self.used >= self.limit
    }

    fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// Less than a fifth is left.
    fn is_near(&self) -> bool {
        u64::from(self.remaining()) * 5 < u64::from(self.limit)
    }

    fn policy_item(&self) -> String {
        let window = match self.policy {
            Policy::Burst => 1,
            Policy::App | Policy::Tenant | Policy::Tokens => HOUR,
        };
        format!("\"{}\";q={};w={window}", self.policy.name(), self.limit)
    }

    /// What is left is told only once it is less than a fifth.
    fn limit_item(&self) -> String {
        let name = self.policy.name();
        match self.is_near() {
            true => format!("\"{name}\";r={};t={}", self.remaining(), self.resets_in),
            false => format!("\"{name}\";t={}", self.resets_in),
        }
    }
}

impl Policy {
    fn name(self) -> &'static str {
        match self {
            Self::App => "global-app-quota",
            Self::Tenant => "tenant-app-quota",
            Self::Burst | Self::Tokens => "confluence-burst-based",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::App => "confluence-quota-global-based",
            Self::Tenant => "confluence-quota-tenant-based",
            Self::Burst | Self::Tokens => "confluence-burst-based",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const PAGES: Metered<'static> = Metered {
        app_key: "app",
        client_key: "tenant",
        method: &Method::POST,
        endpoint: "/wiki/api/v2/pages",
    };

    fn meter(at: &str, limits: Limits) -> (Meter, SimClock) {
        let clock = SimClock::frozen(at.parse().unwrap());
        let meter = Meter::new(clock.clone());
        meter.set_limits(limits);
        (meter, clock)
    }

    fn spent(meter: &Meter, call: &Metered<'_>, points: u32) -> Standings {
        let mut standings = meter.admit(call);
        meter.spend(call, points, &mut standings);
        standings
    }

    fn headers(standings: &Standings) -> HeaderMap {
        let mut headers = HeaderMap::new();
        standings.write_headers(&mut headers);
        headers
    }

    #[test]
    fn a_quota_begins_anew_at_the_full_hour() {
        let limits = Limits {
            rest_points_per_hour: 3,
            ..Limits::default()
        };
        let (meter, clock) = meter("2026-11-22T10:59:00Z", limits);
        spent(&meter, &PAGES, 2);
        assert!(meter.admit(&PAGES).refusal().is_none());
        spent(&meter, &PAGES, 1);
        let other = Metered {
            app_key: "other",
            ..PAGES
        };
        assert!(meter.admit(&other).refusal().is_none());
        assert_eq!(meter.admit(&PAGES).refusal().unwrap().1, 60);
        clock.advance(SignedDuration::from_secs(60));
        assert!(meter.admit(&PAGES).refusal().is_none());
    }

    #[test]
    fn the_headers() {
        let (meter, _) = meter("2026-11-22T10:50:00Z", Limits::default());
        let far = headers(&spent(&meter, &PAGES, 0));
        assert_eq!(far["x-ratelimit-nearlimit"], "false");
        assert_eq!(far["ratelimit"], "\"global-app-quota\";t=600");
        let near = headers(&spent(&meter, &PAGES, 60_000));
        assert_eq!(near["x-ratelimit-remaining"], "5000");
        assert_eq!(near["x-ratelimit-nearlimit"], "true");
        assert_eq!(near["x-ratelimit-reset"], "2026-11-22T11:00:00Z");
        assert_eq!(
            near["ratelimit-policy"],
            "\"global-app-quota\";q=65000;w=3600"
        );
        assert_eq!(near["ratelimit"], "\"global-app-quota\";r=5000;t=600");
        assert!(!near.contains_key("retry-after"));
        assert!(!near.contains_key("ratelimit-reason"));
    }

    #[test]
    fn one_tenant_is_near_its_limit_and_another_is_not() {
        let limits = Limits {
            tenant_points_per_hour: Some(100),
            ..Limits::default()
        };
        let (meter, _) = meter("2026-11-22T10:50:00Z", limits);
        let near = headers(&spent(&meter, &PAGES, 90));
        assert_eq!(near["x-ratelimit-nearlimit"], "true");
        assert_eq!(near["x-ratelimit-remaining"], "10");
        assert_eq!(
            near["ratelimit"],
            "\"global-app-quota\";t=600,\"tenant-app-quota\";r=10;t=600"
        );
        let other = Metered {
            client_key: "another",
            ..PAGES
        };
        assert_eq!(
            headers(&spent(&meter, &other, 0))["x-ratelimit-nearlimit"],
            "false"
        );
        let small = TenantLimits {
            points_per_hour: Some(0),
            bursts: None,
        };
        meter.set_tenant_limits("another", Some(small));
        assert_eq!(
            headers(&meter.admit(&other))["ratelimit-reason"],
            "confluence-quota-tenant-based"
        );
        meter.set_tenant_limits("another", None);
        assert!(meter.admit(&other).refusal().is_none());
    }

    #[test]
    fn a_bucket_holds_a_second_s_worth_and_fills_again() {
        let bursts = Bursts {
            post: 2,
            ..Bursts::default()
        };
        let limits = Limits {
            bursts: Some(bursts),
            ..Limits::default()
        };
        let (meter, clock) = meter("2026-11-22T10:50:00Z", limits);
        let let_in = || meter.admit(&PAGES).refusal().is_none();
        assert!(let_in() && let_in());
        let refused = meter.admit(&PAGES);
        assert_eq!(refused.refusal().unwrap().1, 1);
        let headers = headers(&refused);
        for (name, value) in [
            ("retry-after", "1"),
            ("ratelimit-reason", "confluence-burst-based"),
            ("x-ratelimit-limit", "2"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "2026-11-22T10:50:01Z"),
            ("x-ratelimit-nearlimit", "false"),
            (
                "ratelimit",
                "\"global-app-quota\";t=600,\"confluence-burst-based\";r=0;t=1",
            ),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
        for other in [
            Metered {
                client_key: "another",
                ..PAGES
            },
            Metered {
                endpoint: "/wiki/api/v2/footer-comments",
                ..PAGES
            },
            Metered {
                method: &Method::GET,
                ..PAGES
            },
        ] {
            assert!(meter.admit(&other).refusal().is_none(), "{other:?}");
        }
        clock.advance(SignedDuration::from_millis(499));
        assert!(!let_in());
        clock.advance(SignedDuration::from_millis(1));
        assert!(let_in() && !let_in());
        clock.advance(SignedDuration::from_secs(3600));
        assert!(let_in() && let_in() && !let_in());
    }
}
