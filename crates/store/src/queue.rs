//! Who waits for the writer, and for how long: what tells that there is more to do than can be done.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Those who wait for their turn, in the order they came.
#[derive(Clone, Default)]
pub(crate) struct Queue(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    since: VecDeque<(u64, Instant)>,
    next: u64,
}

/// A place in the queue; left when dropped.
pub(crate) struct Place {
    queue: Queue,
    number: u64,
}

impl Queue {
    /// Begins to wait.
    pub(crate) fn join(&self) -> Place {
        let mut waiting = self.waiting();
        let number = waiting.next;
        waiting.next += 1;
        waiting.since.push_back((number, Instant::now()));
        Place {
            queue: self.clone(),
            number,
        }
    }

    /// How long the one who waits longest has waited so far.
    pub(crate) fn longest(&self) -> Duration {
        let waiting = self.waiting();
        waiting
            .since
            .front()
            .map_or(Duration::ZERO, |(_, since)| since.elapsed())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds this.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting();
        // Nearly always the first: turns are taken in order.
        let at = waiting.since.iter().position(|(n, _)| *n == self.number);
        if let Some(at) = at {
            waiting.since.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_longest_counts_until_they_leave() {
        let queue = Queue::default();
        assert_eq!(queue.longest(), Duration::ZERO);
        let first = queue.join();
        let before = Instant::now();
        let second = queue.join();
        while queue.longest() <= before.elapsed() / 2 {
            std::hint::spin_loop();
        }
        drop(first);
        assert!(queue.longest() <= before.elapsed());
        drop(second);
        assert_eq!(queue.longest(), Duration::ZERO);
    }
}
