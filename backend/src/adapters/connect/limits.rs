//! What a site says of its rate limits, with each answer.
//! <https://developer.atlassian.com/cloud/confluence/rate-limiting/>

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use jiff::{SignedDuration, Timestamp};
use reqwest::Response;

use super::Inner;
use crate::capabilities::store::KeepPace;
use crate::domain::ids::TenantKey;
use crate::domain::pace::{Pace, Slow};
use crate::domain::tenant::Tenant;

/// How long to leave a site alone that asks for it and does not say for how long.
const USUAL_BLOCK: Duration = Duration::from_secs(5);

/// A site's word is not followed any further: an hour is the longest of its windows.
const LONGEST_BLOCK: Duration = Duration::from_secs(3600);

/// Between two calls of a site that is near its limit.
const SHORTEST_GAP: Duration = Duration::from_millis(100);
const LONGEST_GAP: Duration = Duration::from_secs(60);

/// For how long a site counts as near its limit that does not say when it begins anew.
const USUAL_SLOW: Duration = Duration::from_secs(60);

/// What was noted is not noted anew until so much of it has passed.
const NOTED_AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(2);

/// Past this many tenants what was noted is forgotten.
const TENANTS_KEPT: usize = 10_000;

/// When something was noted last about a tenant.
#[derive(Default)]
pub(super) struct Noted(Mutex<HashMap<(TenantKey, bool), Timestamp>>);

impl<S: KeepPace> Inner<S> {
    /// Notes what an answer says of the site's limits, for all Lambdas. Most answers say nothing.
    pub(super) async fn note_limits(&self, tenant: &Tenant, response: &Response) {
        let now = self.clock.now();
        let Some(pace) = pace(response.status(), response.headers(), now) else {
            return;
        };
        let reason = response.headers().get("ratelimit-reason");
        let reason = reason.and_then(|reason| reason.to_str().ok());
        self.note_pace(tenant, &pace, reason, now).await;
    }

    /// Notes that the authorization server asks to be left alone about a tenant.
    pub(super) async fn note_block(&self, tenant: &Tenant, wait: Option<Duration>) {
        let now = self.clock.now();
        let wait = wait.unwrap_or(USUAL_BLOCK).min(LONGEST_BLOCK);
        let until = SignedDuration::try_from(wait)
            .ok()
            .and_then(|wait| now.checked_add(wait).ok());
        let pace = Pace {
            blocked_until: until,
            slow: None,
        };
        self.note_pace(tenant, &pace, Some("tokens"), now).await;
    }

    async fn note_pace(&self, tenant: &Tenant, pace: &Pace, reason: Option<&str>, now: Timestamp) {
        if !self.noted.is_news(&tenant.key, pace, now) {
            return;
        }
        tracing::warn!(
            tenant.key = %tenant.key,
            pace.blocked_until = ?pace.blocked_until.map(|until| until.to_string()),
            pace.slow = ?pace.slow.map(|slow| slow.gap),
            reason,
            "a site asks to be called less"
        );
        if let Err(error) = self.store.slow_down(&tenant.key, pace).await {
            tracing::warn!(%error, tenant.key = %tenant.key, "what a site asks for was not noted");
        }
    }
}

impl Noted {
    fn is_news(&self, tenant: &TenantKey, pace: &Pace, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() >= TENANTS_KEPT {
            noted.clear();
        }
        let name = (tenant.clone(), pace.blocked_until.is_some());
        let is_news = noted
            .get(&name)
            .is_none_or(|at| now.duration_since(*at) >= NOTED_AGAIN_AFTER);
        if is_news {
            noted.insert(name, now);
        }
        is_news
    }
}

/// How fast a site may be called, if its answer says anything of that.
fn pace(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Option<Pace> {
    let after = |wait: Duration| {
        let wait = SignedDuration::try_from(followed(wait)).ok()?;
        now.checked_add(wait).ok()
    };
    let window = window(headers, now);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let wait = retry_after(headers).or_else(|| Some(window?.begins_anew_in));
        return Some(Pace {
            blocked_until: after(wait.unwrap_or(USUAL_BLOCK)),
            slow: None,
        });
    }
    let is_near = text(headers, "x-ratelimit-nearlimit")
        .is_some_and(|near| near.trim().eq_ignore_ascii_case("true"));
    if !is_near {
        return None;
    }
    let (left, anew) = window.map_or((0, USUAL_SLOW), |window| {
        (window.remaining, window.begins_anew_in)
    });
    let gap = gap(left, anew);
    Some(Pace {
        blocked_until: None,
        slow: Some(Slow {
            gap: gap.clamp(SHORTEST_GAP, LONGEST_GAP),
            until: after(anew)?,
        }),
    })
}

