//! When the platform is told about whom something is kept.

use jiff::{SignedDuration, Timestamp};

use super::fingerprint::sha256;
use super::ids::TenantKey;

/// Each person is reported once in a cycle. This one counts until the platform names another.
pub const CYCLE: SignedDuration = SignedDuration::from_hours(7 * 24);

const DAY: i64 = 24 * 3600;

/// When somebody is reported for the first time of whom something is kept since `noted`: in the last day of a cycle, at
/// their tenant's own time of day. So all who come on one day are reported together, and the tenants one after the other.
pub fn first_report(tenant: &TenantKey, noted: Timestamp) -> Timestamp {
    let latest = noted.saturating_add(CYCLE).unwrap_or(Timestamp::MAX);
    let since = (latest.as_second() - time_of_day(tenant)).rem_euclid(DAY);
    // Not before 1970, where nothing was noted.
    Timestamp::from_second(latest.as_second() - since).unwrap_or(latest)
}

/// Seconds after midnight in UTC, spread evenly over the tenants.
fn time_of_day(tenant: &TenantKey) -> i64 {
    let hash = sha256(tenant.as_str().as_bytes());
    i64::from_str_radix(&hash[..8], 16).unwrap_or_default() % DAY
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn tenant(number: u32) -> TenantKey {
        TenantKey::parse(format!("tenant-{number}")).unwrap()
    }

    #[test]
    fn who_comes_within_a_day_is_reported_together() {
        let noted: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let first = first_report(&tenant(1), noted);
        let a_day_later = first
            .saturating_add(SignedDuration::from_secs(DAY))
            .unwrap();
        let mut times = BTreeSet::new();
        for minutes in 0..24 * 60 {
            let noted = noted + SignedDuration::from_mins(minutes);
            times.insert(first_report(&tenant(1), noted));
        }
        assert_eq!(times, BTreeSet::from([first, a_day_later]));
    }

    #[test]
    fn tenants_are_spread_over_the_day() {
        let noted: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let hours: BTreeSet<_> = (0..200)
            .map(|number| first_report(&tenant(number), noted).as_second() / 3600)
            .collect();
        assert_eq!(hours.len(), 24);
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_a_cycle(number: u32, noted in 0_i64..4_000_000_000_000) {
            let noted = Timestamp::from_millisecond(noted).unwrap();
            let first = first_report(&tenant(number), noted);
            let waits = first.duration_since(noted);
            prop_assert!(waits <= CYCLE, "{waits}");
            prop_assert!(waits > CYCLE - SignedDuration::from_secs(DAY + 1), "{waits}");
        }
    }
}
