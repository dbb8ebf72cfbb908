//! Admission: when there is more to do than can be done, new calls are refused, and new sockets let in at a bounded rate,
//! so that calls that go on, messages and health checks keep their time.
//!
//! There are two signs: how long the transaction that waits longest for the one writer has waited, which a slow disk
//! or database makes long, and how late a task runs that wants to run at once ([`Beat`]), which busy processors do. They
//! depend on the load alone, so that a refusal tells nobody anything about anybody (C-6).
//!
//! A socket is a file, of which a process may have so many: the last ones are kept for what is no socket.

use birdcall_protocol::Timestamp;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A wait above this is too long, if it stays so. Raising it lets a ring come later before calls are refused; lowering it
/// refuses calls that a slow disk would have taken: a memory card can take 100 ms for one commit.
const LONG: Duration = Duration::from_millis(250);

/// For how long waits have to stay long: one slow commit is no overload. Raising it lets more calls in before the first
/// is refused, all of which have to be served.
const STAYS: Duration = Duration::from_secs(1);

/// An overload is over when nobody waits for longer than this. Raising it makes a server at its limit change its mind more
/// often.
const SHORT: Duration = Duration::from_millis(100);

/// For how long after an overload one long wait is enough. Raising it refuses calls for one slow commit for longer;
/// lowering it takes a second's calls too many each time that an overload seems to be over.
const WARY: Duration = Duration::from_secs(10);

/// Sockets let in each second while overloaded. Raising it brings devices back sooner after a network was away, each of
/// which reads what it missed.
const SOCKETS: u32 = 50;

/// How often a task runs to see how late it is. Lowering it costs wake-ups of an idle server.
const BEAT: Duration = Duration::from_millis(100);

/// A task that wants to run every so often, and how late it does: what it waits for is what every task waits for.
#[derive(Debug)]
pub struct Beat {
    started: Instant,
    /// When it should have run last, and how late it did, in milliseconds; the first since `started`.
    due: AtomicU64,
    late: AtomicU64,
}

impl Default for Beat {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            // Until it runs.
            due: AtomicU64::new(u64::MAX),
            late: AtomicU64::new(0),
        }
    }
}

impl Beat {
    /// Beats until dropped.
    pub async fn run(&self) {
        loop {
            let due = self.elapsed() + BEAT.as_millis() as u64;
            self.due.store(due, Ordering::Relaxed);
            tokio::time::sleep(BEAT).await;
            let late = self.elapsed().saturating_sub(due);
            self.late.store(late, Ordering::Relaxed);
        }
    }

