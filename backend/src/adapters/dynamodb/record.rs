//! How records write what they hold: times as milliseconds since 1970 in UTC, so that DynamoDB can compare them.

pub(super) use jiff::fmt::serde::timestamp::millisecond::{
    optional as optional_time, required as time,
};

use jiff::{SignedDuration, Timestamp};

/// DynamoDB removes an item some time after this many seconds since 1970.
pub(super) fn ttl(from: Timestamp, kept: SignedDuration) -> i64 {
    from.saturating_add(kept)
        .unwrap_or(Timestamp::MAX)
        .as_second()
}
