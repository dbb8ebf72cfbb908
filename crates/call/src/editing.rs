//! Until when a message can be changed, or deleted for both (M-4).

use birdcall_protocol::Timestamp;
use std::time::Duration;

/// How long after it was written. Raising it lets people change what was answered long ago; lowering it leaves no time
/// to see a mistake.
pub const CHANGEABLE: Duration = Duration::from_secs(15 * 60);

/// Whether what its author wrote `at` can still be changed or deleted for both.
#[must_use]
pub fn may_change(at: Timestamp, now: Timestamp) -> bool {
    now.since(at) <= CHANGEABLE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_moment_counts_and_the_next_does_not() {
        let at = Timestamp(1_800_000_000_000);
        let after = |millis: i64| Timestamp(at.0 + millis);
        assert!(may_change(at, at));
        assert!(may_change(at, after(900_000)));
        assert!(!may_change(at, after(900_001)));
        // A clock that was set back.
        assert!(may_change(at, after(-5_000)));
    }
}