    /// How late the last beat was, or the next one is by now.
    pub fn late(&self) -> Duration {
        let now = self
            .elapsed()
            .saturating_sub(self.due.load(Ordering::Relaxed));
        Duration::from_millis(now.max(self.late.load(Ordering::Relaxed)))
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Whether there is too much to do. A pure rule over what is seen at moments.
///
/// ```text
/// Low ── a long wait ──▶ Rising ── still long ──▶ High ── a short one ──▶ Wary ── for a while none ──▶ Low
///  ◀────── none ───────────┘                       ◀───── a long one ──────┘
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pressure {
    /// All is well.
    #[default]
    Low,
    /// Waits are long since then; looked at last at the second moment.
    Rising(Timestamp, Timestamp),
    /// Too much.
    High,
    /// It was too much until then.
    Wary(Timestamp),
}

impl Pressure {
    /// How it is now, with the longest wait that is seen.
    fn seen(self, now: Timestamp, wait: Duration) -> Self {
        match self {
            Self::High if wait > SHORT => Self::High,
            Self::High => Self::Wary(now),
            Self::Wary(until) if now.since(until) < WARY && wait > LONG => Self::High,
            Self::Wary(until) if now.since(until) < WARY => Self::Wary(until),
            // Looked at so long ago that nothing is known of the time between.
            Self::Rising(_, last) if wait > LONG && now.since(last) > STAYS => {
                Self::Rising(now, now)
            }
            Self::Rising(since, _) if wait > LONG && now.since(since) >= STAYS => Self::High,
            Self::Rising(since, _) if wait > LONG => Self::Rising(since, now),
            Self::Low | Self::Wary(_) if wait > LONG => Self::Rising(now, now),
            Self::Low | Self::Wary(_) | Self::Rising(..) => Self::Low,
        }
    }
}

/// Lets in, or does not.
#[derive(Debug, Default)]
pub struct Admission(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    pressure: Pressure,
    /// The second that sockets are counted in, and how many were let in.
    second: i64,
    sockets: u32,
}

impl Admission {
    /// Whether a new call is taken, with the longest wait that is seen now.
    pub fn takes_call(&self, now: Timestamp, wait: Duration) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.pressure = state.pressure.seen(now, wait);
        state.pressure != Pressure::High
    }

    /// Whether a new socket is taken, of which `free` more are possible. The same, but some are always.
    pub fn takes_socket(&self, now: Timestamp, wait: Duration, free: u64) -> bool {
        let taken = self.takes_call(now, wait);
        if free == 0 {
            return false;
        }
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let second = now.0.div_euclid(1_000);
        if state.second != second {
            (state.second, state.sockets) = (second, 0);
        }
        let taken = taken || state.sockets < SOCKETS;
        state.sockets += u32::from(taken);
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BAD: Duration = Duration::from_millis(400);
    const SO_SO: Duration = Duration::from_millis(150);
    const GOOD: Duration = Duration::from_millis(5);

    fn calls(seen: &[(i64, Duration)]) -> Vec<bool> {
        let admission = Admission::default();
        seen.iter()
            .map(|(at, wait)| admission.takes_call(Timestamp(*at), *wait))
            .collect()
    }

    #[test]
    fn a_wait_that_stays_long_refuses_until_it_is_short() {
        let seen = [
            (0, BAD),
            (500, BAD),
            (999, BAD),
            (1_000, BAD),
            (1_200, SO_SO),
            (1_300, GOOD),
            (1_400, SO_SO),
        ];
        let taken = [true, true, true, false, false, true, true];
        assert_eq!(calls(&seen), taken);
    }

    #[test]
    fn after_an_overload_one_long_wait_is_believed_for_a_while() {
        let overloaded = [(0, BAD), (500, BAD), (1_000, BAD), (1_300, GOOD)];
        let after =
            |more: &[(i64, Duration)]| calls(&[&overloaded[..], more].concat())[4..].to_vec();
        let again = [(2_000, BAD), (2_100, SO_SO), (2_200, GOOD), (2_300, BAD)];
        assert_eq!(after(&again), [false, false, true, false]);
        assert_eq!(after(&[(11_299, BAD)]), [false]);
        assert_eq!(after(&[(11_300, BAD), (12_300, BAD)]), [true, false]);
        assert_eq!(
            after(&[(9_000, SO_SO), (11_400, GOOD), (11_500, BAD)]),
            [true; 3]
        );
    }

    #[test]
    fn one_slow_moment_is_no_overload() {
        assert_eq!(
            calls(&[(0, BAD), (500, SO_SO), (900, BAD), (1_500, BAD)]),
            [true; 4]
        );
        // Nobody looked in between, and what was then says nothing of now.
        assert_eq!(calls(&[(0, BAD), (60_000, BAD)]), [true; 2]);
    }

    #[test]
    fn sockets_come_back_at_a_bounded_rate() {
        let admission = Admission::default();
        for at in [0, 500, 1_000] {
            admission.takes_call(Timestamp(at), BAD);
        }
        let let_in = |second: i64| {
            (0..200)
                .filter(|_| admission.takes_socket(Timestamp(second * 1_000), BAD, 9))
                .count()
        };
        assert_eq!(let_in(1), SOCKETS as usize);
        assert_eq!(let_in(2), SOCKETS as usize);
        assert!((0..200).all(|_| admission.takes_socket(Timestamp(3_000), GOOD, 9)));
    }
}