/// What is left is spread over the time that is left. A run costs a few points.
fn gap(left: u32, anew: Duration) -> Duration {
    anew.saturating_mul(POINTS_OF_A_RUN)
        .checked_div(left)
        .unwrap_or(LONGEST_GAP)
}

/// To ask about an account costs three, and to write one; to read may cost more.
const POINTS_OF_A_RUN: u32 = 5;

/// What is left of a quota.
#[derive(Clone, Copy)]
struct Window {
    remaining: u32,
    begins_anew_in: Duration,
}

/// From `RateLimit: "name";r=11000;t=600`, or else from the `X-RateLimit` headers.
fn window(headers: &HeaderMap, now: Timestamp) -> Option<Window> {
    let structured = text(headers, "ratelimit").and_then(|list| {
        // Of several, the one that is hardest to keep: a burst of a second is over soon.
        list.split(',')
            .filter_map(|policy| {
                let parameter = |name: &str| {
                    policy
                        .split(';')
                        .skip(1)
                        .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
                        .and_then(|value| value.trim().parse::<u32>().ok())
                };
                Some(Window {
                    remaining: parameter("r")?,
                    begins_anew_in: Duration::from_secs(parameter("t")?.into()),
                })
            })
            .max_by_key(|window| gap(window.remaining, window.begins_anew_in))
    });
    structured.or_else(|| {
        let reset: Timestamp = text(headers, "x-ratelimit-reset")?.trim().parse().ok()?;
        Some(Window {
            remaining: text(headers, "x-ratelimit-remaining")?
                .trim()
                .parse()
                .ok()?,
            begins_anew_in: Duration::try_from(reset.duration_since(now)).unwrap_or_default(),
        })
    })
}

/// `Retry-After` in seconds, as Atlassian sends it.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = text(headers, "retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// How far a site's word is followed that asks to wait for so long.
pub(super) fn followed(wait: Duration) -> Duration {
    wait.min(LONGEST_BLOCK)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T09:50:00Z".parse().unwrap()
    }

    fn said(status: u16, headers: &[(&'static str, &str)]) -> Option<Pace> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect::<Vec<(http::HeaderName, http::HeaderValue)>>();
        pace(
            StatusCode::from_u16(status).unwrap(),
            &headers.into_iter().collect(),
            now(),
        )
    }

    fn blocked(headers: &[(&'static str, &str)]) -> i64 {
        let until = said(429, headers).unwrap().blocked_until.unwrap();
        until.duration_since(now()).as_secs()
    }

    #[test]
    fn a_site_that_refuses_is_left_alone_for_as_long_as_it_says() {
        assert_eq!(blocked(&[("retry-after", "17")]), 17);
        assert_eq!(blocked(&[("ratelimit", r#""q";r=0;t=600"#)]), 600);
        let reset = [
            ("x-ratelimit-reset", "2026-11-22T10:00:00Z"),
            ("x-ratelimit-remaining", "0"),
        ];
        assert_eq!(blocked(&reset), 600);
        assert_eq!(blocked(&[]), 5);
        assert_eq!(blocked(&[("retry-after", "soon")]), 5);
        assert_eq!(blocked(&[("retry-after", "99999999999")]), 3600);
    }

    #[test]
    fn a_site_near_its_limit_is_called_with_gaps() {
        let near = |limits: &str| {
            let headers = [("x-ratelimit-nearlimit", "true"), ("ratelimit", limits)];
            let slow = said(200, &headers).unwrap().slow.unwrap();
            (
                slow.gap.as_millis(),
                slow.until.duration_since(now()).as_secs(),
            )
        };
        assert_eq!(near(r#""q";r=3000;t=600"#), (1000, 600));
        assert_eq!(near(r#""a";r=60000;t=600, "b";r=300;t=60"#), (1000, 60));
        assert_eq!(
            near(r#""burst";r=10;t=1, "quota";r=300;t=600"#),
            (10_000, 600)
        );
        assert_eq!(near(r#""q";r=1000000;t=600"#), (100, 600));
        assert_eq!(near(r#""q";r=0;t=600"#), (60_000, 600));
        assert_eq!(near("nonsense"), (60_000, 60));
    }

    #[test]
    fn most_answers_say_nothing() {
        assert_eq!(said(200, &[("ratelimit", r#""q";r=60000;t=600"#)]), None);
        assert_eq!(said(200, &[("x-ratelimit-nearlimit", "false")]), None);
        assert_eq!(said(503, &[]), None);
    }
}
