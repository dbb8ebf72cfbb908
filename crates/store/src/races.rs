//! Lost races on purpose, for tests of whoever has to run a transaction again.
//!
//! SQLite has one writer, so nothing there is ever `Raced`; and on PostgreSQL a race cannot be had when a test wants it.
//! With this a commit is refused as a lost race refuses it: all that the transaction did is taken back by the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Which commits of a store are lost. Cheap to clone; all clones are one.
#[derive(Debug, Clone, Default)]
pub struct Races(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    every: AtomicU64,
    commits: AtomicU64,
    lost: AtomicU64,
}

impl Races {
    /// Every `n`-th commit from now on; 1 is each of them, 0 none.
    #[must_use]
    pub fn every(n: u64) -> Self {
        let races = Self::default();
        races.set_every(n);
        races
    }

    /// The same, for a store that is open.
    pub fn set_every(&self, n: u64) {
        self.0.every.store(n, Ordering::Relaxed);
    }

    /// How many commits were lost so far.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Counts a commit, and says whether it is lost.
    pub(crate) fn loses(&self) -> bool {
        let every = self.0.every.load(Ordering::Relaxed);
        if every == 0 {
            return false;
        }
        let commit = self.0.commits.fetch_add(1, Ordering::Relaxed) + 1;
        let loses = commit.is_multiple_of(every);
        self.0.lost.fetch_add(u64::from(loses), Ordering::Relaxed);
        loses
    }
}
