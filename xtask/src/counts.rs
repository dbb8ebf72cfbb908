//! How many tests passed and failed, read from what the test runners print.

use crate::Outcome;
use crate::process::Shown;
use std::fmt;
use std::ops::Add;

/// Tests of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Succeeded.
    pub(crate) passed: u64,
    /// Failed, or were cut off.
    pub(crate) failed: u64,
    /// Were not run. There are no skipped tests in this project.
    pub(crate) skipped: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed",
            self.passed,
            self.failed + self.skipped
        )
    }
}

impl Add for Counts {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        }
    }
}

impl Counts {
    /// Only tests that ran and passed are a success; none at all are not.
    pub(crate) fn judge(self) -> Outcome {
        match self {
            Self { failed: 1.., .. } => Err(format!("{} tests failed", self.failed)),
            Self { skipped: 1.., .. } => Err(format!("{} tests were skipped", self.skipped)),
            Self { passed: 0, .. } => Err("no test ran".to_owned()),
            Self { .. } => Ok(()),
        }
    }

    /// From `cargo test`: one `test result:` line a binary.
    pub(crate) fn of_cargo(shown: &Shown) -> Self {
        let mut counts = Self::default();
        for line in lines_after(&shown.text, "test result: ") {
            counts.passed += before(line, " passed");
            counts.failed += before(line, " failed");
            counts.skipped += before(line, " ignored");
        }
        counts.or_failed(shown)
    }

    /// From Vitest: one line `Tests  1 failed | 12 passed (13)`.
    pub(crate) fn of_vitest(shown: &Shown) -> Self {
        let mut counts = Self::default();
        for line in lines_after(&shown.text, "Tests ") {
            counts.passed += before(line, " passed");
            counts.failed += before(line, " failed");
            counts.skipped += before(line, " skipped") + before(line, " todo");
        }
        counts.or_failed(shown)
    }

    /// From Node's test runner with the reporter `spec`: lines `ℹ pass 12`.
    pub(crate) fn of_node(shown: &Shown) -> Self {
        let number = |name: &str| -> u64 {
            lines_after(&shown.text, &format!("ℹ {name} "))
                .filter_map(|rest| rest.trim().parse::<u64>().ok())
                .sum()
        };
        Self {
            passed: number("pass"),
            failed: number("fail") + number("cancelled"),
            skipped: number("skipped") + number("todo"),
        }
        .or_failed(shown)
    }

    /// A runner that ended with an error has failed, whatever it printed.
    fn or_failed(mut self, shown: &Shown) -> Self {
        if !shown.success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

fn lines_after<'a>(text: &'a str, start: &str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .filter_map(move |line| line.trim_start().strip_prefix(start))
}

/// The number that stands before a word; 0 where the word is absent.
fn before(line: &str, word: &str) -> u64 {
    line.split_once(word)
        .and_then(|(left, _)| left.rsplit(|c: char| !c.is_ascii_digit()).next())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(success: bool, text: &str) -> Shown {
        Shown {
            success,
            text: text.to_owned(),
        }
    }

    #[test]
    fn cargo_binaries_are_summed() {
        let text = "\
test result: ok. 7 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test a ... FAILED
test result: FAILED. 2 passed; 1 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let counts = Counts::of_cargo(&shown(false, text));
        assert_eq!((counts.passed, counts.failed, counts.skipped), (9, 1, 3));
        assert!(counts.judge().is_err());
    }

    #[test]
    fn vitest_and_node_are_read() {
        let vitest = " Test Files  2 passed (2)\n      Tests  1 failed | 12 passed (13)\n";
        let counts = Counts::of_vitest(&shown(false, vitest));
        assert_eq!((counts.passed, counts.failed), (12, 1));
        let node =
            "ℹ tests 5\nℹ suites 0\nℹ pass 4\nℹ fail 0\nℹ cancelled 1\nℹ skipped 0\nℹ todo 0\n";
        let counts = Counts::of_node(&shown(false, node));
        assert_eq!((counts.passed, counts.failed), (4, 1));
    }

    #[test]
    fn nothing_run_and_a_crash_are_failures() {
        assert!(Counts::of_cargo(&shown(true, "")).judge().is_err());
        assert_eq!(Counts::of_node(&shown(false, "ℹ pass 4\n")).failed, 1);
        let skipped = shown(true, "test result: ok. 7 passed; 0 failed; 1 ignored;");
        assert!(Counts::of_cargo(&skipped).judge().is_err());
        let fine = shown(true, "test result: ok. 7 passed; 0 failed; 0 ignored;");
        assert_eq!(Counts::of_cargo(&fine).judge(), Ok(()));
    }
}
