//! How many tests passed and failed, as the test runners say at the end of what they print.

use std::{fmt, ops::AddAssign};

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    passed: u32,
    failed: u32,
}

impl Tally {
    /// Adds what `line` of a test runner's output counts, if it does.
    pub(super) fn read(&mut self, line: &str) {
        let counted = libtest(line).or_else(|| node(line));
        *self += counted.unwrap_or_default();
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// `test result: ok. 5 passed; 0 failed; 0 ignored; …`
fn libtest(line: &str) -> Option<Tally> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what: &str| {
        let count = counts
            .split("; ")
            .find_map(|count| count.strip_suffix(what));
        count?.trim().parse().ok()
    };
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

/// `ℹ pass 5`, and on another line `ℹ fail 0`
fn node(line: &str) -> Option<Tally> {
    let (what, count) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let count = count.parse().ok()?;
    let none = Tally::default();
    match what {
        "pass" => Some(Tally {
            passed: count,
            ..none
        }),
        // A test that was cut short has not passed.
        "fail" | "cancelled" => Some(Tally {
            failed: count,
            ..none
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runners_of_rust_and_node_are_understood() {
        let mut tally = Tally::default();
        let output = "\
running 2 tests
test a ... ok
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: FAILED. 13 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
✔ revokes (12.3ms)
ℹ tests 7
ℹ suites 0
ℹ pass 4
ℹ fail 2
ℹ cancelled 1
ℹ skipped 0
ℹ duration_ms 71.2";
        output.lines().for_each(|line| tally.read(line));
        assert_eq!(tally.to_string(), "19 passed, 4 failed");
    }

    #[test]
    fn other_lines_count_nothing() {
        let mut tally = Tally::default();
        let lines = "\nℹ\nℹ pass\ntest result: ok\npass 4\n12 passed";
        lines.lines().for_each(|line| tally.read(line));
        assert!(tally.is_empty());
    }
}
