//! What the thread knows of time and of itself.
#![expect(
    unsafe_code,
    reason = "getrusage of one thread has no safe wrapper here"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "the engine is told the time by this thread"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(super) fn instant() -> Instant {
    Instant::now()
}

pub(super) fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Lets packets gather: for so long nobody waits for one of them.
pub(super) fn rest(window: Duration) {
    std::thread::sleep(window);
}

/// How often this thread has gone to sleep since it began.
pub(super) fn wake_ups() -> u64 {
    // SAFETY: a rusage is made of integers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one rusage, which lives here and is borrowed mutably until the call returns.
    let done = unsafe { libc::getrusage(libc::RUSAGE_THREAD, &raw mut usage) };
    if done == 0 {
        u64::try_from(usage.ru_nvcsw).unwrap_or(0)
    } else {
        0
    }
}
