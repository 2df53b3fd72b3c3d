//! How numbers become lengths in a picture.

use onbehalf_contract::ActsOfDay;

/// Everything that was done on a day.
pub(super) fn all_of(day: &ActsOfDay) -> u32 {
    let known = day.done.saturating_add(day.failed);
    known.saturating_add(day.unknown)
}

/// How long these parts are, laid end to end, where `most` is as long as `length`. A part that is there can be seen,
/// however small: it is at least 1 long.
pub(super) fn lengths<const N: usize>(parts: [u32; N], most: u32, length: u32) -> [u32; N] {
    let most = u64::from(most.max(1));
    parts.map(|part| {
        let exact = u64::from(part) * u64::from(length) / most;
        let exact = u32::try_from(exact).unwrap_or(length);
        exact.max(u32::from(part > 0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_as_long_as_they_are_many() {
        assert_eq!(lengths([5, 3, 2], 10, 100), [50, 30, 20]);
        assert_eq!(lengths([0, 10], 10, 100), [0, 100]);
    }

    #[test]
    fn what_is_there_can_be_seen_and_what_is_not_cannot() {
        assert_eq!(lengths([1, 0], 100_000, 80), [1, 0]);
        assert_eq!(lengths([0, 0], 0, 80), [0, 0]);
    }

    #[test]
    fn no_number_is_too_large() {
        assert_eq!(lengths([u32::MAX], u32::MAX, 80), [80]);
        let day = ActsOfDay {
            day: String::new(),
            done: u32::MAX,
            failed: 1,
            unknown: 1,
        };
        assert_eq!(all_of(&day), u32::MAX);
    }
}
