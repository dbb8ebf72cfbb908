//! How long commits took, for whoever watches the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds, in microseconds. Each more costs one number of memory; a disk that is well commits in milliseconds.
const BOUNDS: [u64; 12] = [
    500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// Durations from the wish to commit to the disk, those waited for in a group included.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    buckets: [AtomicU64; BOUNDS.len()],
    longer: AtomicU64,
    micros: AtomicU64,
}

/// What was counted so far.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitTimes {
    /// Upper bounds in seconds with how many stayed below each and above the one before; the last bound is none.
    pub buckets: Vec<(f64, u64)>,
    /// All together, in seconds.
    pub seconds: f64,
}

impl Commits {
    pub(crate) fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let place = BOUNDS.iter().position(|bound| micros <= *bound);
        place
            .map_or(&self.longer, |place| &self.buckets[place])
            .fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(crate) fn so_far(&self) -> CommitTimes {
        let counts = self.buckets.iter().map(|one| one.load(Ordering::Relaxed));
        let bounds = BOUNDS
            .iter()
            .map(|bound| Duration::from_micros(*bound).as_secs_f64());
        let mut buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        buckets.push((f64::INFINITY, self.longer.load(Ordering::Relaxed)));
        CommitTimes {
            buckets,
            seconds: Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_duration_is_in_the_bucket_that_bounds_it() {
        let commits = Commits::default();
        for millis in [0, 1, 3, 3, 60_000] {
            commits.note(Duration::from_millis(millis));
        }
        let times = commits.so_far();
        let filled: Vec<_> = times
            .buckets
            .iter()
            .filter(|(_, count)| *count > 0)
            .collect();
        assert_eq!(
            filled,
            [&(0.0005, 1), &(0.001, 1), &(0.005, 2), &(f64::INFINITY, 1)]
        );
        assert!((times.seconds - 60.007).abs() < 1e-9);
    }
}
